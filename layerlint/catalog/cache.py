"""The user's own package indexes (``layerlint index update``): where they lie, and which of them are sound."""

from __future__ import annotations

import os
from pathlib import Path

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.catalog.blocks import BlockFile
from layerlint.catalog.folder import folder
from layerlint.catalog.write import FORMAT

__all__ = ("MAX_BYTES", "Unusable", "folder", "is_cached", "keep", "names", "open_cached", "path_of", "seal")

_NAME = pattern(r"[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*")
_DATE = pattern(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MAGIC = b"SQLite format 3\0"
_SEAL = slice(60, 64)
"""The field of an sqlite header that is left to the application (``PRAGMA user_version``)."""
MAX_BYTES = 256 << 20
"""Of an index file: that of Debian 13 has 3.4 MB."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """A file of the cache that is not read, and why."""

    path: Path
    reason: str


def keep(path: Path, data: bytes) -> None:
    """Write a file of the cache, whole or not at all.  Raises OSError where its folder cannot be written."""
    import tempfile  # a lint writes nothing

    descriptor, beside = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with open(descriptor, "wb") as stream:
            stream.write(data)
        os.replace(beside, path)
    except OSError:
        os.unlink(beside)
        raise


def path_of(name: str) -> Path:
    return folder() / "indexes" / f"{name}.sqlite"


def names() -> tuple[str, ...]:
    """Of all files that lie there, sound or not, sorted."""
    try:
        found = sorted(path.stem for path in (folder() / "indexes").iterdir() if path.suffix == ".sqlite")
    except OSError:
        return ()
    return tuple(name for name in found if _NAME.fullmatch(name))


def is_cached(name: str) -> bool:
    """Whether a file is there under the name, sound or not."""
    return _NAME.fullmatch(name) is not None and os.path.exists(path_of(name))


def open_cached(name: str) -> BlockFile | Unusable | None:
    """An index of the cache by the name of its file (``noble``, ``alpine-3.20``); None if there is none."""
    import sqlite3

    if not _NAME.fullmatch(name):
        return None
    path = path_of(name)
    try:
        data = path.read_bytes() if path.is_file() and path.stat().st_size <= MAX_BYTES else None
    except OSError as error:
        return Unusable(path, error.strerror or "cannot be read")
    if data is None:
        return Unusable(path, "not a package index") if os.path.lexists(path) else None
    if not data.startswith(_MAGIC):
        return Unusable(path, "not a package index")
    if data[_SEAL] != _checksum(data):
        return Unusable(path, "damaged, or not a package index")
    try:
        file = BlockFile(path)
    except (TypeError, ValueError, sqlite3.Error):
        return Unusable(path, "not a package index")
    if file.meta.get("format") != FORMAT:
        return Unusable(path, "made by another version of layerlint")
    if not _DATE.fullmatch(file.meta.get("date", "")):
        return Unusable(path, "not a package index")
    return file


def seal(path: Path) -> None:
    """Put a checksum of the file into its header: a sealed file needs no further checks of what it holds."""
    with path.open("r+b") as stream:
        checksum = _checksum(stream.read())
        stream.seek(_SEAL.start)
        stream.write(checksum)
        stream.flush()
        os.fsync(stream.fileno())


def _checksum(data: bytes) -> bytes:
    import zlib

    whole = memoryview(data)
    return zlib.crc32(whole[_SEAL.stop :], zlib.crc32(whole[: _SEAL.start])).to_bytes(4)
