"""A blob as the bytes of its tar: plain, or packed with gzip, zstd, bzip2 or xz, whatever its name says."""

from __future__ import annotations

import queue
import threading
import zlib
from collections.abc import Iterator
from typing import IO, Protocol, cast

from layerlint.images.errors import ImageError
from layerlint.images.limits import Meter

CHUNK = 1 << 19
"""Bytes that are read or unpacked at once: they stay in the cache of a core while they are hashed."""
_WINDOW = 128 << 20
"""Memory of a decoder of zstd or xz: what ``zstd --ultra -22`` and ``xz -9`` may ask for."""
_AHEAD = 2
"""Chunks that are made before they are asked for."""

PLAIN, GZIP, ZSTD, BZIP2, XZ = "tar", "gzip", "zstd", "bzip2", "xz"
_MAGIC = {b"\x1f\x8b": GZIP, b"\x28\xb5\x2f\xfd": ZSTD, b"BZh": BZIP2, b"\xfd7zXZ\x00": XZ}


class _Decoder(Protocol):
    """Of one member of a stream, as `bz2.BZ2Decompressor`."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def needs_input(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


def packing(head: bytes) -> str:
    """How a blob with these first bytes is packed; a zstd stream may begin with a frame to be skipped."""
    if len(head) >= 4 and head[1:4] == b"\x2a\x4d\x18" and head[0] & 0xF0 == 0x50:
        return ZSTD
    return next((name for magic, name in _MAGIC.items() if head.startswith(magic)), PLAIN)


def unpacked(chunks: Iterator[bytes], meter: Meter) -> Iterator[bytes]:
    """The chunks of the tar.  Raises ImageError for a blob that is broken, or that is a bomb."""
    first = next(chunks, b"")
    while len(first) < 8 and (more := next(chunks, b"")):
        first += more
    source = _Counted(first, chunks)
    kind = packing(first)
    size = 0
    try:
        for chunk in _reader(kind, source):
            size += len(chunk)
            meter.unpack(len(chunk), size, source.bytes)
            yield chunk
    except (zlib.error, OSError, EOFError) as error:
        raise ImageError(f"its {kind} stream is broken ({error})") from error


class _Counted:
    """The packed chunks, and how many bytes of them were taken."""

    def __init__(self, first: bytes, rest: Iterator[bytes]) -> None:
        self._first, self._rest = first, rest
        self.bytes = 0

    def next(self) -> bytes:
        chunk, self._first = self._first or next(self._rest, b""), b""
        self.bytes += len(chunk)
        return chunk


def _reader(kind: str, source: _Counted) -> Iterator[bytes]:
    match kind:
        case "gzip":
            return _gzip(source)
        case "zstd":
            return _zstd(source)
        case "bzip2":
            import bz2

            return _streams(source, bz2.BZ2Decompressor)
        case "xz":
            return _xz(source)
        case _:
            return iter(source.next, b"")


def _gzip(source: _Counted) -> Iterator[bytes]:
    """All members of the stream; what is behind them may only be padding."""
    data = source.next()
    while data:
        decoder = zlib.decompressobj(31)
        while not decoder.eof:
            if not data and not (data := source.next()):
                raise EOFError("it ends early")
            chunk = decoder.decompress(data, CHUNK)
            data = decoder.unconsumed_tail
            if chunk:
                yield chunk
        data = decoder.unused_data
        while not data.strip(b"\0"):
            data = source.next()
            if not data:
                return
        data = data.lstrip(b"\0") if not data.startswith(b"\x1f") else data
        if not data.startswith(b"\x1f"):
            raise EOFError("something else follows it")


def _streams(source: _Counted, make: type[_Decoder]) -> Iterator[bytes]:
    data = source.next()
    while data:
        decoder = make()
        while not decoder.eof:
            if decoder.needs_input and not data and not (data := source.next()):
                raise EOFError("it ends early")
            chunk = decoder.decompress(data, CHUNK)
            data = b""
            if chunk:
                yield chunk
        data = decoder.unused_data or source.next()


def _xz(source: _Counted) -> Iterator[bytes]:
    import lzma

    def make() -> _Decoder:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_WINDOW)

    try:
        yield from _streams(source, make)  # type: ignore[arg-type]
    except lzma.LZMAError as error:
        raise EOFError(str(error)) from error


def _zstd(source: _Counted) -> Iterator[bytes]:
    try:
        import zstandard
    except ImportError as error:
        raise ImageError("a layer is packed with zstd: install layerlint[zstd]") from error

    class Reader:
        """A file, as the decoder wants one."""

        def __init__(self) -> None:
            self.left = b""

        def read(self, amount: int) -> bytes:
            if not self.left:
                self.left = source.next()
            data, self.left = self.left[:amount], self.left[amount:]
            return data

    try:
        decoder = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
        with decoder.stream_reader(
            cast(IO[bytes], Reader()), read_across_frames=True, closefd=False
        ) as stream:
            while chunk := stream.read(CHUNK):
                yield chunk
    except zstandard.ZstdError as error:
        raise EOFError(str(error)) from error


def ahead(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same chunks, made by a thread while the ones before are worked on: hashing needs no interpreter."""
    made: queue.SimpleQueue[bytes | BaseException | None] = queue.SimpleQueue()
    asked: queue.SimpleQueue[None] = queue.SimpleQueue()
    """One for every chunk that may be made."""
    stopped = threading.Event()

    def work() -> None:
        try:
            for chunk in chunks:
                asked.get()
                if stopped.is_set():
                    return
                made.put(chunk)
            made.put(None)
        except BaseException as error:
            made.put(error)

    for _ in range(_AHEAD):
        asked.put(None)
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while (item := made.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
            asked.put(None)
    finally:
        stopped.set()
        asked.put(None)
        thread.join()
