"""A layer: the changeset between two states of a file system, as it ships."""

from __future__ import annotations

from collections.abc import Iterable, Set
from enum import Enum
from typing import NamedTuple

from layerlint._dataclass import dataclass, field
from layerlint.domain.size import ZERO, Size
from layerlint.domain.truth import Truth
from layerlint.filesystem.node import Change, Directory, Inode, Kind, Node


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
_FILE, _DIRECTORY, _HARDLINK = EntryKind.FILE, EntryKind.DIRECTORY, EntryKind.HARDLINK
_MARKS = (EntryKind.WHITEOUT, EntryKind.OPAQUE)
_NEW_DATA = (Change.CREATED, Change.CONTENT)


class Entry(NamedTuple):
    """One entry of a layer's tar, under the path that it is about (not the ``.wh.`` name).

    A tuple, which is made several times as fast as other objects: layers have hundreds of thousands.
    """

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
        node, kind = self.node, self.kind
        if not isinstance(node, Inode) or (kind is not _FILE and (kind is _HARDLINK or kind in _MARKS)):
            return ZERO
        return node.size if node.added is None else node.added

    @property
    def because(self) -> str:
        return "" if self.node is None or self.kind is EntryKind.WHITEOUT else self.node.because


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """What is asked of all entries of a layer together, many times: looked through once."""

    bytes: Size
    new_files: tuple[Entry, ...]
    """Files with new data."""
    names: Set[str]
    """Every component of the paths of all entries."""
    modes: Set[tuple[EntryKind, int]]
    """Kinds of entries with their permission bits; those without a node are left out."""
    data: Set[type]
    """The types of what is known of the data."""


def _look_through(entries: Iterable[Entry]) -> Contents:
    low = likely = high = 0
    bounded = True
    new: list[Entry] = []
    modes: dict[EntryKind, set[int]] = {}
    data: set[type] = set()
    folders: set[str] = set()
    names: set[str] = set()
    file_modes: set[int] = set()
    for entry in entries:
        path, kind, node, _, _ = entry
        folder, _, name = path.rpartition("/")
        folders.add(folder)
        names.add(name)
        if isinstance(node, Inode):
            if kind is _FILE:
                file_modes.add(node.mode)
                if node.change in _NEW_DATA:
                    new.append(entry)
            else:
                modes.setdefault(kind, set()).add(node.mode)
                if kind is _HARDLINK or kind in _MARKS:
                    continue
            data.add(node.content.__class__)
            size = node.size if node.added is None else node.added
            low += size.low
            likely += size.likely
            if size.high is None:
                bounded = False
            else:
                high += size.high
        elif node is not None:
            modes.setdefault(kind, set()).add(node.mode)
    names.update(name for folder in folders for name in folder.split("/"))
    modes[_FILE] = file_modes
    return Contents(
        Size(low, likely, high if bounded else None),
        tuple(new),
        names,
        {(kind, mode) for kind, found in modes.items() for mode in found},
        data,
    )


@dataclass(frozen=True, slots=True)
class Layer:
    """Entries in the order of their paths; a directory stands before what is in it."""

    index: int
    entries: tuple[Entry, ...]
    whole: dict[int, int] = field(default_factory=dict, init=False, compare=False, repr=False)
    """Positions of directories that are all new and ship with all that is in them, and where that ends:
    the tree of such an entry's node is what the layer says.  Filled by `diff`."""
    _contents: list[Contents] = field(default_factory=list, init=False, compare=False, repr=False)
    _applied: list[tuple[Directory, Directory]] = field(
        default_factory=list, init=False, compare=False, repr=False
    )
    """The root that the layer was made on, and the one above it."""

    @property
    def contents(self) -> Contents:
        if not self._contents:
            self._contents.append(_look_through(self.entries))
        return self._contents[0]

    @property
    def bytes(self) -> Size:
        """The sum of the regular files' sizes, as ``docker history`` counts it."""
        return self.contents.bytes


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
