"""Named blobs, wherever they lie: in a folder, in an archive (`archive`), in a registry (`registry`)."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from layerlint.domain.units import format_bytes
from layerlint.images.errors import ImageError, NotFoundError
from layerlint.images.unpack import CHUNK


class Files(Protocol):
    """Paths are as in an OCI layout (``blobs/sha256/…``) or in an archive of ``docker save``."""

    @property
    def label(self) -> str:
        """What messages call it: as the user gave it."""

    def size(self, name: str) -> int | None:
        """Bytes; None where it is not there."""

    def chunks(self, name: str) -> Iterator[bytes]:
        """Its bytes; raises ImageError where it is not there or cannot be read."""

    def part(self, name: str, offset: int, size: int) -> Iterator[bytes] | None:
        """Some of its bytes; None where they are to be had in their order alone."""

    def offset(self, name: str) -> int | None:
        """Where it begins, if what comes earlier has to be read before it; None if the order is the same."""


def read(files: Files, name: str, limit: int) -> bytes:
    """A small blob; raises ImageError for one that is larger than the limit, or not there."""
    size = files.size(name)
    if size is None:
        raise NotFoundError(f"{files.label}: {name} is not in it")
    if size > limit:
        raise ImageError(f"{files.label}: {name} has {format_bytes(size)}, more than {format_bytes(limit)}")
    data = bytearray()
    for chunk in files.chunks(name):
        data += chunk
        if len(data) > limit:
            raise ImageError(f"{files.label}: {name} has more than {format_bytes(limit)}")
    return bytes(data)


def read_at(descriptor: int, amount: int, offset: int) -> bytes:
    """``pread(2)``, also where there is none (Windows): one descriptor is then read by one thread at a time."""
    if hasattr(os, "pread"):
        return os.pread(descriptor, amount, offset)
    os.lseek(descriptor, offset, os.SEEK_SET)
    return os.read(descriptor, amount)


def chunks_of(descriptor: int, start: int, size: int, label: str) -> Iterator[bytes]:
    """A part of a file that is open; the descriptor's own position is not used."""
    end = start + size
    while start < end:
        try:
            data = read_at(descriptor, min(CHUNK, end - start), start)
        except OSError as error:
            raise ImageError(f"{label}: cannot be read ({error.strerror})") from error
        if not data:
            raise ImageError(f"{label}: it ends early")
        start += len(data)
        yield data


def open_regular(path: Path, label: str) -> int:
    """A descriptor of a regular file; raises ImageError for anything else: opening a pipe would wait."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a path"
        raise NotFoundError(f"{label}: cannot be opened ({reason})") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ImageError(f"{label}: not a regular file")
    return descriptor


def part_of(path: Path, offset: int, size: int, label: str) -> Iterator[bytes]:
    descriptor = open_regular(path, label)
    try:
        yield from chunks_of(descriptor, offset, size, label)
    finally:
        os.close(descriptor)


class Folder:
    """An OCI layout, or an archive that was unpacked.  Links out of it are not followed."""

    def __init__(self, root: Path, label: str) -> None:
        self._root = root
        self._real = os.path.realpath(root)
        self._label = label

    @property
    def label(self) -> str:
        return self._label

    def offset(self, name: str) -> int | None:
        return None

    def part(self, name: str, offset: int, size: int) -> Iterator[bytes]:
        path = self._path(name)
        if path is None:
            raise NotFoundError(f"{self.label}: {name} is not in it")
        return part_of(path, offset, size, f"{self.label}: {name}")

    def _path(self, name: str) -> Path | None:
        path = self._root / name
        real = os.path.realpath(path)
        if real != self._real and not real.startswith(self._real.rstrip("/") + "/"):
            raise ImageError(f"{self.label}: {name} leads out of it")
        return path if os.path.exists(real) else None

    def size(self, name: str) -> int | None:
        path = self._path(name)
        if path is None:
            return None
        descriptor = open_regular(path, f"{self.label}: {name}")
        try:
            return os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)

    def chunks(self, name: str) -> Iterator[bytes]:
        path = self._path(name)
        if path is None:
            raise NotFoundError(f"{self.label}: {name} is not in it")
        descriptor = open_regular(path, f"{self.label}: {name}")
        try:
            yield from chunks_of(descriptor, 0, os.fstat(descriptor).st_size, f"{self.label}: {name}")
        finally:
            os.close(descriptor)
