"""What a wheel holds, by the directory at its end: parts of the file are read, not all of it.

What a directory says is not believed where deflate cannot pack so well.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Final

from layerlint.lookup import Contents
from layerlint.online.client import Client
from layerlint.online.errors import OnlineError

_BLOCK: Final = 1 << 16
_MOST: Final = 12 << 20
"""Bytes that are read of one wheel: a directory of 100,000 files has about that."""
_ENTRIES: Final = 120_000
_PACKED_BEST: Final = 1_032
"""Deflate's best ratio."""
_ENTRY_POINTS: Final = 1 << 16
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")
_CODE_LINE: Final = len("__pycache__/.cpython-311c,,\n")
"""What an installer adds to RECORD for the byte-code of a module, beside the module's path."""
_INSTALLER: Final = len("pip\n")


class _Remote(io.RawIOBase):
    """A file that is read over HTTP, in blocks, each once."""

    def __init__(self, client: Client, url: str, length: int | None) -> None:
        self._client, self._url = client, url
        self._blocks: dict[int, bytes] = {}
        self._place = 0
        self._read = 0
        self._tail, self._tail_start = b"", 0
        # The directory, and the small files that wheels have just before it.
        data, start, whole = client.part(url, f"-{_BLOCK}", _BLOCK)
        if length is not None and whole != length:
            raise OnlineError("the wheel is not the one of the index")
        self.length = whole
        self._tail, self._tail_start = data, start

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self.length}[whence]
        self._place = max(0, base + offset)
        return self._place

    def tell(self) -> int:
        return self._place

    def read(self, size: int = -1) -> bytes:
        end = self.length if size < 0 else min(self._place + size, self.length)
        if end <= self._place:
            return b""
        if end - self._place > _MOST:
            raise OnlineError("the directory of the wheel is too long")
        data = b"".join(self._pieces(self._place, end))
        self._place += len(data)
        return data

    def _pieces(self, start: int, end: int) -> Iterator[bytes]:
        if start >= self._tail_start:
            yield self._tail[start - self._tail_start : end - self._tail_start]
            return
        for number in range(start // _BLOCK, (end - 1) // _BLOCK + 1):
            if number not in self._blocks:
                self._fetch(number, (end - 1) // _BLOCK)
            begin = number * _BLOCK
            yield self._blocks[number][max(start - begin, 0) : end - begin]

    def _fetch(self, first: int, last: int) -> None:
        """The blocks from one to another that are missing, in one request."""
        begin, end = first * _BLOCK, min((last + 1) * _BLOCK, self.length)
        self._read += end - begin
        if self._read > _MOST:
            raise OnlineError("the directory of the wheel is too long")
        data, start, _ = self._client.part(self._url, f"{begin}-{end - 1}", end - begin)
        if start != begin or len(data) != end - begin:
            raise OnlineError("the server sends another part than was asked for")
        for number in range(first, last + 1):
            self._blocks[number] = data[number * _BLOCK - begin : (number + 1) * _BLOCK - begin]


def contents(client: Client, url: str, length: int | None) -> tuple[Contents, int]:
    """What it holds, and its length; raises OnlineError."""
    remote = _Remote(client, url, length)
    try:
        with zipfile.ZipFile(remote) as archive:
            entries = archive.infolist()
            if len(entries) > _ENTRIES:
                raise OnlineError("the wheel has too many files")
            if any(_lies(entry, remote.length) for entry in entries):
                raise OnlineError("what the directory of the wheel says cannot be")
            return _contents(entries, _commands(archive, entries)), remote.length
    except OnlineError:
        raise
    except (
        zipfile.BadZipFile, EOFError, IndexError, NotImplementedError, OSError, OverflowError, RuntimeError,
        UnicodeError, ValueError,
    ) as error:  # fmt: skip
        raise OnlineError("the wheel is not one that can be read") from error


def _lies(entry: zipfile.ZipInfo, length: int) -> bool:
    return entry.compress_size > length or entry.file_size > _PACKED_BEST * (entry.compress_size + 64)


def _contents(entries: list[zipfile.ZipInfo], commands: tuple[str, ...]) -> Contents:
    files = count = sources = modules = rest = rest_count = lines = 0
    scripts: list[tuple[str, int]] = []
    for entry in entries:
        if entry.is_dir():
            continue
        top, _, inside = entry.filename.partition("/")
        kind = ""
        if top.endswith(".data"):
            kind, _, inside = inside.partition("/")
        if kind == "scripts" and _NAME.fullmatch(inside):
            scripts.append((inside, entry.file_size))
        elif kind in ("data", "headers"):
            rest, rest_count = rest + entry.file_size, rest_count + 1
        else:
            files, count = files + entry.file_size, count + 1
            if entry.filename.endswith(".py"):
                sources, modules = sources + entry.file_size, modules + 1
                lines += len(entry.filename) + _CODE_LINE
    return Contents(
        files + lines + _INSTALLER, count + 1, sources, modules, rest, rest_count, tuple(scripts), commands
    )


def _commands(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> tuple[str, ...]:
    """The programs of ``entry_points.txt``."""
    for entry in entries:
        top, _, name = entry.filename.partition("/")
        if top.endswith(".dist-info") and name == "entry_points.txt" and entry.file_size <= _ENTRY_POINTS:
            with archive.open(entry) as stream:
                text = stream.read(_ENTRY_POINTS).decode("utf-8", "replace")
            return tuple(_listed(text))
    return ()


def _listed(text: str) -> Iterator[str]:
    section = ""
    for raw in text.splitlines():
        line = raw.strip()
        if line.startswith("["):
            section = line.strip("[]").strip()
        elif section in ("console_scripts", "gui_scripts") and "=" in line:
            name = line.partition("=")[0].strip()
            if _NAME.fullmatch(name):
                yield name
