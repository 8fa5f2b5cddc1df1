"""Entries in a folder of the user's cache: of no other owner, whole, bounded in size, never needed."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from layerlint._dataclass import dataclass
from layerlint._digest import digest

MAX_ENTRY: Final = 1 << 20
"""Bytes of one; that of a Dockerfile of a hundred lines has some 30 KiB."""
MAX_BUCKET: Final = 2 << 20
"""Bytes of each of the 64 folders: 128 MiB in all."""
_BUCKETS: Final = 64
_DIGEST: Final = 40
"""Characters of it, in front of the entry."""


@dataclass(frozen=True, slots=True)
class Store:
    """``top`` is the folder of the user's cache; entries lie in ``results`` below."""

    top: Path

    @property
    def folder(self) -> Path:
        return self.top / "results"

    def load(self, key: str) -> bytes | None:
        """The data of an entry; None where there is none that can be trusted."""
        try:
            if not (_is_own(self.top) and _is_own(self.folder, but=0o077)):
                return None
            data = _read(self._path(key))
        except OSError:
            return None
        head, body = data[:_DIGEST], data[_DIGEST:]
        return body if head == digest(body).encode() else None

    def save(self, key: str, data: bytes) -> None:
        """Whole or not at all; a folder that cannot be written, or is another's, is left alone."""
        if len(data) > MAX_ENTRY - _DIGEST:
            return
        path = self._path(key)
        with suppress(OSError):
            self.top.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileExistsError):
                self.folder.mkdir(mode=0o700)
            if not (_is_own(self.top) and _is_own(self.folder, but=0o077)):
                return
            with suppress(FileExistsError):
                path.parent.mkdir(mode=0o700)
            _make_room(path.parent, len(data))
            _write(path, digest(data).encode() + data)

    def _path(self, key: str) -> Path:
        return self.folder / f"{int(key[:2], 16) % _BUCKETS:02x}" / key


def _is_own(folder: Path, but: int = 0) -> bool:
    """A folder of the user, no symlink to one, with none of the permissions ``but``."""
    status = os.lstat(folder)
    if not stat.S_ISDIR(status.st_mode):
        return False
    if not hasattr(os, "geteuid"):
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & but


def _read(path: Path) -> bytes:
    flags = (
        os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    )
    descriptor = os.open(path, flags | getattr(os, "O_CLOEXEC", 0))
    with open(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("no regular file")
        return stream.read(MAX_ENTRY)


def _write(path: Path, data: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        descriptor = os.open(
            beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), 0o600
        )
        with open(descriptor, "wb") as stream:
            stream.write(data)
        os.replace(beside, path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise


def _make_room(bucket: Path, size: int) -> None:
    """Take away the oldest entries until there is room for one more."""
    entries = []
    with os.scandir(bucket) as listing:
        for entry in listing:
            with suppress(FileNotFoundError):  # another process takes them away too
                status = entry.stat(follow_symlinks=False)
                entries.append((status.st_mtime_ns, entry.path, status.st_size))
    left = MAX_BUCKET - _DIGEST - size - sum(length for _, _, length in entries)
    for _, path, length in sorted(entries):
        if left >= 0:
            break
        with suppress(FileNotFoundError):
            os.unlink(path)
        left += length
