"""The union file system as a build step sees it: a value, and every operation makes a new one.

Operations are what system calls do on overlayfs mounted as container engines mount it (index=off,
redirect_dir=off, metacopy=off): the first change of anything of a lower layer copies it up, which here
is a new `Inode` of the layer that is being made.  Sources: the kernel's
``Documentation/filesystems/overlayfs.rst``, and runs against it (``tests/filesystem/test_overlayfs.py``).

An operation that the kernel would refuse (a file where a directory has to be, a loop of symbolic links,
a path that is too long) changes nothing: whether a command fails is for its model to say.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator, Mapping

from layerlint._dataclass import dataclass, replace
from layerlint.domain.size import ZERO, Size
from layerlint.domain.truth import Truth
from layerlint.filesystem.copying import Copying, Mode, Owner, below, mode_of, moved, owner_of
from layerlint.filesystem.join import Join
from layerlint.filesystem.node import (
    BASE_LAYER,
    Change,
    Content,
    Directory,
    Inline,
    Inode,
    Kind,
    Node,
    empty_directory,
    stamp,
)
from layerlint.filesystem.tree import (
    MAX_DEPTH,
    Place,
    locate,
    measure,
    once,
    put,
    rebuild,
    substitute,
    walk,
    with_children,
)

INLINE_LIMIT = 64 * 1024
"""Bytes of data that a file may gather by appending and still be known."""
MAX_VAGUE = 500
"""Directories that are `FileSystem.vague`; with more, everything is."""
MAX_MADE = 1_000_000
"""Nodes that all recursive operations together may make (some 300 MB): a ``cp -r /a /a/b`` doubles a tree."""


_PACKAGED = frozenset({"bin", "boot", "etc", "lib", "lib64", "sbin", "usr", "var"})
"""Where packages put their files (Filesystem Hierarchy Standard 3.0); not ``/opt``, ``/srv``, ``/home``."""


@dataclass(frozen=True, slots=True, eq=False)
class FileSystem:
    """A tree, and the layer that is being made on it.

    Paths are absolute or taken from the root; they need not be normalised.  Symbolic links on the way
    are followed.  ``because`` is the command that an operation is done for.
    """

    root: Directory
    layer: int = BASE_LAYER
    """The number of the step that is being run."""
    disturbed: bool = False
    """A command that is not understood may have made or removed anything: what is absent may be there."""
    made: int = 0
    """Nodes that recursive operations have made so far: see `MAX_MADE`."""
    partial: bool = False
    """Of a base image of which some files are known: what is absent, anywhere, may be there."""
    packaged: bool = False
    """A package manager has installed packages, whose small files and empty directories are not all
    known by name: what is absent from the directories of the distribution may be there."""
    vague: frozenset[tuple[str, ...]] = frozenset()
    """Components of directories in or under which a tool has put files whose names are not known."""

    @staticmethod
    def scratch() -> FileSystem:
        return FileSystem(empty_directory())

    @staticmethod
    def unknown() -> FileSystem:
        """A base image of which nothing is known."""
        return FileSystem(empty_directory(complete=False))

    def at_layer(self, index: int) -> FileSystem:
        return replace(self, layer=index)

    def disturb(self) -> FileSystem:
        return self if self.disturbed else replace(self, disturbed=True)

    def having_others(self) -> FileSystem:
        return self if self.partial else replace(self, partial=True)

    def having_packages(self) -> FileSystem:
        return self if self.packaged else replace(self, packaged=True)

    def having_vague(self, path: str) -> FileSystem:
        """What is absent in the directory, or under it, may be there."""
        place = locate(self.root, path, follow=True)
        if place is None or self._is_vague(tuple(place.parts)):
            return self
        if len(self.vague) >= MAX_VAGUE:
            return self.disturb()
        return replace(self, vague=self.vague | {tuple(place.parts)})

    # ------------------------------------------------------------------ questions

    def resolve(self, path: str, *, follow: bool = True) -> str:
        """The canonical path; what is not there is kept as it is, and so is a path that leads nowhere."""
        place = locate(self.root, path, follow=follow)
        return path if place is None else place.path

    def lookup(self, path: str, *, follow: bool = True) -> Node | None:
        place = locate(self.root, path, follow=follow)
        return None if place is None else place.node

    def presence(self, path: str, *, follow: bool = True) -> Truth:
        """Whether something is there; a name that is not in a directory may be if it is not complete."""
        place = locate(self.root, path, follow=follow)
        if place is None:
            return Truth.NO
        if place.node is None:
            return Truth.NO if self._all_known(place) else Truth.MAYBE
        found = Truth.YES
        for node in place.chain:
            if node is not None:
                found = found & node.presence
        return found

    def children(self, path: str) -> Mapping[str, Node]:
        """What is in the directory; nothing if there is no directory."""
        node = self.lookup(path)
        return node.children if isinstance(node, Directory) else {}

    def walk(self, path: str) -> Iterator[tuple[str, Node]]:
        """The node itself, then what is under it: depth first, sorted, links below not followed."""
        place = locate(self.root, path, follow=True)
        if place is not None and place.node is not None:
            yield from walk(place.path, place.node)

    def is_complete(self, path: str) -> bool:
        """Whether a name that is not in the directory is certainly not there."""
        place = locate(self.root, path, follow=True)
        return place is None or self._all_known(place)

    def holds_vague(self, path: str) -> bool:
        """Some names at the path or under it are not known, because of a tool that ran."""
        place = locate(self.root, path, follow=True)
        parts = () if place is None else tuple(place.parts)
        inside = any(vague[: len(parts)] == parts for vague in self.vague)
        return self.disturbed or inside or self._is_vague(parts)

    def names_of(self, inode: Inode) -> tuple[str, ...]:
        """Every path that holds this very inode; walks the whole tree."""
        return tuple(path for path, node in walk("/", self.root) if node is inode)

    # ----------------------------------------------------------------- operations

    def make_directory(
        self, path: str, because: str, *, mode: int = 0o755, uid: int | None = 0, gid: int | None = 0
    ) -> FileSystem:
        """``mkdir -p``: mode and owner are of the last directory, parents are 0755 root:root."""
        place = locate(self.root, path, follow=True)
        if place is None:
            return self
        there = place.node
        if isinstance(there, Inode) or (there is not None and there.presence is Truth.YES):
            return self
        if there is not None:
            return self._put(place, replace(there, presence=Truth.YES, likely=True), because, touch=False)
        mode, gid = place.inherit(mode, gid)
        made = Directory({}, mode, uid, gid, self.layer, because, self._all_known(place))
        return self._put(place, made, because)

    def write(
        self,
        path: str,
        size: Size,
        because: str,
        *,
        content: Content | None = None,
        mode: int | None = None,
        uid: int | None = 0,
        gid: int | None = 0,
        append: bool = False,
        truncate: bool = True,
    ) -> FileSystem:
        """``open(2)`` for writing, write ``size`` bytes, close.

        A new file gets ``mode`` (default 0644) and the owner; an old one keeps its own.  ``append``
        writes after the data that is there; without ``truncate`` data beyond ``size`` stays.
        """
        place = locate(self.root, path, follow=True)
        if place is None or not place.parts:
            return self
        match place.node:
            case None:
                bits, (_, group) = 0o644 if mode is None else mode, place.inherit(0, gid)
                made = Inode(Kind.FILE, size, bits, uid, group, self.layer, because, content)
                return self._put(place, made, because)
            case Inode(kind=Kind.FILE) as old:
                if append:
                    return self._change(place, self._appended(old, size, because, content))
                if not truncate:
                    size, content = _longer(old.size, size), None
                new = self._copy_up(old, Change.CONTENT, because)
                return self._change(place, _with_data(new, size, content))
            case _:
                return self

    def replace(self, path: str, inode: Inode, because: str) -> FileSystem:
        """Put a new file at the name, whatever is there: create and ``rename(2)`` over it.

        An inode of this layer is put as it is where no file is in its place; else it is put as a copy
        with ``layer``, ``change`` and ``origin`` set.  Use `link` for a second name.
        """
        place = locate(self.root, path, follow=False)
        if place is None or not place.parts:
            return self
        origin = below(place.node, self.layer)
        if inode.layer != self.layer or origin is not None:
            inode = replace(
                inode,
                layer=self.layer,
                because=because,
                change=Change.CREATED if origin is None else Change.CONTENT,
                origin=origin,
                added=None,
                linked=False,
            )
        return self._put(place, inode, because)

    def symlink(self, path: str, target: str, because: str) -> FileSystem:
        """``ln -sf``: takes the place of a file, not of a directory."""
        place = locate(self.root, path, follow=False)
        if place is None or not place.parts or isinstance(place.node, Directory):
            return self
        _, group = Place(place.parts[:-1], place.chain[:-1]).inherit(0, 0)
        made = Inode(Kind.SYMLINK, ZERO, 0o777, 0, group, self.layer, because, target=target)
        return self.replace(place.path, made, because)

    def link(self, source: str, path: str, because: str) -> FileSystem:
        """A hard link, as ``ln -f``; an inode of a lower layer is copied up and both names hold the copy."""
        first = locate(self.root, source, follow=False)
        if first is None or not isinstance(first.node, Inode):
            return self
        old = first.node
        second = locate(self.root, path, follow=False)
        if second is None or not second.parts or isinstance(second.node, Directory) or second.node is old:
            return self
        shared = old
        if not (self._is_own(old) and old.linked):
            shared = replace(self._copy_up(old, Change.LINKED, because), linked=True)
        placed = self._put(second, shared, because)
        again = locate(placed.root, first.path, follow=False)
        return self if placed is self or again is None else placed._change(again, shared)

    def remove(self, path: str, *, recursive: bool = True) -> FileSystem:
        """``unlink(2)``, ``rmdir(2)`` or the whole tree; a directory with names in it needs ``recursive``."""
        place = locate(self.root, path, follow=False)
        if place is None or not place.parts or place.node is None:
            return self
        if isinstance(place.node, Directory) and place.node.children and not recursive:
            return self
        removed = self._put(place, None, "")
        return removed._without_vague(tuple(place.parts)) if self.vague else removed

    def rename(self, source: str, path: str, because: str) -> FileSystem:
        """``mv`` onto the exact path; an empty directory may be replaced by one, a file by a file.

        What was born in this layer moves freely.  An inode of a lower layer is copied up, and so is all
        of a directory of a lower layer (``rename(2)`` of it fails, and ``mv`` copies).
        """
        old = locate(self.root, source, follow=False)
        new = locate(self.root, path, follow=False)
        if old is None or new is None or old.node is None or not old.parts or new.parts == old.parts:
            return self
        if new.parts[: len(old.parts)] == old.parts:
            return self
        node, there = old.node, new.node
        if isinstance(node, Directory):
            if isinstance(there, Inode) or (there is not None and there.children):
                return self
        elif isinstance(there, Directory):
            return self
        free = self._is_own(node) if isinstance(node, Inode) else node.layer == self.layer
        count = 0
        if not free or len(new.parts) > len(old.parts):
            count, depth = measure(node, MAX_MADE if free else MAX_MADE - self.made)
            if len(new.parts) + depth > MAX_DEPTH:
                return self
        if not free:
            if self.made + count > MAX_MADE:
                return self.disturb()
            node = moved(node, self.layer, because)
        placed = self._put(new, node, because, made=0 if free else count)
        if placed is self:
            return self
        return placed.with_vague_of(self, old.path, new.path).remove(old.path)

    def change_metadata(
        self,
        path: str,
        because: str,
        *,
        mode: Mode = None,
        uid: Owner = None,
        gid: Owner = None,
        capability: str | None = None,
        recursive: bool = False,
        follow: bool = True,
    ) -> FileSystem:
        """``chmod``, ``chown``, ``setcap``: copies up also where nothing differs.

        Links inside a tree are changed themselves, not followed; ``chmod`` alone leaves them be.  As in
        Linux, ``chown`` of a file takes its set-id bits and capabilities.
        """
        place = locate(self.root, path, follow=follow)
        if place is None or place.node is None:
            return self
        owned = uid is not None or gid is not None

        def metadata(inode: Inode) -> Inode:
            if inode.kind is Kind.SYMLINK and not owned and capability is None:
                return inode
            bits = mode_of(mode, inode)
            if owned and inode.kind is not Kind.SYMLINK:
                bits &= ~(stat.S_ISUID | (stat.S_ISGID if bits & stat.S_IXGRP else 0))
            return replace(
                self._copy_up(inode, Change.METADATA, because),
                mode=bits,
                uid=owner_of(uid, inode.uid),
                gid=owner_of(gid, inode.gid),
                capability=capability or (None if owned else inode.capability),
            )

        def header(directory: Directory, children: Mapping[str, Node]) -> Directory:
            return replace(
                directory,
                children=children,
                mode=mode_of(mode, directory),
                uid=owner_of(uid, directory.uid),
                gid=owner_of(gid, directory.gid),
            )

        if isinstance(place.node, Inode):
            return self._change(place, metadata(place.node))
        if not recursive:
            return self._put(place, header(place.node, place.node.children), because, touch=False)
        return self._change_tree(place, metadata, header, because)

    def touch(
        self, path: str, because: str, *, mtime: object | None = None, create: bool = True
    ) -> FileSystem:
        """``touch``: a new time (``mtime``: this one), or an empty 0644 file."""
        place = locate(self.root, path, follow=True)
        if place is None or (place.node is None and not create):
            return self
        time = stamp() if mtime is None else mtime
        match place.node:
            case None:
                made = self.write(path, ZERO, because)
                return made if mtime is None or made is self else made.touch(path, because, mtime=time)
            case Directory() as directory:
                changed = with_children(directory, directory.children, time)
                return self._put(place, changed, because, touch=False)
            case inode:
                touched = self._copy_up(inode, Change.METADATA, because)
                if create:
                    touched = replace(touched, presence=Truth.YES, likely=True)
                touched = replace(touched, mtime=time)
                return self._change(place, touched)

    def graft(
        self,
        node: Node,
        path: str,
        because: str,
        *,
        uid: Owner = None,
        gid: Owner = None,
        mode: Mode = None,
        keep_times: bool,
        own: bool = False,
    ) -> FileSystem:
        """Copy a tree, of this or of another file system, to the exact path.

        All its inodes are new ones of this layer, and its hard links stay hard links among them.  A
        directory is merged into one that is there: the topmost keeps its mode and owner, those below
        take the source's (as COPY and ``cp -a`` do).  Else what is there is replaced.  ``keep_times``
        keeps capabilities too.  A tree that is its ``own`` was made for this place, of new inodes of this
        layer: it is not copied.
        """
        place = locate(self.root, path, follow=isinstance(node, Directory))
        if place is None:
            return self
        count, depth = measure(node, MAX_MADE - self.made)
        if self.made + count > MAX_MADE:
            return self.disturb()
        if len(place.parts) + depth > MAX_DEPTH:
            return self
        copying = Copying(self.layer, because, uid, gid, mode, keep_times)
        copied = copying.place(node if own else copying.copy(node), place.node)
        return self._put(place, copied, because, made=count)

    def join(self, other: FileSystem) -> FileSystem:
        """The state where this path, the likely one, and the other meet again: see `Join`."""
        return FileSystem(
            Join(self.layer).directories(self.root, other.root),
            self.layer,
            self.disturbed or other.disturbed,
            max(self.made, other.made),
            self.partial or other.partial,
            self.packaged or other.packaged,
            self.vague | other.vague,
        )

    def with_vague_of(self, other: FileSystem, source: str, path: str) -> FileSystem:
        """A tree of another state, or of this one, was put at the path: with what is not known of it."""
        old, new = locate(other.root, source, follow=True), locate(self.root, path, follow=True)
        if not other.vague or old is None or new is None:
            return self
        parts, inside = tuple(old.parts), tuple(new.parts)
        found = {inside + vague[len(parts) :] for vague in other.vague if vague[: len(parts)] == parts}
        if other._is_vague(parts):
            found.add(inside)
        return replace(self, vague=self.vague | found) if found else self

    # -------------------------------------------------------------------- helpers

    def _is_vague(self, parts: tuple[str, ...]) -> bool:
        return any(parts[: len(vague)] == vague for vague in self.vague)

    def _without_vague(self, parts: tuple[str, ...]) -> FileSystem:
        kept = frozenset(vague for vague in self.vague if vague[: len(parts)] != parts)
        return self if len(kept) == len(self.vague) else replace(self, vague=kept)

    def _all_known(self, place: Place) -> bool:
        """Whether every name where the path ends, or where it leaves what is there, is known."""
        if self.disturbed or self.partial or (self.packaged and place.parts and place.parts[0] in _PACKAGED):
            return False
        if self.vague and self._is_vague(tuple(place.parts)):
            return False
        nearest = place.nearest()
        return isinstance(nearest, Inode) or nearest.complete

    def _put(
        self, place: Place, node: Node | None, because: str, *, touch: bool = True, made: int = 0
    ) -> FileSystem:
        """``made``: nodes that were made for it, beside those on the path."""
        if not place.parts:
            root = node if isinstance(node, Directory) else None
        else:
            root = put(place, node, self.layer, because, complete=self._all_known(place), touch=touch)
        return self if root is None else replace(self, root=root, made=self.made + made)

    def _is_own(self, inode: Inode) -> bool:
        """It is of this layer on every path, so that its other names see a change of it."""
        return inode.layer == self.layer and inode.added is None

    def _change(self, place: Place, new: Inode) -> FileSystem:
        """A file that is another version of itself now, under all its names in this layer."""
        old = place.node
        if new is old:
            return self
        if isinstance(old, Inode) and old.linked and self._is_own(old):
            return replace(self, root=substitute(self.root, {id(old): new}))
        return self._put(place, new, new.because, touch=False)

    def _change_tree(
        self,
        place: Place,
        on_inode: Callable[[Inode], Inode],
        on_directory: Callable[[Directory, Mapping[str, Node]], Directory],
        because: str,
    ) -> FileSystem:
        """Change everything at and under the place: one inode of this layer once, under all its names."""
        if place.node is None:
            return self
        count, _ = measure(place.node, MAX_MADE - self.made)
        if self.made + count > MAX_MADE:
            return self.disturb()
        linked: dict[int, Inode] = {}

        def change_own(inode: Inode) -> Inode:
            new = on_inode(inode)
            if inode.linked:
                linked[id(inode)] = new
            return new

        own = once(change_own)
        changed = rebuild(
            place.node, lambda inode: own(inode) if self._is_own(inode) else on_inode(inode), on_directory
        )
        result = self._put(place, changed, because, touch=False, made=count)
        return replace(result, root=substitute(result.root, linked)) if linked else result

    def _copy_up(self, inode: Inode, change: Change, because: str) -> Inode:
        """The inode as one of this layer, with its data and times."""
        if inode.layer != self.layer:
            return replace(
                inode,
                layer=self.layer,
                change=change,
                because=because,
                origin=inode,
                added=None,
                linked=False,
            )
        if change is Change.CONTENT:
            kept = inode.change if inode.change is Change.CREATED else change
            return replace(inode, change=kept, because=because, added=None)
        return replace(inode, added=None)

    def _appended(self, old: Inode, size: Size, because: str, content: Content | None) -> Inode:
        if size == ZERO:
            # Open and close: overlayfs copies the file up all the same, with its old time.
            return replace(self._copy_up(old, Change.METADATA, because), presence=Truth.YES, likely=True)
        before = Inline(b"") if old.size == ZERO else old.content
        joined = content if old.size == ZERO else None
        if isinstance(before, Inline) and isinstance(content, Inline):
            data = before.data + content.data
            joined = Inline(data) if len(data) <= INLINE_LIMIT else None
        return _with_data(self._copy_up(old, Change.CONTENT, because), old.size + size, joined)


def _with_data(inode: Inode, size: Size, content: Content | None) -> Inode:
    """Other data, now; the kernel drops the capabilities of a file that is written to."""
    return replace(
        inode,
        size=size,
        content=content,
        mtime=stamp(),
        capability=None,
        presence=Truth.YES,
        likely=True,
    )


def _longer(one: Size, other: Size) -> Size:
    high = None if one.high is None or other.high is None else max(one.high, other.high)
    return Size(max(one.low, other.low), max(one.likely, other.likely), high)
