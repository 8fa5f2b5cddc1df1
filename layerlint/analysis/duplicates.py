"""The same data more than once: in one image under several names, or in layers of several images."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence

from layerlint.domain.credentials import redact_all
from layerlint.filesystem.layer import EntryKind
from layerlint.filesystem.node import Inode
from layerlint.filesystem.tree import locate
from layerlint.filesystem.union import FileSystem
from layerlint.images.model import Image, ImageLayer
from layerlint.report import DuplicateRecord


def duplicates(image: Image, final: FileSystem) -> tuple[DuplicateRecord, ...]:
    """Of what can be seen of the image: what is hidden counts as hidden, and hard links as one file."""
    alike: dict[str, dict[int, Inode]] = {}
    for layer in image.layers:
        for _, inode, digest in files(layer):
            alike.setdefault(digest, {})[id(inode)] = inode
    digests = {each: digest for digest, found in alike.items() if len(found) > 1 for each in found}
    names: dict[int, str] = {}
    """The first name of each that can be seen."""
    for path, inode in _names(image, digests):
        if _is_seen(final, path, inode):
            known = names.get(id(inode))
            names[id(inode)] = path if known is None else min(path, known, key=_order)
    return gather(
        (digests[each], inode.size.likely, name, inode.layer)
        for each, name in names.items()
        for inode in (alike[digests[each]][each],)
    )


def _names(image: Image, wanted: Container[int]) -> Iterator[tuple[str, Inode]]:
    """Of inodes, given by `id`: every name that a layer gives them."""
    for layer in image.layers:
        for entry in layer.layer.entries:
            if isinstance(entry.node, Inode) and id(entry.node) in wanted:
                yield entry.path, entry.node


def _order(path: str) -> list[str]:
    """As `walk` goes."""
    return path.split("/")


def _is_seen(final: FileSystem, path: str, inode: Inode) -> bool:
    place = locate(final.root, path, follow=False)
    return place is not None and place.node is inode and place.path == path


def files(layer: ImageLayer) -> Iterator[tuple[str, Inode, str]]:
    """Path, inode and digest of the data of every file of a layer that has some.

    Of several entries with one path the last is the file.
    """
    last = {
        entry.path: entry.node
        for entry in layer.layer.entries
        if entry.kind is EntryKind.FILE and entry.path in layer.digests and isinstance(entry.node, Inode)
    }
    for path, inode in last.items():
        yield path, inode, layer.digests[path]


def across(layers: Sequence[ImageLayer]) -> tuple[DuplicateRecord, ...]:
    """Of several layers, whether they hide each other or not: what a registry keeps more than once."""
    return gather(
        (digest, inode.size.likely, path, position)
        for position, layer in enumerate(layers)
        for path, inode, digest in files(layer)
    )


def gather(copies: Iterable[tuple[str, int, str, int]]) -> tuple[DuplicateRecord, ...]:
    """Copies as digest, bytes, path and layer; those of the same data together, the most wasted first."""
    groups: dict[str, tuple[int, list[tuple[str, int]]]] = {}
    for digest, size, path, layer in copies:
        groups.setdefault(digest, (size, []))[1].append((path, layer))
    found = [_record(digest, size, places) for digest, (size, places) in groups.items() if len(places) > 1]
    return tuple(sorted(found, key=lambda record: (-record.wasted, record.copies)))


def _record(digest: str, size: int, places: list[tuple[str, int]]) -> DuplicateRecord:
    places.sort()
    paths = redact_all([path for path, _ in places])
    copies = tuple(zip(paths, (layer for _, layer in places), strict=True))
    return DuplicateRecord(digest, size, copies, size * (len(places) - 1))
