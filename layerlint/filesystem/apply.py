"""Layers put on a file system, by the rules of the OCI image specification (``layer.md``).

The order of entries inside a layer does not matter: a whiteout removes paths of lower layers only, an
opaque mark hides all lower children of its directory, a directory over a directory changes its
attributes only, and any other entry replaces what is below it with all its tree.  Whiteouts of absent
paths change nothing.  Parents that are not in the layer are implied.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from layerlint._dataclass import dataclass, field, replace
from layerlint.domain.truth import Truth
from layerlint.filesystem.differ import diff
from layerlint.filesystem.join import weaken
from layerlint.filesystem.layer import DATA_KIND, Differ, Entry, EntryKind, Layer
from layerlint.filesystem.node import BASE_LAYER, Directory, Inode, Node, empty_directory
from layerlint.filesystem.tree import MAX_DEPTH, PATH_MAX, split
from layerlint.filesystem.union import FileSystem

_ODD_NAMES = frozenset(("", ".", ".."))


def apply(lower: FileSystem, layer: Layer) -> FileSystem:
    """The state with the layer on top.  Subtrees that the layer does not touch are shared.

    Entries with a path that is too long or too deep (`MAX_DEPTH`) or that holds ``..`` are left out.
    """
    root = next((above for below, above in layer._applied if below is lower.root), None)
    if root is None:
        root = _patch(layer).over(lower.root, layer.index)
    return lower if root is lower.root else replace(lower, root=root)


def commit(before: FileSystem, after: FileSystem, differ: Differ, index: int) -> tuple[Layer, FileSystem]:
    """The layer of a step, and the state after it as the next step sees it.

    What did not ship is the inode of the lower layer again: it costs nothing, and its next change is
    paid for once more.
    """
    layer = diff(before, after, differ, index)
    root = _patch(layer).over(before.root, index)
    layer._applied.append((before.root, root))
    return layer, replace(after, root=root)


def squash(layers: Sequence[Layer]) -> Layer:
    """One layer that does what these do one after the other, with the number of the last.

    A directory that has to hide all that is below it stands beside a whiteout of its own path.
    """
    patch = _Patch()
    for layer in layers:
        patch = _stack(patch, _patch(layer, expand=True), "")
    return Layer(layers[-1].index if layers else BASE_LAYER, tuple(_relink(patch.entries())))


@dataclass(slots=True)
class _Patch:
    """What a layer says of one path, and of the paths below it."""

    entry: Entry | None = None
    """What is there; None for a parent that is only implied."""
    whiteout: Entry | None = None
    opaque: Entry | None = None
    children: dict[str, _Patch] = field(default_factory=dict)
    inside: tuple[Layer, int, int] | None = None
    """Of a directory that is whole (`Layer.whole`): where the entries are that are not yet in ``children``."""

    def child(self, name: str) -> _Patch:
        child = self.children.get(name)
        if child is None:
            child = self.children[name] = _Patch()
        return child

    def put(self, entry: Entry) -> None:
        match entry.kind:
            case EntryKind.WHITEOUT:
                self.whiteout = entry
            case EntryKind.OPAQUE:
                self.opaque = entry
            case _:
                self.entry = entry if entry.node is not None else self.entry

    def over(self, lower: Node | None, index: int) -> Directory:
        """The directory that this and the node below it make together."""
        given = self.entry.node if self.entry is not None else None
        if self.inside is not None and isinstance(given, Directory):
            if not isinstance(lower, Directory):
                return given
            layer, start, end = self.inside
            self.inside, depth = None, len(split(layer.entries[start - 1].path) or ())
            for entry in layer.entries[start:end]:
                at = self
                for name in (split(entry.path) or [])[depth:]:
                    at = at.child(name)
                at.put(entry)
        if not isinstance(lower, Directory):
            base = replace(given, children={}) if isinstance(given, Directory) else _implied(index)
        elif self.opaque is not None:
            base = replace(given if isinstance(given, Directory) else lower, children={}, complete=True)
        else:
            base = lower
        children: dict[str, Node] = {}
        gone: list[str] = []
        below = base.children
        for name, patch in self.children.items():
            old = below.get(name)
            given_here = None if patch.entry is None else patch.entry.node
            new = given_here if isinstance(given_here, Inode) else patch.node(old, index)
            if new is None:
                if old is not None:
                    gone.append(name)
            elif new is not old:
                children[name] = new
        if gone or children:
            merged = {**base.children, **children}
            for name in gone:
                del merged[name]
            base = replace(base, children=merged)
        if isinstance(given, Directory) and given.header != base.header:
            base = replace(
                base,
                mode=given.mode,
                uid=given.uid,
                gid=given.gid,
                complete=given.complete,
                presence=given.presence,
                likely=given.likely,
                mtime=given.mtime,
            )
        return base

    def node(self, lower: Node | None, index: int) -> Node | None:
        """What is at the path after the layer, where ``lower`` is below it."""
        if self.whiteout is not None and lower is not None:
            left = self.whiteout.node
            lower = None if left is None else weaken(lower, likely=left.likely)
        if self.entry is not None and isinstance(self.entry.node, Inode):
            return self.entry.node
        if isinstance(lower, Directory) or self.makes_something:
            return self.over(lower, index)
        return lower

    @property
    def makes_something(self) -> bool:
        """Whether there is more here than whiteouts."""
        if self.entry is not None or self.opaque is not None:
            return True
        return any(child.makes_something for child in self.children.values())

    def entries(self) -> Iterator[Entry]:
        for entry in (self.whiteout, self.entry, self.opaque):
            if entry is not None:
                yield entry
        for name in sorted(self.children):
            yield from self.children[name].entries()


def _patch(layer: Layer, *, expand: bool = False) -> _Patch:
    """``expand``: also what is in directories that are whole is put under its name."""
    root = _Patch()
    entries, position = layer.entries, 0
    data: dict[str, Node | None] | None = None
    known: tuple[str, _Patch | None] = "", root
    while position < len(entries):
        entry = entries[position]
        position += 1
        if entry.kind is EntryKind.HARDLINK and entry.node is None:
            # A reader of tars knows only the name; a link out of the layer may fail, the format says.
            if data is None:
                data = {each.path: each.node for each in entries if each.kind is not EntryKind.HARDLINK}
            entry = entry._replace(node=data.get(entry.link))
        folder, _, name = entry.path.rpartition("/")
        if folder != known[0]:
            # Entries of one directory follow one another.
            known = folder, _made(root, folder, MAX_DEPTH - 1)
        at = known[1]
        if name in _ODD_NAMES or len(entry.path) > PATH_MAX:
            at = _made(root, entry.path, MAX_DEPTH)
        elif at is not None:
            at = at.child(name)
        if at is None:
            continue
        at.put(entry)
        end = layer.whole.get(position - 1)
        if end is not None and not expand:
            at.inside = layer, position, end
            position = end
    return root


def _made(root: _Patch, path: str, depth: int) -> _Patch | None:
    """The patch of a path, with those on the way to it; None for a path that is left out."""
    parts = split(path)
    if parts is None or len(parts) > depth or ".." in parts:
        return None
    at = root
    for name in parts:
        at = at.child(name)
    return at


def _stack(below: _Patch, above: _Patch, path: str) -> _Patch:
    """What both say of a path, the second on top of the first."""
    whiteout = above.whiteout or below.whiteout
    if above.whiteout is not None:
        left = above.whiteout.node
        below = _Patch() if left is None else _weaken(below, likely=left.likely)
    if above.entry is not None and isinstance(above.entry.node, Inode):
        return _Patch(above.entry, whiteout)
    if below.entry is not None and isinstance(below.entry.node, Inode):
        if not above.makes_something and above.opaque is None:
            return _Patch(below.entry, whiteout)
        # The file hid all that is under the path further down, and so has the directory that took its place.
        return _Patch(above.entry, Entry(path, EntryKind.WHITEOUT, None), above.opaque, above.children)
    children = dict(above.children)
    if above.opaque is None:
        for name, child in below.children.items():
            over = above.children.get(name)
            children[name] = child if over is None else _stack(child, over, f"{path}/{name}")
    return _Patch(above.entry or below.entry, whiteout, above.opaque or below.opaque, children)


def _weaken(patch: _Patch, *, likely: bool) -> _Patch:
    entry = patch.entry
    if entry is not None and entry.node is not None:
        entry = entry._replace(node=weaken(entry.node, likely=likely), presence=Truth.MAYBE)
    children = {name: _weaken(child, likely=likely) for name, child in patch.children.items()}
    return _Patch(entry, patch.whiteout, patch.opaque, children)


def _relink(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The first name of an inode gets its data: the one that had it may be gone."""
    data: dict[int, str] = {}
    for entry in entries:
        if not isinstance(entry.node, Inode) or entry.kind is EntryKind.WHITEOUT:
            yield entry
        elif (path := data.setdefault(id(entry.node), entry.path)) == entry.path:
            yield entry._replace(kind=DATA_KIND[entry.node.kind], link="")
        else:
            yield entry._replace(kind=EntryKind.HARDLINK, link=path)


def _implied(index: int) -> Directory:
    """A parent that is not in the layer: containerd and moby make it 0755 root:root."""
    return empty_directory(index)
