"""The outer tar of an archive, read where it lies: an index of its members, and their bytes from the file."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from layerlint._dataclass import dataclass, replace
from layerlint.images import tar
from layerlint.images.errors import ImageError, NotFoundError
from layerlint.images.files import chunks_of, open_regular, read_at
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


class Plain:
    """A tar on disk that can be read at any place."""

    def __init__(self, descriptor: int, label: str) -> None:
        self._descriptor, self._label = descriptor, label
        stream = _Jumps(descriptor, os.fstat(descriptor).st_size)
        self._places = _index(tar.members(stream, hashed=False), label)

    @property
    def label(self) -> str:
        return self._label

    def offset(self, name: str) -> int | None:
        return None

    def size(self, name: str) -> int | None:
        place = _look_up(self._places, name, self.label)
        return None if place is None else place.size

    def chunks(self, name: str) -> Iterator[bytes]:
        place = _look_up(self._places, name, self.label)
        if place is None:
            raise NotFoundError(f"{self.label}: {name} is not in it")
        return chunks_of(self._descriptor, place.offset, place.size, f"{self.label}: {name}")

    def part(self, name: str, offset: int, size: int) -> Iterator[bytes]:
        place = _look_up(self._places, name, self.label)
        if place is None or offset + size > place.size:
            raise NotFoundError(f"{self.label}: {name} is not in it")
        return chunks_of(self._descriptor, place.offset + offset, size, f"{self.label}: {name}")


class Sequential:
    """A tar that comes as a stream: packed as a whole, or out of an engine.

    It is read once for what is in it, and again from its start for every step back.
    """

    def __init__(self, again: Callable[[], Generator[bytes]], label: str) -> None:
        self._again, self._label = again, label
        self._documents: dict[str, bytes] = {}
        self._running: tuple[int, Generator[bytes], bytes] | None = None
        left = _KEPT

        def wanted(name: str, size: int) -> bool:
            nonlocal left
            if size > min(left, MAX_DOCUMENT):
                return False
            left -= size
            return True

        def members(stream: Iterator[bytes]) -> Iterator[tar.Member]:
            for member in tar.members(tar.Chunks(stream), wanted, hashed=False):
                name = _normal(member.name)
                self._documents.pop(name, None)
                if member.data is not None:
                    self._documents[name] = member.data
                yield replace(member, data=None)

        with closing(again()) as stream:
            self._places = _index(members(stream), label)

    @property
    def label(self) -> str:
        return self._label

    def part(self, name: str, offset: int, size: int) -> None:
        return None

    def close(self) -> None:
        if self._running is not None:
            self._running[1].close()
            self._running = None

    def offset(self, name: str) -> int | None:
        place = _look_up(self._places, name, self.label)
        return None if place is None else place.offset

    def size(self, name: str) -> int | None:
        place = _look_up(self._places, name, self.label)
        return None if place is None else place.size

    def chunks(self, name: str) -> Iterator[bytes]:
        place = _look_up(self._places, name, self.label)
        if place is None:
            raise NotFoundError(f"{self.label}: {name} is not in it")
        if name in self._documents:
            return iter((self._documents[name],))
        return self._from(place)

    def _from(self, place: _Place) -> Iterator[bytes]:
        """Goes on from where the last blob ended, if this one comes later."""
        at, stream, rest = self._running or (0, self._again(), b"")
        self._running = None
        if at > place.offset:
            stream.close()
            at, stream, rest = 0, self._again(), b""
        end = place.offset + place.size
        while at < end:
            chunk = rest or next(stream, b"")
            if not chunk:
                raise ImageError(f"{self.label}: it ends early")
            first, last = max(place.offset - at, 0), min(end - at, len(chunk))
            at += last
            rest = chunk[last:]
            if first < last:
                yield chunk[first:last]
        self._running = at, stream, rest


@contextmanager
def open_archive(path: Path, label: str, limits: Limits) -> Iterator[Plain | Sequential]:
    """Raises ImageError for what is no tar."""
    descriptor = open_regular(path, label)
    try:
        kind = packing(read_at(descriptor, tar.BLOCK, 0))

        def again() -> Generator[bytes]:
            packed = chunks_of(descriptor, 0, os.fstat(descriptor).st_size, label)
            try:
                yield from unpacked(packed, Meter(limits))
            except ImageError as error:
                raise type(error)(f"{label}: {error}") from error

        if kind == PLAIN:
            yield Plain(descriptor, label)
        else:
            with closing(Sequential(again, label)) as archive:
                yield archive
    finally:
        os.close(descriptor)


def _index(members: Iterator[tar.Member], label: str) -> dict[str, _Place]:
    places: dict[str, _Place] = {}
    try:
        for count, member in enumerate(members):
            if count == MAX_FILES:
                raise ImageError(f"{label}: more than {MAX_FILES} members")
            name = _normal(member.name)
            link = ""
            if member.kind == tar.SYMLINK:
                link = posixpath.normpath(posixpath.join(posixpath.dirname(name), member.link))
            elif member.kind == tar.HARD_LINK:
                link = _normal(member.link)
            places[name] = _Place(member.offset, member.size, link)
    except tar.TarError as error:
        raise ImageError(f"{label}: not a tar, or not a whole one: {error}") from error
    return places


def _look_up(places: Mapping[str, _Place], name: str, label: str) -> _Place | None:
    """Of the member itself or of what it is a link to: old archives have one copy of equal layers."""
    for _ in range(_MAX_LINKS):
        place = places.get(name)
        if place is None or not place.link:
            return place
        name = place.link
    raise ImageError(f"{label}: {name} is a link to itself")


def _normal(name: str) -> str:
    return posixpath.normpath(name).lstrip("/")


class _Jumps:
    """A file as a stream of which nothing is read but headers."""

    def __init__(self, descriptor: int, length: int) -> None:
        self._descriptor, self._length = descriptor, length
        self.offset = 0

    def take(self, amount: int) -> bytes:
        data = read_at(self._descriptor, amount, self.offset)
        self.offset += len(data)
        return data

    def digest(self, amount: int) -> str:
        raise NotImplementedError("nothing is read")

    def skip(self, amount: int, padding: int = 0) -> None:
        if self.offset + amount > self._length:
            raise tar.TarError("it ends inside a file")
        self.offset += amount + padding
