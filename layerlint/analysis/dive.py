"""The figures of dive, by its arithmetic and with its faults, so that they can be set beside the right ones.

dive looks at the leaves of each layer's tree, path by path, the names of a directory in their order:

- a path that several layers have is *inefficient*; wasted are the bytes of all its copies, with the one that
  is kept; the efficiency is the sum of the smallest copies over the sum of all;
- a whiteout of a file counts nothing, one of a directory what is below it in the layers so far, but only
  where the last layer that names the directory has an entry of its own for it;
- a whiteout of a path that is not there ends the look at the layer, and leaves the path with a smallest copy
  of -1 byte;
- opaque marks are not looked at; all but the first layer are the user's.

Read in ``dive/filetree/efficiency.go``, ``file_tree.go`` and ``dive/image/analysis.go`` of dive 0.13.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from layerlint._dataclass import dataclass
from layerlint.domain.size import Size
from layerlint.filesystem.layer import EntryKind, Layer
from layerlint.filesystem.tree import MAX_DEPTH, PATH_MAX, split
from layerlint.report import DiveFigures

_WHITEOUT = ".wh."
_NEVER_SEEN = -1
"""The smallest copy of a path that dive met in a whiteout of nothing."""


@dataclass(frozen=True, slots=True)
class DiveSums:
    """What the figures are made of, in bytes."""

    smallest: int
    """Of every path, its smallest copy."""
    all_copies: int
    wasted: int
    image: int
    user: int
    inefficient: tuple[tuple[int, int, str], ...]


def dive_figures(layers: Sequence[Layer]) -> DiveFigures:
    """Of an image, base first; of a forecast with its likely sizes."""
    sums = dive_sums(layers, likely)
    return DiveFigures(
        sums.smallest / sums.all_copies if sums.all_copies else 1.0,
        sums.wasted,
        sums.wasted / sums.user if sums.user else None,
        sums.image,
        sums.user,
        sums.inefficient,
    )


def likely(size: Size) -> int:
    return size.likely


def dive_sums(layers: Sequence[Layer], bytes_of: Callable[[Size], int]) -> DiveSums:
    """``bytes_of`` says which of the values of a size counts."""
    paths = _Paths()
    stacked = _Node()
    shipped: list[int] = []
    for layer in layers:
        upper, size = _tree(layer, bytes_of)
        shipped.append(size)
        paths.visit(upper, stacked)
        _graft(upper, stacked)
    smallest = sum(found.smallest for found in paths.known.values())
    all_copies = sum(found.all_copies for found in paths.known.values())
    inefficient = sorted((found.copies, found.all_copies, path) for path, found in paths.several())
    inefficient.sort(key=lambda row: row[1])
    wasted = sum(size for _, size, _ in inefficient)
    return DiveSums(smallest, all_copies, wasted, sum(shipped), sum(shipped[1:]), tuple(inefficient))


class _Node:
    """One name of a layer's tree, or of the layers stacked."""

    __slots__ = ("children", "is_directory", "size")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.size = 0
        self.is_directory = False
        """It has an entry of its own: a parent that is only implied has none."""

    def make(self, parts: Iterable[str]) -> _Node:
        node = self
        for name in parts:
            child = node.children.get(name)
            if child is None:
                child = node.children[name] = _Node()
            node = child
        return node

    def total(self) -> int:
        found, pending = 0, [self]
        while pending:
            node = pending.pop()
            found += node.size
            pending += node.children.values()
        return found


def _tree(layer: Layer, bytes_of: Callable[[Size], int]) -> tuple[_Node, int]:
    """The tree of a layer, whiteouts under their own names, and the bytes of its files."""
    root, shipped = _Node(), 0
    folder, inside = "", root
    for entry in layer.entries:
        parent, _, name = entry.path.rpartition("/")
        if parent != folder:
            # Entries of one directory follow one another.
            parts = split(parent)
            if parts is None or len(parts) >= MAX_DEPTH:
                continue
            folder, inside = parent, root.make(parts)
        if not name or len(entry.path) > PATH_MAX:
            continue
        kind = entry.kind
        if kind is EntryKind.WHITEOUT:
            name = _WHITEOUT + name
        node = inside.children.get(name)
        if node is None:
            node = inside.children[name] = _Node()
        if kind is not EntryKind.OPAQUE:
            node.size = bytes_of(entry.bytes)
            node.is_directory = kind is EntryKind.DIRECTORY
            shipped += node.size
    return root, shipped


def _graft(upper: _Node, stacked: _Node) -> None:
    """Stack a layer; no deeper than `MAX_DEPTH`."""
    for name in sorted(upper.children):
        child = upper.children[name]
        if name.startswith(_WHITEOUT):
            stacked.children.pop(name.removeprefix(_WHITEOUT), None)
            continue
        below = stacked.children.get(name)
        if below is None:
            if not child.children:
                stacked.children[name] = child
                continue
            below = stacked.children[name] = _Node()
        if child.children:
            _graft(child, below)
        below.size, below.is_directory = child.size, child.is_directory


class _Path:
    """What dive knows of one path."""

    __slots__ = ("all_copies", "copies", "smallest")

    def __init__(self) -> None:
        self.smallest = _NEVER_SEEN
        self.all_copies = 0
        self.copies = 0

    def add(self, size: int) -> None:
        self.copies += 1
        self.all_copies += size
        self.smallest = size if self.smallest < 0 else min(self.smallest, size)


class _Paths:
    def __init__(self) -> None:
        self.known: dict[str, _Path] = {}

    def several(self) -> Iterable[tuple[str, _Path]]:
        return ((path, found) for path, found in self.known.items() if found.copies > 1)

    def visit(self, node: _Node, below: _Node | None, path: str = "") -> bool:
        """Look at the leaves under a node; False where a whiteout of nothing ends it."""
        for name in sorted(node.children):
            child = node.children[name]
            bare = name.removeprefix(_WHITEOUT)
            lower = None if below is None else below.children.get(bare)
            if child.children:
                if not self.visit(child, lower, f"{path}/{name}"):
                    return False
                continue
            whole = f"{path}/{bare}"
            found = self.known.get(whole)
            if found is None:
                found = self.known[whole] = _Path()
            if bare == name:
                found.add(child.size)
            elif lower is None:
                return False
            else:
                found.add(lower.total() if lower.is_directory else 0)
        return True
