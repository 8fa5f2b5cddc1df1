"""Copies of subtrees: what ``cp``, ``mv`` over a layer's boundary and ``COPY --from`` make."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeAlias

from layerlint._dataclass import dataclass, replace
from layerlint.domain.text import UNKNOWN, Unknown
from layerlint.filesystem.node import Change, Directory, Inode, Kind, Node, stamp
from layerlint.filesystem.tree import hard_links, once, rebuild, with_children

Owner: TypeAlias = "int | Unknown | None"
"""A user or group id; UNKNOWN for one that is not known; None for the one that is there."""
Mode: TypeAlias = "int | Callable[[Node], int] | None"


def owner_of(wanted: Owner, current: int | None) -> int | None:
    """The id that a node gets; None where it is not known."""
    if wanted is None:
        return current
    return None if wanted is UNKNOWN else wanted


def mode_of(wanted: Mode, node: Node) -> int:
    """The permission bits that a node gets; those of a symbolic link cannot be changed."""
    if wanted is None or (isinstance(node, Inode) and node.kind is Kind.SYMLINK):
        return node.mode
    return (wanted if isinstance(wanted, int) else wanted(node)) & 0o7777


def below(inode: Node | None, layer: int) -> Inode | None:
    """The inode of a lower layer that this one is, or was before ``layer`` changed it."""
    if not isinstance(inode, Inode):
        return None
    return inode.origin if inode.layer == layer else inode


@dataclass(frozen=True, slots=True)
class Copying:
    """What a copy gives its nodes: see `FileSystem.graft`."""

    layer: int
    because: str
    uid: Owner = None
    gid: Owner = None
    mode: Mode = None
    keep_times: bool = True

    def copy(self, source: Node) -> Node:
        linked = hard_links(source)
        return rebuild(source, once(lambda inode: self._inode(inode, linked)), self._directory)

    def place(self, copied: Node, old: Node | None) -> Node:
        """The copy as it is where ``old`` was; a directory that is there keeps its mode and owner."""
        if isinstance(old, Directory) and isinstance(copied, Directory):
            kept = self._merge(old, copied)
            return replace(kept, mode=old.mode, uid=old.uid, gid=old.gid)
        return self._over(old, copied)

    def _inode(self, source: Inode, linked: Collection[int]) -> Inode:
        return replace(
            source,
            mode=mode_of(self.mode, source),
            uid=owner_of(self.uid, source.uid),
            gid=owner_of(self.gid, source.gid),
            layer=self.layer,
            because=self.because,
            change=Change.CREATED,
            origin=None,
            mtime=source.mtime if self.keep_times else stamp(),
            capability=source.capability if self.keep_times else None,
            label=None,
            added=None,
            linked=id(source) in linked,
        )

    def _directory(self, source: Directory, children: dict[str, Node]) -> Directory:
        return replace(
            source,
            children=children,
            mode=mode_of(self.mode, source),
            uid=owner_of(self.uid, source.uid),
            gid=owner_of(self.gid, source.gid),
            layer=self.layer,
            because=self.because,
            birth=stamp(),
            mtime=source.mtime if self.keep_times else stamp(),
        )

    def _merge(self, old: Directory, copied: Directory) -> Directory:
        children = dict(old.children)
        for name, node in copied.children.items():
            there = old.children.get(name)
            children[name] = node if there is None else self._over(there, node)
        return replace(
            with_children(old, children, copied.mtime), mode=copied.mode, uid=copied.uid, gid=copied.gid
        )

    def _over(self, old: Node | None, copied: Node) -> Node:
        if isinstance(copied, Directory):
            return self._merge(old, copied) if isinstance(old, Directory) else copied
        origin = below(old, self.layer)
        # A hard link in the copy that lands on an old file becomes a file of its own here.
        return copied if origin is None else replace(copied, change=Change.CONTENT, origin=origin)


def moved(node: Node, layer: int, because: str) -> Node:
    """The tree as ``mv`` makes it anew elsewhere when ``rename(2)`` answers EXDEV.

    A copy is no hard link to names that stayed outside of the tree.
    """
    linked = hard_links(node)

    def move(inode: Inode) -> Inode:
        if inode.layer == layer and inode.added is None and not inode.linked:
            return inode
        return replace(
            inode,
            layer=layer,
            because=because,
            change=Change.MOVED,
            origin=below(inode, layer),
            added=None,
            linked=id(inode) in linked,
        )

    def move_directory(directory: Directory, children: dict[str, Node]) -> Directory:
        return replace(directory, children=children, layer=layer, because=because, birth=stamp())

    return rebuild(node, once(move), move_directory)
