"""The regular files of a root file system, each with the layer that ships it."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.domain.credentials import redact
from layerlint.domain.size import ZERO, Size
from layerlint.filesystem.node import BASE_LAYER, Directory, Inode, Kind
from layerlint.filesystem.tree import walk
from layerlint.report import FileRecord


def root_files(root: Directory, limit: int) -> tuple[FileRecord, ...]:
    """Those of more than no bytes, the largest first; hard links once.

    No more than ``limit`` are told one by one: of the rest, those of one folder and layer are one record.
    """
    found = list(_with_data(root))
    # A text of all paths is looked through at once: forty times faster, and mostly there is nothing in it.
    paths = "\n".join(path for path, _ in found)
    shown = str if redact(paths) == paths else redact
    files = [
        FileRecord(
            shown(path),
            inode.size,
            None if inode.layer == BASE_LAYER else inode.layer,
            max(inode.count.likely, 1),
        )
        for path, inode in found
    ]
    files.sort(key=_by_size)
    if len(files) <= limit:
        return tuple(files)
    return tuple(sorted((*files[:limit], *_summed(files[limit:])), key=_by_size))


def _with_data(root: Directory) -> Iterator[tuple[str, Inode]]:
    seen: set[int] = set()
    for path, node in walk("/", root):
        if not isinstance(node, Inode) or id(node) in seen or node.size == ZERO:
            continue
        seen.add(id(node))
        # A symbolic link has a size only where it may be a regular file instead.
        if node.kind in (Kind.FILE, Kind.SYMLINK):
            yield path, node


def _by_size(record: FileRecord) -> tuple[int, str]:
    return -record.bytes.likely, record.path


def _summed(files: list[FileRecord]) -> list[FileRecord]:
    found: dict[tuple[str, int | None], tuple[Size, int]] = {}
    for record in files:
        place = record.path.rpartition("/")[0] or "/", record.layer
        size, count = found.get(place, (ZERO, 0))
        found[place] = size + record.bytes, count + record.count
    return [FileRecord(path, size, layer, count) for (path, layer), (size, count) in found.items()]
