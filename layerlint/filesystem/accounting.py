"""What of an image can be seen, and what ships though nobody can ever see it.

Bytes are counted by inode: data with two names is hidden when the last of them is gone.  Law of
conservation: the bytes of the base and of all layers are the visible and the hidden bytes together.  It
holds for likely bytes always, and for the bounds where nothing is MAYBE.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import assert_never

from layerlint._dataclass import dataclass
from layerlint.domain.size import ZERO, Size, total
from layerlint.domain.truth import Truth
from layerlint.filesystem.apply import apply
from layerlint.filesystem.layer import EntryKind, Layer
from layerlint.filesystem.node import BASE_LAYER, Change, Directory, Inode, Node
from layerlint.filesystem.tree import changed_names, inodes
from layerlint.filesystem.union import FileSystem


class HiddenKind(Enum):
    DELETED = "deleted"
    OVERWRITTEN = "overwritten"
    METADATA_ONLY = "metadata-only"
    """Copied up with the same data, for its mode, owner, time or a hard link."""
    MOVED = "moved"
    TYPE_CHANGE = "type-change"


_WHITEOUT, _HARDLINK = EntryKind.WHITEOUT, EntryKind.HARDLINK


@dataclass(frozen=True, slots=True)
class Hidden:
    """Data of one inode that the final root file system cannot reach."""

    path: str
    """The name that was the last to go."""
    bytes: Size
    kind: HiddenKind
    created: int
    """The layer that ships it; `BASE_LAYER` for the base image."""
    hidden_by: int
    """The layer that hides it."""
    inode: Inode
    replacement: Inode | None
    """What is there instead, or where it was moved to."""


@dataclass(frozen=True, slots=True)
class Accounting:
    image: Size
    """Bytes of regular files in the base image and in every layer."""
    visible: Size
    hidden: Size
    items: tuple[Hidden, ...]
    """The largest first (likely bytes), then by path."""
    final: FileSystem
    """The base with all layers on it."""


def account(base: FileSystem, layers: Sequence[Layer]) -> Accounting:
    """Count an image: ``base`` once as a whole, then only what each layer touches.

    ``layers`` are in order, and made by `diff` or of the same inode objects throughout.
    """
    ledger = _Ledger(base.root)
    state = base
    for layer in layers:
        above = apply(state, layer)
        changes: list[_Change] = []
        appeared: list[Inode] = []
        _compare("", state.root, above.root, changes, appeared)
        ledger.add(layer, changes, appeared)
        state = above
    return ledger.close(state)


@dataclass(eq=False, slots=True)
class _Change:
    """A name whose inode is another one now."""

    path: str
    old: Inode | None
    new: Inode | None
    type_change: bool
    instead: Inode | None
    """What took the place of a whole directory, else ``new``."""


def _compare(
    path: str,
    old: Node | None,
    new: Node | None,
    found: list[_Change],
    appeared: list[Inode],
    *,
    type_change: bool = False,
    instead: Inode | None = None,
) -> None:
    """Find the names that differ between two trees; shared subtrees are not visited.

    Of a new directory, inodes go to ``appeared`` that are nothing but new: of most layers nearly all.
    """
    if old is new:
        return
    if old is None and isinstance(new, Directory):
        _new_names(path, new, found, appeared)
        return
    old_inode = old if isinstance(old, Inode) else None
    new_inode = new if isinstance(new, Inode) else None
    if old is not None and new is not None and _type(old) is not _type(new):
        type_change, instead = True, new_inode
    if old_inode is not None or new_inode is not None:
        found.append(_Change(path, old_inode, new_inode, type_change, new_inode or instead))
    below = old.children if isinstance(old, Directory) else {}
    above = new.children if isinstance(new, Directory) else {}
    for name in changed_names(below, above):
        before, after = below.get(name), above.get(name)
        if before is None and isinstance(after, Inode):
            found.append(_Change(f"{path}/{name}", None, after, type_change, after))
        else:
            _compare(
                f"{path}/{name}", before, after, found, appeared, type_change=type_change, instead=instead
            )


def _new_names(path: str, new: Directory, found: list[_Change], appeared: list[Inode]) -> None:
    children = new.children
    others = []
    for name, node in children.items():
        if isinstance(node, Inode) and node.added is None:
            appeared.append(node)
        else:
            others.append(name)
    for name in sorted(others):
        node = children[name]
        if isinstance(node, Directory):
            _new_names(f"{path}/{name}", node, found, appeared)
        else:
            found.append(_Change(f"{path}/{name}", None, node, False, node))


def _type(node: Node) -> object:
    return node.kind if isinstance(node, Inode) else Directory


@dataclass(eq=False, slots=True)
class _Blob:
    """Data that ships once, in one layer, and the last time that a name of it went."""

    inode: Inode
    size: Size
    layer: int
    path: str = ""
    hidden_by: int = BASE_LAYER
    kind: HiddenKind = HiddenKind.DELETED
    replacement: Inode | None = None


@dataclass(eq=False, slots=True)
class _Holder:
    """An inode object that names hold, and the data that can be seen through it.

    It may show the data of a lower layer too, where only some paths through the script changed it.
    """

    inode: Inode
    names: int
    shows: list[tuple[_Blob, int]]
    """Each with the likely bytes of it that are visible here."""


@lru_cache(maxsize=16)
def count_names(root: Directory) -> tuple[Mapping[int, int], Size]:
    """How many names hold an inode, by `id`, and the bytes of all; a base is mostly that of the file before."""
    names: dict[int, int] = {}
    sizes: list[Size] = []
    for inode in inodes(root):
        known = names.get(id(inode), 0)
        names[id(inode)] = known + 1
        if not known:
            sizes.append(inode.size)
    return names, total(sizes)


class _Ledger:
    def __init__(self, base: Directory) -> None:
        self._names, bytes_of_base = count_names(base)
        self._shipped = [bytes_of_base]
        # The data of the layers, and what of the base a layer touched.
        self._blobs: list[_Blob] = []
        self._holders: dict[int, _Holder] = {}
        # The layers of inodes (by `id`) that have had one name only since they were made: most have no other,
        # and keep it.
        self._plain: dict[int, int] = {}

    def add(self, layer: Layer, changes: Sequence[_Change], appeared: Sequence[Inode]) -> None:
        origins: dict[object, Inode] = {}
        holders, plain = self._holders, self._plain
        expected = {id(inode) for inode in appeared}
        first_names: set[int] = set()
        shipped: list[Size] = []
        for entry in layer.entries:
            _, kind, node, _, _ = entry
            if not isinstance(node, Inode) or kind is _WHITEOUT:
                continue
            if node.origin is not None:
                origins[_identity(node.origin)] = node
            key = id(node)
            if kind is not _HARDLINK and key not in holders and key not in plain:
                shipped.append(node.size if node.added is None else node.added)
                if key in expected:
                    first_names.add(key)
                    plain[key] = layer.index
                    continue
                holders[key] = self._ship(node, shipped[-1], layer.index, 0)
                # Of an entry that another one of the same layer replaces: no change will tell of it.
                blob = self._blobs[-1]
                blob.path, blob.hidden_by, blob.kind = entry.path, layer.index, HiddenKind.OVERWRITTEN
        self._shipped.append(total(shipped))
        for change in changes:
            if change.new is not None:
                self._appear(change.new, change.old)
        if len(first_names) < len(appeared):
            for inode in appeared:
                if id(inode) in first_names:
                    first_names.discard(id(inode))
                else:
                    self._appear(inode, None)
        for change in changes:
            if change.old is None:
                continue
            holder = self._holder(change.old)
            holder.names -= 1
            for blob, _ in holder.shows:
                blob.path, blob.hidden_by = change.path, layer.index
                blob.kind, blob.replacement = _reason(change, change.old, origins)

    def close(self, final: FileSystem) -> Accounting:
        shown: dict[int, int] = {}
        whole: set[int] = set()
        for holder in self._holders.values():
            if holder.names > 0:
                for blob, visible in holder.shows:
                    shown[id(blob)] = max(visible, shown.get(id(blob), 0))
                    if blob.inode is holder.inode:
                        whole.add(id(blob))
        image = total(self._shipped)
        low, likely, high = image.low, image.likely, image.high
        items: list[Hidden] = []
        for blob in self._blobs:
            if id(blob) in whole:
                continue
            hidden = blob.size
            if id(blob) in shown:
                hidden = Size(0, max(blob.size.likely - shown[id(blob)], 0), blob.size.high)
            elif high is not None:
                high -= blob.size.high or 0
            low, likely = low - blob.size.low, likely - hidden.likely
            if hidden != ZERO:
                item = Hidden(
                    blob.path, hidden, blob.kind, blob.layer, blob.hidden_by, blob.inode, blob.replacement
                )
                items.append(item)
        items.sort(key=lambda item: (-item.bytes.likely, item.path, item.created))
        hidden_bytes = total(item.bytes for item in items)
        return Accounting(image, Size(low, likely, high), hidden_bytes, tuple(items), final)

    def _ship(self, inode: Inode, size: Size, layer: int, names: int) -> _Holder:
        blob = _Blob(inode, size, layer)
        self._blobs.append(blob)
        return _Holder(inode, names, [(blob, size.likely)])

    def _holder(self, inode: Inode) -> _Holder:
        """The holder of an inode that has had a name; the first time, it is one of the base."""
        holder = self._known(inode)
        if holder is None:
            names = self._names.get(id(inode), 0)
            holder = self._holders[id(inode)] = self._ship(inode, inode.size, BASE_LAYER, names)
        return holder

    def _known(self, inode: Inode) -> _Holder | None:
        layer = self._plain.pop(id(inode), None)
        if layer is not None:
            self._holders[id(inode)] = self._ship(inode, inode.ships, layer, 1)
        return self._holders.get(id(inode))

    def _appear(self, new: Inode, old: Inode | None) -> None:
        holder = self._known(new)
        lower = [] if old is None else self._holder(old).shows
        if holder is None and old is not None and new.layer == old.layer and id(new) not in self._names:
            # The same inode, which from now on is there on some paths only.
            shows = [(blob, visible if new.likely else 0) for blob, visible in lower]
            holder = self._holders[id(new)] = _Holder(new, 0, shows)
        elif holder is None:
            holder = self._holder(new)
        elif new.added is not None and not holder.names:
            # Where the layer did not change it, it is the inode below.
            rest = max(new.size.likely - new.added.likely, 0)
            holder.shows.extend((blob, min(visible, rest)) for blob, visible in lower)
        holder.names += 1


def _reason(change: _Change, old: Inode, origins: Mapping[object, Inode]) -> tuple[HiddenKind, Inode | None]:
    """Why the name no longer shows the data, and what does instead."""
    new = change.new
    if change.type_change:
        return HiddenKind.TYPE_CHANGE, change.instead
    if new is not None and new.origin is not None and _identity(new.origin) == _identity(old):
        match new.change:
            case Change.METADATA | Change.LINKED:
                return HiddenKind.METADATA_ONLY, new
            case Change.MOVED:
                return HiddenKind.MOVED, new
            case Change.CREATED | Change.CONTENT:
                return HiddenKind.OVERWRITTEN, new
            case _:
                assert_never(new.change)
    if (moved := origins.get(_identity(old))) is not None:
        return HiddenKind.MOVED, moved
    return (HiddenKind.DELETED if new is None else HiddenKind.OVERWRITTEN), new


def _identity(inode: Inode) -> object:
    """Equal for one inode.  One that is MAYBE there is made anew by every `apply`, with its old time."""
    return id(inode) if inode.presence is Truth.YES else (inode.layer, id(inode.mtime))
