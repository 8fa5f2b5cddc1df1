"""The join of two states of a file system where control flow meets again.

The likely path is one whole world: what is expected there has its likely size, what is expected to be
absent has 0, so that likely bytes add up over layers.  The bounds hold both worlds.
"""

from __future__ import annotations

from collections.abc import Callable

from layerlint._dataclass import replace
from layerlint.domain.size import ZERO, Size
from layerlint.domain.truth import Truth
from layerlint.filesystem.node import Directory, Inode, Kind, Node, stamp
from layerlint.filesystem.tree import once, rebuild, walk, with_children

ALTERNATIVE = "<alternative>"
"""The name, in a directory, of the file that is there instead of the directory on the other path."""


def weaken(node: Node, *, likely: bool) -> Node:
    """The tree as one that may not be there: sizes from 0 up, likely 0 unless it is ``likely``."""
    return _weakener(likely=likely)(node)


def _weakener(*, likely: bool) -> Callable[[Node], Node]:
    """`weaken` for several trees: an inode that has names in more than one stays one inode."""

    def weak_inode(inode: Inode) -> Inode:
        if inode.presence is Truth.MAYBE and (likely or not inode.likely):
            return inode
        return replace(
            inode,
            size=_weak(inode.size, likely=likely),
            added=None if inode.added is None else _weak(inode.added, likely=likely),
            count=_weak(inode.count, likely=likely) if inode.is_summary else inode.count,
            presence=Truth.MAYBE,
            likely=inode.likely and likely,
        )

    def weak_directory(directory: Directory, children: dict[str, Node]) -> Directory:
        return replace(directory, children=children, presence=Truth.MAYBE, likely=directory.likely and likely)

    weak_once = once(weak_inode)
    return lambda node: rebuild(node, weak_once, weak_directory)


def _weak(size: Size, *, likely: bool) -> Size:
    return size.or_nothing() if likely else size.unlikely()


class Join:
    """One join; ``one`` is the state on the likely path, ``layer`` the layer that is being made."""

    def __init__(self, layer: int) -> None:
        self._layer = layer
        self._likely = _weakener(likely=True)
        self._unlikely = _weakener(likely=False)
        # Two names of one pair of inodes stay hard links.  The pair is kept: an id is reused once its
        # object is gone.
        self._pairs: dict[tuple[int, int], tuple[Inode, Inode, Inode]] = {}

    def directories(self, one: Directory, other: Directory) -> Directory:
        if one is other:
            return one
        children: dict[str, Node] = {}
        for name, node in one.children.items():
            twin = other.children.get(name)
            children[name] = self._likely(node) if twin is None else self.nodes(node, twin)
        for name, node in other.children.items():
            if name not in children:
                children[name] = self._unlikely(node)
        # On the path that made it anew it is another directory; on this one it is the old one still.
        kept = other if other.layer < one.layer else one
        if (
            kept is one
            and len(children) == len(one.children)
            and all(children[name] is node for name, node in one.children.items())
            and one.header == other.header
        ):
            return one
        return Directory(
            children,
            one.mode,
            one.uid if one.uid == other.uid else None,
            one.gid if one.gid == other.gid else None,
            kept.layer,
            one.because,
            one.complete and other.complete,
            one.presence & other.presence,
            kept.birth,
            one.mtime if one.mtime == other.mtime else stamp(),
            one.likely,
        )

    def nodes(self, one: Node, other: Node) -> Node:
        if one is other:
            return one
        if isinstance(one, Directory):
            if isinstance(other, Directory):
                return self.directories(one, other)
            return self._directory_or_inode(one, other)
        if isinstance(other, Directory):
            other = self._as_inode(one, other)
        pair = id(one), id(other)
        if (known := self._pairs.get(pair)) is None:
            known = self._pairs[pair] = one, other, self._inodes(one, other)
        return known[2]

    def _inodes(self, one: Inode, other: Inode) -> Inode:
        made = one if one.layer == self._layer else other
        size = one.size.join(other.size)
        added = self._added(one).join(self._added(other))
        below = next((inode for inode in (one, other) if inode.layer != self._layer), one.origin)
        return replace(
            one,
            size=size,
            added=None if added == size or made.layer != self._layer else added,
            uid=one.uid if one.uid == other.uid else None,
            gid=one.gid if one.gid == other.gid else None,
            layer=made.layer,
            because=made.because,
            content=one.content if one.content == other.content else None,
            count=one.count.join(other.count),
            presence=one.presence & other.presence,
            change=made.change,
            origin=below if made.layer == self._layer else one.origin,
            # A change that is not likely is a change all the same: nothing below has this time.
            mtime=one.mtime if one.status == other.status else stamp(),
            label=one.label if one.label == other.label else None,
            linked=one.linked or other.linked,
        )

    def _added(self, inode: Inode) -> Size:
        return inode.ships if inode.layer == self._layer else ZERO

    def _as_inode(self, one: Inode, other: Directory) -> Inode:
        """A file that stands for all the bytes of the tree that is there instead of ``one``."""
        low = likely = high = 0
        bounded = True
        for _, node in walk("/", other):
            if isinstance(node, Inode):
                low, likely = low + node.size.low, likely + node.size.likely
                bounded = bounded and node.size.high is not None
                high += node.size.high or 0
        size = Size(low, likely, high if bounded else None)
        return replace(one, size=size, added=None, layer=self._layer)

    def _directory_or_inode(self, one: Directory, other: Inode) -> Directory:
        children = {name: self._likely(node) for name, node in one.children.items()}
        if other.size != ZERO:
            file = replace(
                other,
                kind=Kind.FILE,
                target="",
                size=other.size.unlikely(),
                added=self._added(other).unlikely(),
                count=Size(0, 0, 1),
                presence=Truth.MAYBE,
                likely=False,
            )
            there = children.get(ALTERNATIVE)
            children[ALTERNATIVE] = file if there is None else self.nodes(there, file)
        return with_children(one, children, one.mtime)
