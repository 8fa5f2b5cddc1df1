"""From the members of its tars to the layers of an image.

What containerd and umoci do with a layer, and the image specification's ``layer.md``: parents are looked
up through symbolic links (of the layers below and of this one) and never out of the root, whiteouts remove
what is below whatever the order, names of aufs are left out.  Of a path that a tar has twice the last one
stands, and the bytes of the others are hidden at once.
"""

from __future__ import annotations

import posixpath
from collections import deque
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import islice
from typing import Literal, TypeAlias

from layerlint._dataclass import dataclass, field
from layerlint.domain.size import ZERO, Size
from layerlint.filesystem.apply import apply
from layerlint.filesystem.layer import DATA_KIND, Entry, EntryKind, Layer
from layerlint.filesystem.node import Change, Content, Directory, Inline, Inode, Kind, Node
from layerlint.filesystem.tree import MAX_DEPTH, MAX_SYMLINKS, locate, walk
from layerlint.filesystem.union import FileSystem
from layerlint.images import tar
from layerlint.images.errors import ImageError
from layerlint.images.tar import Member

_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"
_AUFS = ".wh..wh."
"""Names that aufs keeps for itself; moby leaves them out (``WhiteoutMetaPrefix``)."""
_STARGZ = frozenset({"/stargz.index.json", "/.prefetch.landmark", "/.no.prefetch.landmark"})
"""What eStargz adds at the root for its snapshotter, which does not show them (``docs/estargz.md``)."""
_CANDIDATES = 16
"""Removed files with the same data of which one is taken for what was moved."""

_KINDS = {
    tar.FILE: Kind.FILE,
    tar.SYMLINK: Kind.SYMLINK,
    tar.CHARACTER: Kind.DEVICE,
    tar.BLOCK_DEVICE: Kind.DEVICE,
    tar.FIFO: Kind.FIFO,
}


@dataclass(frozen=True, slots=True)
class Assembled:
    layer: Layer
    digests: Mapping[str, str]
    entries: int
    """Of the tar."""


class Assembler:
    """Puts layer upon layer; ``state`` is the file system so far."""

    def __init__(self) -> None:
        self.state: FileSystem = FileSystem.scratch()
        self.notes: list[str] = []
        self._digests: dict[int, str] = {}
        """Of inodes of the layers so far, by `id`: the state and the layers keep them."""

    def add(self, index: int, members: Iterable[Member], because: str) -> Assembled:
        work = _Work(index, because, self.state, self._digests)
        count = 0
        for member in members:
            count += 1
            work.take(member)
        layer, digests = work.finish()
        self.state = apply(self.state, layer)
        self._digests.update(work.made)
        self.notes += (f"layer {index}: {note}" for note in work.notes())
        return Assembled(layer, digests, count)

    def resume(self, layer: Layer, digests: Mapping[str, str]) -> None:
        """Take a layer that was made before."""
        self.state = apply(self.state, layer)
        for entry in layer.entries:
            if entry.kind is EntryKind.FILE and (digest := digests.get(entry.path)):
                self._digests[id(entry.node)] = digest


_Mark: TypeAlias = Literal[EntryKind.WHITEOUT, EntryKind.OPAQUE]
_What: TypeAlias = "Member | _Mark"
_Placed: TypeAlias = "tuple[str, Node | None, _What]"
"""Where it is, what of the layers below is there, and what it is."""
_Names: TypeAlias = "dict[str, list[Node | None]]"
"""By the path of a file: what is below at its other names in this layer."""
_Removed: TypeAlias = "dict[str, deque[tuple[str, Inode]]]"
"""By digest: files of the layers below that this one takes away, in the order of their paths."""


