"""The outer tar of an archive, read where it lies: an index of its members, and their bytes from the file."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

from layerlint._dataclass import dataclass
from layerlint.images import tar
from layerlint.images.errors import ImageError, NotFoundError
from layerlint.images.files import chunks_of, open_regular
from layerlint.images.limits import MAX_DOCUMENT, MAX_FILES, Limits, Meter
from layerlint.images.unpack import PLAIN, packing, unpacked

_MAX_LINKS = 10
_KEPT = 64 << 20
"""Bytes of documents kept of an archive that is packed as a whole."""


@dataclass(frozen=True, slots=True)
class _Place:
    offset: int
    size: int
    link: str = ""


class Archive:
    """A tar of blobs.  One that is packed as a whole is read from its start for every step back."""

    def __init__(self, path: Path, label: str, limits: Limits) -> None:
        self._label = label
        self._limits = limits
        self._descriptor = open_regular(path, label)
        try:
            self._length = os.fstat(self._descriptor).st_size
            head = os.pread(self._descriptor, tar.BLOCK, 0)
            self._packed = packing(head) != PLAIN
            self._documents: dict[str, bytes] = {}
            self._running: tuple[int, Generator[bytes], bytes] | None = None
            self._places = dict(self._index_packed() if self._packed else self._index())
        except tar.TarError as error:
            os.close(self._descriptor)
            raise ImageError(f"{label}: not a tar, or not a whole one: {error}") from error
        except BaseException:
            os.close(self._descriptor)
            raise

    def close(self) -> None:
        self._running = None
        os.close(self._descriptor)

    @property
    def label(self) -> str:
        return self._label

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._places))

    def offset(self, name: str) -> int | None:
        place = self._place(name)
        return place.offset if self._packed and place is not None else None

    def size(self, name: str) -> int | None:
        place = self._place(name)
        return None if place is None else place.size

    def chunks(self, name: str) -> Iterator[bytes]:
        place = self._place(name)
        if place is None:
            raise NotFoundError(f"{self.label}: {name} is not in it")
        if name in self._documents:
            return iter((self._documents[name],))
        if self._packed:
            return self._from_packed(place)
        return chunks_of(self._descriptor, place.offset, place.size, f"{self.label}: {name}")

    def _place(self, name: str) -> _Place | None:
        """Of the member itself or of what it is a link to: old archives have one copy of equal layers."""
        for _ in range(_MAX_LINKS):
            place = self._places.get(name)
            if place is None or not place.link:
                return place
            name = place.link
        raise ImageError(f"{self.label}: {name} is a link to itself")

    def _index(self) -> Iterator[tuple[str, _Place]]:
        """The members of a plain tar, by jumps from header to header."""
        stream = _Jumps(self._descriptor, self._length)
        for count, member in enumerate(tar.members(stream, hashed=False)):
            if count == MAX_FILES:
                raise ImageError(f"{self.label}: more than {MAX_FILES} members")
            yield _named(member)

    def _index_packed(self) -> Iterator[tuple[str, _Place]]:
        left = _KEPT

        def wanted(name: str, size: int) -> bool:
            nonlocal left
            if size > min(left, MAX_DOCUMENT):
                return False
            left -= size
            return True

        with closing(self._stream()) as stream:
            for count, member in enumerate(tar.members(tar.Chunks(stream), wanted, hashed=False)):
                if count == MAX_FILES:
                    raise ImageError(f"{self.label}: more than {MAX_FILES} members")
                name, place = _named(member)
                self._documents.pop(name, None)
                if member.data is not None:
                    self._documents[name] = member.data
                yield name, place

    def _stream(self) -> Generator[bytes]:
        packed = chunks_of(self._descriptor, 0, self._length, self.label)
        try:
            yield from unpacked(packed, Meter(self._limits))
        except ImageError as error:
            raise ImageError(f"{self.label}: {error}") from error

    def _from_packed(self, place: _Place) -> Iterator[bytes]:
        """Goes on from where the last blob ended, if this one comes later."""
        at, stream, rest = self._running or (0, self._stream(), b"")
        self._running = None
        if at > place.offset:
            at, stream, rest = 0, self._stream(), b""
        end = place.offset + place.size
        while at < end:
            chunk = rest or next(stream, b"")
            if not chunk:
                raise ImageError(f"{self.label}: it ends early")
            first, last = max(place.offset - at, 0), min(end - at, len(chunk))
            at += last if last > 0 else len(chunk)
            rest = chunk[last:] if last > 0 else b""
            if first < last:
                yield chunk[first:last]
        self._running = at, stream, rest


class _Jumps:
    """A file as a stream of which nothing is read but headers."""

    def __init__(self, descriptor: int, length: int) -> None:
        self._descriptor, self._length = descriptor, length
        self.offset = 0

    def take(self, amount: int) -> bytes:
        data = os.pread(self._descriptor, amount, self.offset)
        self.offset += len(data)
        return data

    def digest(self, amount: int) -> str:
        raise NotImplementedError("nothing is read")

    def skip(self, amount: int) -> None:
        if self.offset + amount > self._length:
            raise tar.TarError("it ends inside a file")
        self.offset += amount


def _named(member: tar.Member) -> tuple[str, _Place]:
    name = posixpath.normpath(member.name).lstrip("/")
    link = ""
    if member.kind == tar.SYMLINK:
        link = posixpath.normpath(posixpath.join(posixpath.dirname(name), member.link))
    elif member.kind == tar.HARD_LINK:
        link = posixpath.normpath(member.link).lstrip("/")
    return name, _Place(member.offset, member.size, link)
