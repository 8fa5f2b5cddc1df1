"""The same data more than once: in one image under several names, or in layers of several images."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from layerlint.domain.credentials import redact_all
from layerlint.filesystem.layer import EntryKind
from layerlint.filesystem.node import Inode, Kind
from layerlint.filesystem.tree import walk
from layerlint.filesystem.union import FileSystem
from layerlint.images.model import Image, ImageLayer
from layerlint.report import DuplicateRecord


def duplicates(image: Image, final: FileSystem) -> tuple[DuplicateRecord, ...]:
    """Of what can be seen of the image: what is hidden counts as hidden, and hard links as one file."""
    digests = {id(inode): digest for layer in image.layers for _, inode, digest in files(layer)}
    seen: set[int] = set()
    copies: list[tuple[str, int, str, int]] = []
    for path, node in walk("/", final.root):
        if isinstance(node, Inode) and node.kind is Kind.FILE and id(node) not in seen:
            seen.add(id(node))
            if (digest := digests.get(id(node))) is not None:
                copies.append((digest, node.size.likely, path, node.layer))
    return gather(copies)


def files(layer: ImageLayer) -> Iterator[tuple[str, Inode, str]]:
    """Path, inode and digest of the data of every file of a layer that has some.

    Of several entries with one path the last is the file.
    """
    last = {
        entry.path: entry.node
        for entry in layer.layer.entries
        if entry.kind is EntryKind.FILE and isinstance(entry.node, Inode)
    }
    for path, inode in last.items():
        digest = layer.digests.get(path)
        if digest is not None:
            yield path, inode, digest


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
