"""What a file system is made of: inodes and directories, immutable and shared between states.

A tree is persistent: an operation copies the directories on its path and shares all the rest, so a
state before a step costs nothing to keep, and what a step changed is found by comparing identities
(`is`), as overlayfs finds it in its upper directory.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import TypeAlias

from layerlint._dataclass import dataclass, field
from layerlint.domain.size import ZERO, Size
from layerlint.domain.truth import Truth

BASE_LAYER = -1
"""The layer number of everything that the base image ships."""


class Kind(Enum):
    FILE = "file"
    SYMLINK = "symlink"
    FIFO = "fifo"
    SOCKET = "socket"
    DEVICE = "device"


class Change(Enum):
    """Why an inode is in the layer that it is in."""

    CREATED = "created"
    CONTENT = "content"
    """Copied up, or replaced by a new file, for other data."""
    METADATA = "metadata"
    """Copied up for a mode, owner, time or attribute alone (also one that was set to what it was)."""
    MOVED = "moved"
    LINKED = "linked"
    """Copied up because a hard link to it was made."""


@dataclass(frozen=True, slots=True)
class Inline:
    """Data that is known and small."""

    data: bytes


@dataclass(frozen=True, slots=True)
class HostFile:
    """Data of a regular file of the build context: read only when asked for, and within a bound."""

    name: str
    """Its path on this machine; a `Path` for each file of a large context is slow to make, and large."""

    @property
    def path(self) -> Path:
        return Path(self.name)


@dataclass(frozen=True, slots=True)
class ArchiveMember:
    """Data of one member of an archive in the build context."""

    archive: HostFile
    member: str


@dataclass(frozen=True, slots=True)
class Zeros:
    """Nothing but zero bytes, as many as the inode is long."""


@dataclass(frozen=True, slots=True)
class TarData:
    """A tar of these files: how far it will compress is known from them."""

    members: tuple[Inode, ...]


Content: TypeAlias = "Inline | HostFile | ArchiveMember | Zeros | TarData"


def stamp() -> object:
    """A new identity for the time of a write: equal only to itself, as a clock's nanoseconds are."""
    return object()


_ONE = Size.exact(1)


@dataclass(frozen=True, slots=True, eq=False)
class Inode:
    """Everything but a directory.  Two names that hold the same `Inode` object are hard links.

    ``size`` is in bytes (apparent size; 0 for all but regular files).  ``count`` is 1, or the number
    of files that a *summary node* stands for: a package's files in one directory, whose names are
    not known one by one; its own name in the directory is like ``<curl>``.
    """

    kind: Kind
    size: Size
    mode: int
    """Permission bits with setuid, setgid and sticky (07777)."""
    uid: int | None
    gid: int | None
    """None where the owner is not known."""
    layer: int
    because: str
    """The command that put it here, for messages."""
    content: Content | None = None
    target: str = ""
    """Of a symlink."""
    count: Size = _ONE
    presence: Truth = Truth.YES
    """MAYBE where only some paths through the script make it; never NO."""
    likely: bool = True
    """Of a MAYBE: whether the path that is expected to be taken makes it."""
    change: Change = Change.CREATED
    origin: Inode | None = None
    """What it was before it was copied up, replaced or moved in this layer."""
    mtime: object = field(default_factory=stamp)
    """Compared by equality only."""
    capability: str | None = None
    """``security.capability``, the only extended attribute that a BuildKit layer keeps."""
    label: str | None = None
    """The package that it belongs to, as ``manager:name``, for those who remove it by that name."""
    added: Size | None = None
    """Bytes that it adds to its layer, where that is not its size: on some paths through the script it
    is still the inode of the layer below, which adds nothing."""
    linked: bool = False
    """Several names may hold it.  Only kept up to date for inodes of the layer that is being made."""

    @property
    def ships(self) -> Size:
        """Bytes that it adds to the layer that it is in."""
        return self.size if self.added is None else self.added

    @property
    def status(self) -> tuple[object, ...]:
        """What two files have the same that no comparison without their data can tell apart."""
        return (
            self.kind,
            self.mode,
            self.uid,
            self.gid,
            self.size,
            self.mtime,
            self.target,
            self.capability,
        )

    @property
    def is_summary(self) -> bool:
        return self.count is not _ONE and self.count != _ONE


@dataclass(frozen=True, slots=True, eq=False)
class Directory:
    children: Mapping[str, Node]
    """Never changed once the directory is made."""
    mode: int
    uid: int | None
    gid: int | None
    layer: int
    """The layer that made it, kept by every change: a directory of a lower layer cannot be renamed."""
    because: str
    complete: bool = True
    """Every name in it is known: a name that is not here is not there.  False under an unknown base."""
    presence: Truth = Truth.YES
    birth: object = field(default_factory=stamp)
    """Kept by every change of the directory; a directory that was removed and made anew has another."""
    mtime: object = field(default_factory=stamp)
    likely: bool = True
    """As of an inode."""

    @property
    def header(self) -> tuple[object, ...]:
        """All that can differ but what is in it and its times: no layer keeps a directory for its time."""
        return (self.mode, self.uid, self.gid, self.complete, self.presence, self.likely)


Node: TypeAlias = Inode | Directory


def empty_directory(layer: int = BASE_LAYER, *, complete: bool = True) -> Directory:
    """A root directory with nothing in it (``FROM scratch``), or about which nothing is known."""
    return Directory({}, 0o755, 0, 0, layer, "", complete)


def file_size(node: Node) -> Size:
    """Bytes of data in the node itself: the size of a regular file, else nothing.

    A symbolic link has a size above 0 only where it may be a regular file instead (a join).
    """
    return node.size if isinstance(node, Inode) else ZERO