@dataclass(slots=True)
class _Work:
    index: int
    because: str
    state: FileSystem
    lower_digests: Mapping[int, str]
    found: list[tuple[str, _What]] = field(default_factory=list)
    here: dict[str, Member] = field(default_factory=dict)
    """By the path as it is written, the last one."""
    hidden_names: set[str] = field(default_factory=set)
    """Paths with a whiteout, as written."""
    opaque_names: set[str] = field(default_factory=set)
    parents: dict[str, tuple[str, Directory | None]] = field(default_factory=dict)
    """By a folder as it is written: where it is, and the folder of the layers below that is there."""
    made: dict[int, str] = field(default_factory=dict)
    """Digests of new inodes."""
    counts: dict[str, int] = field(default_factory=dict)
    """Of what is worth a note."""

    def take(self, member: Member) -> None:
        path = _clean(member.name)
        if path.count("/") > MAX_DEPTH:
            self._count(f"paths deeper than {MAX_DEPTH} names are left out")
            return
        if path in _STARGZ:
            self._count("entries of eStargz itself are left out")
            return
        if _WHITEOUT in path:
            parts = path.split("/")
            name = parts[-1]
            if any(part.startswith(_AUFS) and part != _OPAQUE for part in parts):
                self._count("names of aufs are left out")
                return
            if any(part.startswith(_WHITEOUT) for part in parts[:-1]):
                raise ImageError(f"{path}: nothing can be in a whiteout")
            if name == _OPAQUE:
                self.opaque_names.add(posixpath.dirname(path))
            elif name.startswith(_WHITEOUT):
                gone = name.removeprefix(_WHITEOUT)
                if gone in ("", ".", ".."):
                    raise ImageError(f"{path}: a whiteout that names nothing")
                path = posixpath.join(posixpath.dirname(path), gone)
                self.hidden_names.add(path)
                self.found.append((path, EntryKind.WHITEOUT))
                return
            else:
                self._take(path, member)
                return
            self.found.append((posixpath.dirname(path), EntryKind.OPAQUE))
            return
        self._take(path, member)

    def _take(self, path: str, member: Member) -> None:
        if member.kind not in _KINDS and member.kind not in (tar.DIRECTORY, tar.HARD_LINK):
            self._count(f"entries of the unknown type {chr(member.kind)!r} are left out")
            return
        if path == "/" and member.kind != tar.DIRECTORY:
            raise ImageError("the root is not a directory")
        self.here[path] = member
        self.found.append((path, member))

    def _count(self, note: str) -> None:
        self.counts[note] = self.counts.get(note, 0) + 1

    def notes(self) -> Iterable[str]:
        return (f"{note} ({number})" for note, number in sorted(self.counts.items()))

    # ------------------------------------------------------------------- where a member is

    def place(self, path: str) -> tuple[str, Node | None]:
        """Where the member is, through links of its parents, and what of the layers below is there."""
        if path == "/":
            return path, self.state.root
        parent, _, name = path.rpartition("/")
        folder, lower = self._folder(parent or "/")
        there = None if lower is None else lower.children.get(name)
        return (f"/{name}" if folder == "/" else f"{folder}/{name}"), there

    def _folder(self, path: str) -> tuple[str, Directory | None]:
        known = self.parents.get(path)
        if known is None:
            known = self.parents[path] = self._walk(path)
        return known

    def _walk(self, path: str) -> tuple[str, Directory | None]:
        pending = [name for name in reversed(path.split("/")) if name]
        names: list[str] = []
        below: list[Directory | None] = [self.state.root]
        links = 0
        while pending:
            name = pending.pop()
            if name in ("..", ".", ""):
                if name == ".." and names:
                    names.pop()
                    below.pop()
                continue
            at = "/" + "/".join((*names, name))
            parent = below[-1]
            lower = None if parent is None else parent.children.get(name)
            own = self.here.get(at)
            if at in self.hidden_names:
                lower = None
            target = lower.target if isinstance(lower, Inode) else ""
            if own is not None:
                target = own.link if own.kind == tar.SYMLINK else ""
            if target:
                links += 1
                if links > MAX_SYMLINKS:
                    raise ImageError(f"{path}: a loop of symbolic links")
                pending.extend(reversed(target.split("/")))
                if target.startswith("/"):
                    names, below = [], [self.state.root]
                continue
            names.append(name)
            below.append(lower if isinstance(lower, Directory) else None)
            if len(names) > MAX_DEPTH:
                raise ImageError(f"{path}: leads deeper than {MAX_DEPTH} names")
        return "/" + "/".join(names), below[-1]

    # ------------------------------------------------------------------------- what it is

    def finish(self) -> tuple[Layer, dict[str, str]]:
        placed: list[_Placed] = [(*self.place(path), what) for path, what in self.found]
        removed = self._removed(placed)
        names = self._names(placed)
        entries: list[Entry] = []
        digests: dict[str, str] = {}
        inodes: dict[str, tuple[str, Inode]] = {}
        """What the path holds so far, and where its data are."""
        later: list[tuple[str, str]] = []
        for path, lower, what in placed:
            if not isinstance(what, Member):
                entries.append(Entry(path, what, None))
            elif what.kind == tar.DIRECTORY:
                entries.append(Entry(path, EntryKind.DIRECTORY, self._directory(what)))
            elif what.kind == tar.HARD_LINK:
                target = self._target(what)
                if (link := self._link(path, target, inodes)) is None:
                    later.append((path, target))
                else:
                    entries.append(link)
            else:
                if path in inodes:
                    self._count("paths are there twice, of which the first is hidden by the second")
                inode = self._inode(path, lower, what, removed, names)
                inodes[path] = path, inode
                kind = EntryKind.FILE if what.kind == tar.FILE else DATA_KIND[inode.kind]
                entries.append(Entry(path, kind, inode))
                digests.pop(path, None)
                if what.digest:
                    digests[path] = what.digest
        for path, target in later:
            if (link := self._link(path, target, inodes)) is None:
                self._count("hard links to what is not there are left out")
            else:
                entries.append(link)
        entries.sort(key=_order)
        return Layer(self.index, tuple(entries)), digests

    def _target(self, member: Member) -> str:
        return self.place(_clean(member.link))[0]

    def _link(self, path: str, target: str, inodes: dict[str, tuple[str, Inode]]) -> Entry | None:
        """A hard link to what this layer has at the target so far, else to what is there below."""
        if (found := inodes.get(target)) is None:
            place = locate(self.state.root, target, follow=False)
            node = None if place is None else place.node
            if not isinstance(node, Inode):
                return None
            found = target, node
        if found[0] == path:
            return None
        inodes[path] = found
        return Entry(path, EntryKind.HARDLINK, found[1], found[0])

    def _directory(self, member: Member) -> Directory:
        return Directory(
            {}, member.mode, member.uid, member.gid, self.index, self.because, mtime=member.mtime
        )

    def _inode(
        self,
        path: str,
        lower: Node | None,
        member: Member,
        removed: _Removed,
        names: _Names,
    ) -> Inode:
        kind = _KINDS[member.kind]
        change, origin = Change.CREATED, None
        if kind is Kind.FILE and member.size:
            change, origin = self._origin(path, lower, member, removed, names)
        content: Content | None = None if member.data is None else Inline(member.data)
        inode = Inode(
            kind, _size(member.size) if kind is Kind.FILE else ZERO, member.mode, member.uid, member.gid,
            self.index, self.because, content, member.link if kind is Kind.SYMLINK else "",
            change=change, origin=origin, mtime=member.mtime, capability=member.capability,
        )  # fmt: skip
        if member.digest:
            self.made[id(inode)] = member.digest
        return inode

    def _origin(
        self,
        path: str,
        lower: Node | None,
        member: Member,
        removed: _Removed,
        names: _Names,
    ) -> tuple[Change, Inode | None]:
        """What the file was below, as `account` wants to know it."""
        others = names.get(path, ())
        for below in (lower, *others):
            if isinstance(below, Inode) and below.kind is Kind.FILE and self._same(below, member):
                attributes = (below.mode, below.uid, below.gid, below.mtime, below.capability)
                same = attributes == (member.mode, member.uid, member.gid, member.mtime, member.capability)
                return (Change.LINKED if same and others else Change.METADATA), below
        if candidates := removed.get(member.digest):
            name = path[path.rindex("/") :]
            near = islice(candidates, _CANDIDATES)
            chosen = next((item for item in near if item[0].endswith(name)), candidates[0])
            candidates.remove(chosen)
            return Change.MOVED, chosen[1]
        if isinstance(lower, Inode) and lower.kind is Kind.FILE:
            return Change.CONTENT, lower
        return Change.CREATED, None

    def _same(self, lower: Inode, member: Member) -> bool:
        return member.digest != "" and self.lower_digests.get(id(lower)) == member.digest

    def _names(self, placed: list[_Placed]) -> _Names:
        names: _Names = {}
        for _, lower, what in placed:
            if isinstance(what, Member) and what.kind == tar.HARD_LINK:
                names.setdefault(self._target(what), []).append(lower)
        return names

    def _removed(self, placed: list[_Placed]) -> _Removed:
        tops: dict[str, Node] = {}
        for path, lower, what in placed:
            if isinstance(what, Member) and (what.kind == tar.DIRECTORY or not isinstance(lower, Directory)):
                continue
            if lower is not None:
                tops[path] = lower
        files: _Removed = {}
        seen: set[int] = set()
        for top in sorted(tops):
            for path, node in walk(top, tops[top]):
                if isinstance(node, Inode) and id(node) not in seen:
                    seen.add(id(node))
                    if digest := self.lower_digests.get(id(node)):
                        files.setdefault(digest, deque()).append((path, node))
        return files


def _order(entry: Entry) -> tuple[str, int]:
    rank = 0 if entry.kind is EntryKind.WHITEOUT else 2 if entry.kind is EntryKind.OPAQUE else 1
    # Components in their order: the slash is less than any other character that a name can have.
    return entry.path.replace("/", "\0"), rank


def _clean(name: str) -> str:
    """The absolute path; raises ImageError for one that leads out of the root."""
    if "/." not in name and "//" not in name and not name.startswith(("/", ".")):
        return "/" + name.removesuffix("/")
    parts: list[str] = []
    for part in name.split("/"):
        if part == "..":
            if not parts:
                raise ImageError(f"{name}: leads out of the layer")
            parts.pop()
        elif part and part != ".":
            parts.append(part)
    return "/" + "/".join(parts)


_size = lru_cache(maxsize=1 << 16)(Size.exact)
