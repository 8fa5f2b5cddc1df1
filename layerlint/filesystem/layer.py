"""A layer: the changeset between two states of a file system, as it ships."""

from __future__ import annotations

from collections.abc import Iterable, Set
from enum import Enum

from layerlint._dataclass import dataclass, field
from layerlint.domain.size import ZERO, Size, total
from layerlint.domain.truth import Truth
from layerlint.filesystem.node import Change, Inode, Kind, Node


class EntryKind(Enum):
    FILE = "file"
    DIRECTORY = "directory"
    SYMLINK = "symlink"
    HARDLINK = "hardlink"
    WHITEOUT = "whiteout"
    OPAQUE = "opaque"
    OTHER = "other"
    """A device, a fifo or a socket."""


DATA_KIND = {
    Kind.FILE: EntryKind.FILE,
    Kind.SYMLINK: EntryKind.SYMLINK,
    Kind.FIFO: EntryKind.OTHER,
    Kind.SOCKET: EntryKind.OTHER,
    Kind.DEVICE: EntryKind.OTHER,
}
"""The entry of the first name of an inode; its other names are hard links."""
_WITHOUT_DATA = frozenset({EntryKind.HARDLINK, EntryKind.WHITEOUT, EntryKind.OPAQUE})


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a layer's tar, under the path that it is about (not the ``.wh.`` name)."""

    path: str
    """Absolute, normalised."""
    kind: EntryKind
    node: Node | None
    """What is at the path from now on; None for a whiteout or an opaque mark.

    A whiteout that is there on some paths through the script only has here what the others leave."""
    link: str = ""
    """Of a hard link: the path of the entry with the data, in the same layer."""
    presence: Truth = Truth.YES

    @property
    def bytes(self) -> Size:
        """Bytes of data in the tar: a hard link has none."""
        if not isinstance(self.node, Inode) or self.kind in _WITHOUT_DATA:
            return ZERO
        return self.node.ships

    @property
    def because(self) -> str:
        return "" if self.node is None or self.kind is EntryKind.WHITEOUT else self.node.because


@dataclass(frozen=True, slots=True, eq=False)
class NewFiles:
    """Files with new data."""

    entries: tuple[Entry, ...]
    names: Set[str]
    """Every component of their paths."""


def _new_files(entries: Iterable[Entry]) -> NewFiles:
    found = tuple(
        entry
        for entry in entries
        if entry.kind is EntryKind.FILE
        and isinstance(entry.node, Inode)
        and entry.node.change in (Change.CREATED, Change.CONTENT)
    )
    folders = {entry.path.rpartition("/")[0] for entry in found}
    names = {entry.path.rpartition("/")[2] for entry in found}
    names.update(name for folder in folders for name in folder.split("/"))
    return NewFiles(found, names)


@dataclass(frozen=True, slots=True)
class Layer:
    """Entries in the order of their paths; a directory stands before what is in it."""

    index: int
    entries: tuple[Entry, ...]
    _new: list[NewFiles] = field(default_factory=list, init=False, compare=False, repr=False)
    """What `new_files` found: many rules ask for it."""

    @property
    def new_files(self) -> NewFiles:
        if not self._new:
            self._new.append(_new_files(self.entries))
        return self._new[0]

    @property
    def bytes(self) -> Size:
        """The sum of the regular files' sizes, as ``docker history`` counts it."""
        return total(entry.bytes for entry in self.entries)


def suffix_of(path: str) -> str:
    """The last ending of the name, with its dot; as `posixpath.splitext`, which takes three times as long."""
    name = path.rpartition("/")[2]
    dot = name.rfind(".")
    return name[dot:] if dot > 0 and name[:dot].strip(".") else ""


class Differ(Enum):
    """Who makes a layer out of a changed file system: see ``diff``."""

    NATIVE = "native"
    """A graph driver on overlayfs: the upper directory as it is."""
    BUILDKIT = "buildkit"
    """BuildKit and containerd on overlayfs: the upper directory without what did not change."""
    NAIVE = "naive"
    """A comparison of the two trees, where there is no upper directory (vfs, btrfs, fuse-overlayfs)."""
