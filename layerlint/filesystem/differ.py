"""From two states of a file system to the layer between them.

Only directories that are not the very same object in both states are visited: a tree is persistent, so
those are the ones that overlayfs has in its upper directory.

What each differ does (sources, and what was measured):

* native: ``overlay2`` of moby packs the upper directory as it is.  All that was copied up ships, also
  where nothing differs, and so do directories whose names changed and changed back.  A directory that
  was removed and made anew is opaque.
* buildkit: ``util/overlay/overlay_linux.go`` of BuildKit leaves out what has the same mode, owner,
  capability, size and time as below; a directory ships if its mode or owner changed or something in it
  ships; an opaque directory becomes a whiteout for each name that is gone.  Sockets are left out.
* naive: ``fs/diff.go`` of containerd's continuity compares the trees by the same rule.  In addition a
  name that did not change itself ships as a hard link if another name of its inode ships.

The root itself never ships, nor does any differ write more than one whiteout for a removed tree.
"""

from __future__ import annotations

from layerlint._dataclass import dataclass, field
from layerlint.domain.truth import Truth
from layerlint.filesystem.join import weaken
from layerlint.filesystem.layer import DATA_KIND, Differ, Entry, EntryKind, Layer
from layerlint.filesystem.node import Directory, Inode, Kind, Node
from layerlint.filesystem.tree import PATH_MAX, changed_names
from layerlint.filesystem.union import FileSystem

_FILE, _SOCKET, _FILE_ENTRY = Kind.FILE, Kind.SOCKET, EntryKind.FILE
_make = Entry._make


def diff(before: FileSystem, after: FileSystem, differ: Differ, index: int) -> Layer:
    """The layer with number ``index`` that takes ``before`` to ``after``, as the differ writes it.

    What may or may not have changed is an entry that is MAYBE there.  `apply` of the layer gives
    ``after`` again, except for the root's own mode and owner.
    """
    comparison = _Comparison(differ, index)
    comparison.directory("", before.root, after.root)
    if differ is Differ.NAIVE and comparison.unchanged & comparison.data.keys():
        comparison = _Comparison(differ, index, comparison.data, linking=True)
        comparison.directory("", before.root, after.root)
    layer = Layer(index, tuple(comparison.entries))
    layer.whole.update(comparison.whole)
    return layer


@dataclass(slots=True)
class _Comparison:
    differ: Differ
    index: int
    data: dict[int, str] = field(default_factory=dict)
    """The path that ships the data of an inode (by `id`); its other names are hard links to it."""
    linking: bool = False
    """``data`` is complete: a name that did not change is a hard link if the data ship."""
    unchanged: set[int] = field(default_factory=set)
    """Inodes of names that did not ship because nothing differs."""
    entries: list[Entry] = field(default_factory=list)
    whole: dict[int, int] = field(default_factory=dict)
    """See `Layer.whole`."""

    def directory(self, path: str, before: Directory | None, after: Directory, *, exact: bool = True) -> None:
        """Entries for what is in ``after``, where ``before`` is below it."""
        below = {} if before is None else before.children
        above = after.children
        for name in changed_names(below, above):
            self.node(f"{path}/{name}", below.get(name), above.get(name), exact=exact)

    def node(self, path: str, before: Node | None, after: Node | None, *, exact: bool) -> None:
        """``exact``: another object means that it is in the upper directory."""
        match after:
            case None:
                assert before is not None
                self.entries.append(Entry(path, EntryKind.WHITEOUT, None, presence=before.presence))
            case Inode():
                self._inode(path, before, after)
            case Directory():
                self._directory(path, before, after, exact=exact)

    def _inode(self, path: str, before: Node | None, after: Inode) -> None:
        if isinstance(before, Inode) and after.layer == before.layer != self.index:
            # The inode of the layer below; what may have changed is only whether it is still there.
            if (after.presence, after.likely) != (before.presence, before.likely):
                self.entries.append(Entry(path, EntryKind.WHITEOUT, after, presence=Truth.MAYBE))
            return
        if self.differ is not Differ.NATIVE:
            if after.kind is Kind.SOCKET:
                return
            if isinstance(before, Inode) and (before.status, before.presence, before.likely) == (
                after.status,
                after.presence,
                after.likely,
            ):
                self.unchanged.add(id(after))
                if not self.linking or id(after) not in self.data:
                    return
        kind, link = DATA_KIND[after.kind], self.data.setdefault(id(after), path)
        if link != path:
            kind = EntryKind.HARDLINK
        presence = after.presence if after.added is None else Truth.MAYBE
        self.entries.append(Entry(path, kind, after, "" if link == path else link, presence))

    def _directory(self, path: str, before: Node | None, after: Directory, *, exact: bool) -> None:
        same = isinstance(before, Directory) and before.birth is after.birth
        if same and before is not None and before.presence is Truth.YES and after.presence is Truth.MAYBE:
            self.entries.append(Entry(path, EntryKind.WHITEOUT, after, presence=Truth.MAYBE))
            before, exact = weaken(before, likely=after.likely), False
        native = self.differ is Differ.NATIVE
        start = len(self.entries)
        self.entries.append(Entry(path, EntryKind.DIRECTORY, after, presence=after.presence))
        opaque = native and not same and before is not None
        if opaque:
            self.entries.append(Entry(path, EntryKind.OPAQUE, None, presence=after.presence))
            before = None
        lower = before if isinstance(before, Directory) else None
        if lower is None:
            if self._new(path, after) and not opaque:
                self.whole[start] = len(self.entries)
            return
        self.directory(path, lower, after, exact=exact)
        alone = len(self.entries) == start + 1
        if alone and not (native and exact) and lower.header == after.header:
            self.entries.pop()

    def _new(self, path: str, after: Directory) -> bool:
        """Entries for what is in a directory that nothing is below; whether all of it ships."""
        children, entries, data = after.children, self.entries, self.data
        all_ships = len(path) + max(map(len, children), default=0) < PATH_MAX
        drop_sockets = self.differ is not Differ.NATIVE
        for name in sorted(children):
            node, where = children[name], f"{path}/{name}"
            if isinstance(node, Directory):
                entries.append(Entry(where, EntryKind.DIRECTORY, node, presence=node.presence))
                all_ships = self._new(where, node) and all_ships
                continue
            kind = node.kind
            if drop_sockets and kind is _SOCKET:
                all_ships = False
                continue
            link = data.setdefault(id(node), where)
            presence = node.presence if node.added is None else Truth.MAYBE
            if link == where:
                entry_kind = _FILE_ENTRY if kind is _FILE else DATA_KIND[kind]
                entries.append(_make((where, entry_kind, node, "", presence)))
            else:
                entries.append(Entry(where, EntryKind.HARDLINK, node, link, presence))
        return all_ships
