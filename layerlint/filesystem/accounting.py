"""What of an image can be seen, and what ships though nobody can ever see it.

Bytes are counted by inode: data with two names is hidden when the last of them is gone.  Law of
conservation: the bytes of the base and of all layers are the visible and the hidden bytes together.  It
holds for likely bytes always, and for the bounds where nothing is MAYBE.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from typing import assert_never

from layerlint._dataclass import dataclass
from layerlint.domain.size import ZERO, Size, total
from layerlint.domain.truth import Truth
from layerlint.filesystem.apply import apply
from layerlint.filesystem.layer import EntryKind, Layer
from layerlint.filesystem.node import BASE_LAYER, Change, Directory, Inode, Node
from layerlint.filesystem.tree import inodes
from layerlint.filesystem.union import FileSystem


class HiddenKind(Enum):
    DELETED = "deleted"
    OVERWRITTEN = "overwritten"
    METADATA_ONLY = "metadata-only"
    """Copied up with the same data, for its mode, owner, time or a hard link."""
    MOVED = "moved"
    TYPE_CHANGE = "type-change"


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


def account(base: FileSystem, layers: Sequence[Layer]) -> Accounting:
    """Count an image: ``base`` once as a whole, then only what each layer touches.

    ``layers`` are in order, and made by `diff` or of the same inode objects throughout.
    """
    ledger = _Ledger(base.root)
    state = base
    for layer in layers:
        above = apply(state, layer)
        ledger.add(layer, tuple(_changes("", state.root, above.root)))
        state = above
    return ledger.close()


@dataclass(frozen=True, slots=True)
class _Change:
    """A name whose inode is another one now."""

    path: str
    old: Inode | None
    new: Inode | None
    type_change: bool
    instead: Inode | None
    """What took the place of a whole directory, else ``new``."""


def _changes(
    path: str, old: Node | None, new: Node | None, *, type_change: bool = False, instead: Inode | None = None
) -> Iterator[_Change]:
    """The names that differ between two trees; shared subtrees are not visited."""
    if old is new:
        return
    old_inode = old if isinstance(old, Inode) else None
    new_inode = new if isinstance(new, Inode) else None
    if old is not None and new is not None and _type(old) is not _type(new):
        type_change, instead = True, new_inode
    if old_inode is not None or new_inode is not None:
        yield _Change(path, old_inode, new_inode, type_change, new_inode or instead)
    below = old.children if isinstance(old, Directory) else {}
    above = new.children if isinstance(new, Directory) else {}
    names = [name for name, node in above.items() if below.get(name) is not node]
    names += [name for name in below if name not in above]
    for name in sorted(names):
        yield from _changes(
            f"{path}/{name}", below.get(name), above.get(name), type_change=type_change, instead=instead
        )


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
def _counted(root: Directory) -> tuple[Mapping[int, int], Size]:
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
        self._names, bytes_of_base = _counted(base)
        self._shipped = [bytes_of_base]
        # The data of the layers, and what of the base a layer touched.
        self._blobs: list[_Blob] = []
        self._holders: dict[int, _Holder] = {}

    def add(self, layer: Layer, changes: Sequence[_Change]) -> None:
        origins: dict[object, Inode] = {}
        for entry in layer.entries:
            node = entry.node
            if not isinstance(node, Inode) or entry.kind is EntryKind.WHITEOUT:
                continue
            if node.origin is not None:
                origins[_identity(node.origin)] = node
            if id(node) not in self._holders and entry.kind is not EntryKind.HARDLINK:
                self._shipped.append(entry.bytes)
                self._holders[id(node)] = self._ship(node, entry.bytes, layer.index, 0)
                # Of an entry that another one of the same layer replaces: no change will tell of it.
                blob = self._blobs[-1]
                blob.path, blob.hidden_by, blob.kind = entry.path, layer.index, HiddenKind.OVERWRITTEN
        for change in changes:
            if change.new is not None:
                self._appear(change.new, change.old)
        for change in changes:
            if change.old is None:
                continue
            holder = self._holder(change.old)
            holder.names -= 1
            for blob, _ in holder.shows:
                blob.path, blob.hidden_by = change.path, layer.index
                blob.kind, blob.replacement = _reason(change, change.old, origins)

    def close(self) -> Accounting:
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
        return Accounting(image, Size(low, likely, high), total(item.bytes for item in items), tuple(items))

    def _ship(self, inode: Inode, size: Size, layer: int, names: int) -> _Holder:
        blob = _Blob(inode, size, layer)
        self._blobs.append(blob)
        return _Holder(inode, names, [(blob, size.likely)])

    def _holder(self, inode: Inode) -> _Holder:
        """The holder of an inode that has had a name; the first time, it is one of the base."""
        holder = self._holders.get(id(inode))
        if holder is None:
            names = self._names.get(id(inode), 0)
            holder = self._holders[id(inode)] = self._ship(inode, inode.size, BASE_LAYER, names)
        return holder

    def _appear(self, new: Inode, old: Inode | None) -> None:
        holder = self._holders.get(id(new))
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
