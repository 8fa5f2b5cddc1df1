"""A plain layer that can be read at any place: its headers are taken apart while a thread hashes all of it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence

from layerlint.images import tar
from layerlint.images.files import Files

_WINDOW = 1 << 12
"""Bytes that are read for a header: small files are passed over without another read."""
_PORTION = 4 << 20
"""Bytes that are hashed at once.  After each portion the thread waits for the interpreter, up to 5 ms
(``sys.getswitchinterval``): about as long as it takes."""


class Headers:
    """The stream of a blob, of which data are skipped without being read (`tar.Stream`)."""

    def __init__(self, files: Files, name: str, size: int) -> None:
        self._files, self._name, self._size = files, name, size
        self.offset: int = 0
        self._start = 0
        self._window = b""

    def take(self, amount: int) -> bytes:
        at = self.offset - self._start
        if not 0 <= at <= len(self._window) - amount:
            self._start, at = self.offset, 0
            wanted = min(max(amount, _WINDOW), self._size - self.offset)
            self._window = b"".join(self._files.part(self._name, self._start, wanted) or ())
        data = self._window[at : at + amount]
        self.offset += len(data)
        return data

    def digest(self, amount: int) -> str:
        raise NotImplementedError("data are not read")

    def skip(self, amount: int) -> None:
        if self.offset + amount > self._size:
            raise tar.TarError("it ends inside a file")
        self.offset += amount


class Verification:
    """SHA-256 of whole blobs, each a name of `Files` and its size, worked out by a thread."""

    def __init__(
        self, files: Files, blobs: Sequence[tuple[str, int]], told: Callable[[str, int, int], None] | None
    ) -> None:
        self._files, self._blobs, self._told = files, blobs, told
        self._digests: dict[str, str] = {}
        self._error: BaseException | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> Verification:
        if self._blobs:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        if self._blobs:
            self._thread.join()

    def digest(self, name: str) -> str:
        """Waits until all are done.  Raises ImageError for what cannot be read."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._digests[name]

    def _work(self) -> None:
        try:
            for name, size in self._blobs:
                hashed, done = hashlib.sha256(), 0
                for chunk in self._files.part(name, 0, size, _PORTION) or ():
                    hashed.update(chunk)
                    done += len(chunk)
                    if self._told is not None:
                        self._told(name, done, size)
                    if self._stopped.is_set():
                        return
                self._digests[name] = f"sha256:{hashed.hexdigest()}"
        except BaseException as error:
            self._error = error
