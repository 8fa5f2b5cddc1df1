"""The regular files of a root file system, each with the layer that ships it."""

from __future__ import annotations

from layerlint.domain.credentials import redact
from layerlint.domain.size import ZERO, Size
from layerlint.filesystem.node import BASE_LAYER, Directory, Inode, Kind
from layerlint.filesystem.tree import walk
from layerlint.report import FileRecord


def root_files(root: Directory, limit: int) -> tuple[FileRecord, ...]:
    """Those of more than no bytes, the largest first; hard links once.

    No more than ``limit`` are told one by one: of the rest, those of one folder and layer are one record.
    """
    seen: set[int] = set()
    files: list[FileRecord] = []
    for path, node in walk("/", root):
        if not isinstance(node, Inode) or id(node) in seen or node.size == ZERO:
            continue
        seen.add(id(node))
        # A symbolic link has a size only where it may be a regular file instead.
        if node.kind in (Kind.FILE, Kind.SYMLINK):
            layer = None if node.layer == BASE_LAYER else node.layer
            files.append(FileRecord(redact(path), node.size, layer, max(node.count.likely, 1)))
    files.sort(key=_by_size)
    if len(files) <= limit:
        return tuple(files)
    return tuple(sorted((*files[:limit], *_summed(files[limit:])), key=_by_size))


def _by_size(record: FileRecord) -> tuple[int, str]:
    return -record.bytes.likely, record.path


def _summed(files: list[FileRecord]) -> list[FileRecord]:
    found: dict[tuple[str, int | None], tuple[Size, int]] = {}
    for record in files:
        place = record.path.rpartition("/")[0] or "/", record.layer
        size, count = found.get(place, (ZERO, 0))
        found[place] = size + record.bytes, count + record.count
    return [FileRecord(path, size, layer, count) for (path, layer), (size, count) in found.items()]
