"""Persistent trees: names to nodes, paths through them, and their reconstruction.

All recursion here goes down a tree, and no tree is deeper than `MAX_DEPTH`: a path that would be is
refused where it is made (`split`, `locate`, `build`), as the kernel refuses it with ENAMETOOLONG.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import compress
from operator import is_not

from layerlint._dataclass import dataclass
from layerlint.domain.size import Size, total
from layerlint.filesystem.node import BASE_LAYER, Directory, Inode, Kind, Node, stamp

PATH_MAX = 4096
"""Characters of a path: ``PATH_MAX`` of Linux (``limits.h``)."""
MAX_SYMLINKS = 40
"""Symbolic links that one lookup follows: ``MAXSYMLINKS`` of Linux (``namei.h``)."""
MAX_DEPTH = 128
"""Components of a path.  Ours: recursion takes up to four frames a level, of the 1000 that Python allows."""


def split(path: str) -> list[str] | None:
    """Components without empty ones and ``.``; ``..`` is kept.  None if the path is too long."""
    if len(path) > PATH_MAX:
        return None
    return [name for name in path.split("/") if name and name != "."]


def join_path(parts: Iterable[str]) -> str:
    return "/" + "/".join(parts)


@dataclass(slots=True)
class Place:
    """Where a path leads: its canonical components, and what stands at each of them.

    ``chain`` is one longer than ``parts``: the root first, None from where nothing is there.
    """

    parts: list[str]
    chain: list[Node | None]

    @property
    def node(self) -> Node | None:
        return self.chain[-1]

    @property
    def path(self) -> str:
        return join_path(self.parts)

    def nearest(self) -> Node:
        """The deepest node on the way that is there."""
        return next(node for node in reversed(self.chain) if node is not None)

    def inherit(self, mode: int, gid: int | None) -> tuple[int, int | None]:
        """Mode and group of a directory made here, where a parent has the set-group-ID bit (`inode(7)`)."""
        parent = self.nearest()
        if isinstance(parent, Directory) and parent.mode & stat.S_ISGID:
            return mode | stat.S_ISGID, parent.gid
        return mode, gid


def locate(root: Directory, path: str, *, follow: bool) -> Place | None:
    """Walk the path through symbolic links; None for a loop or a path that is too long.

    ``..`` is the parent of where the walk is, as in POSIX pathname resolution; a link whose target is
    not known is not followed.
    """
    pending = split(path)
    if pending is None:
        return None
    pending.reverse()
    parts: list[str] = []
    chain: list[Node | None] = [root]
    links = 0
    while pending:
        name = pending.pop()
        if name == "..":
            if parts:
                parts.pop()
                chain.pop()
            continue
        parent = chain[-1]
        node = parent.children.get(name) if isinstance(parent, Directory) else None
        if isinstance(node, Inode) and node.kind is Kind.SYMLINK and node.target and (follow or pending):
            links += 1
            target = split(node.target)
            if links > MAX_SYMLINKS or target is None:
                return None
            pending.extend(reversed(target))
            if node.target.startswith("/"):
                parts, chain = [], [root]
            continue
        if len(parts) == MAX_DEPTH:
            return None
        parts.append(name)
        chain.append(node)
    return Place(parts, chain)


def with_children(directory: Directory, children: Mapping[str, Node], mtime: object) -> Directory:
    """The same directory with other names in it (`dataclasses.replace` is several times slower)."""
    return Directory(
        children,
        directory.mode,
        directory.uid,
        directory.gid,
        directory.layer,
        directory.because,
        directory.complete,
        directory.presence,
        directory.birth,
        mtime,
        directory.likely,
    )


def put(
    place: Place, node: Node | None, layer: int, because: str, *, complete: bool = True, touch: bool = True
) -> Directory | None:
    """The root with ``node`` at the place (None removes what is there); None if a file is in the way.

    Missing parents are made, 0755 root:root, with ``complete`` as given.  ``touch`` says that the name
    now stands for another file, which gives its directory a new time; a copy-up does not.
    """
    below: Node | None = node
    for depth in range(len(place.parts) - 1, -1, -1):
        parent, name = place.chain[depth], place.parts[depth]
        if parent is None:
            mode, gid = place.inherit(0o755, 0)
            parent = Directory({}, mode, 0, gid, layer, because, complete)
        elif isinstance(parent, Inode):
            return None
        children = dict(parent.children)
        replaced = children.pop(name, None)
        if below is not None:
            children[name] = below
        new_entry = replaced is None or (touch and depth == len(place.parts) - 1)
        below = with_children(parent, children, stamp() if new_entry else parent.mtime)
    return below if isinstance(below, Directory) else None


def changed_names(below: Mapping[str, Node], above: Mapping[str, Node]) -> list[str]:
    """The names, sorted, that only one of two directories has, or that hold another node in each.

    A step puts few names into a directory that may have thousands, so no name is looked at by itself
    that need not be.
    """
    count = len(below)
    names = list(above)
    # `put` adds at the end; nodes are equal to themselves alone.
    if names[:count] == list(below) and list(above.values())[:count] == list(below.values()):
        return sorted(names[count:])
    changed = list(compress(above, map(is_not, map(below.get, above), above.values())))
    if len(above) - sum(name not in below for name in changed) < count:
        changed += [name for name in below if name not in above]
    return sorted(changed)


def walk(path: str, node: Node) -> Iterator[tuple[str, Node]]:
    """The node itself, then everything under it: depth first, names sorted, links not followed."""
    pending = [(path, node)]
    while pending:
        path, node = pending.pop()
        yield path, node
        if isinstance(node, Directory):
            prefix = "/" if path == "/" else path + "/"
            pending.extend(
                (prefix + name, node.children[name]) for name in sorted(node.children, reverse=True)
            )


def inodes(node: Node) -> Iterator[Inode]:
    """Every inode of the tree, once a name that holds it; in no order that is kept."""
    pending = [node]
    while pending:
        node = pending.pop()
        if isinstance(node, Inode):
            yield node
        else:
            pending.extend(node.children.values())


def measure(node: Node, limit: int) -> tuple[int, int]:
    """Nodes in the tree and levels below its top; counting stops once ``limit`` is exceeded."""
    count = depth = 0
    pending = [(node, 0)]
    while pending and count <= limit:
        node, level = pending.pop()
        count += 1
        depth = max(depth, level)
        if isinstance(node, Directory) and node.children:
            # Of most nodes, the files, nothing but their number matters.
            below = [(child, level + 1) for child in node.children.values() if isinstance(child, Directory)]
            count += len(node.children) - len(below)
            depth = max(depth, level + 1)
            pending += below
    return count, depth


def rebuild(
    node: Node,
    on_inode: Callable[[Inode], Inode],
    on_directory: Callable[[Directory, dict[str, Node]], Directory],
) -> Node:
    """The tree with every node replaced, children before their directory."""
    if isinstance(node, Inode):
        return on_inode(node)
    children: dict[str, Node] = {}
    for name, child in node.children.items():
        children[name] = rebuild(child, on_inode, on_directory)
    return on_directory(node, children)


def once(function: Callable[[Inode], Inode]) -> Callable[[Inode], Inode]:
    """The function called once an inode, however many names hold it: hard links stay hard links."""
    # The inode is kept beside its result: an id is reused once its object is gone.
    known: dict[int, tuple[Inode, Inode]] = {}

    def call(inode: Inode) -> Inode:
        if (found := known.get(id(inode))) is None:
            found = known[id(inode)] = inode, function(inode)
        return found[1]

    return call


def hard_links(node: Node) -> set[int]:
    """The inodes (by `id`) that more than one name in the tree holds."""
    once_seen: set[int] = set()
    again: set[int] = set()
    for found in inodes(node):
        (again if id(found) in once_seen else once_seen).add(id(found))
    return again


def substitute(directory: Directory, new: Mapping[int, Inode]) -> Directory:
    """Every name that holds one of these inodes (by `id`) holds the new one; the rest is shared."""
    changed: dict[str, Node] = {}
    for name, child in directory.children.items():
        if isinstance(child, Directory):
            other: Node = substitute(child, new)
        else:
            other = new.get(id(child), child)
        if other is not child:
            changed[name] = other
    if not changed:
        return directory
    return with_children(directory, {**directory.children, **changed}, directory.mtime)


def build(
    entries: Iterable[tuple[str, Node]], *, layer: int = BASE_LAYER, because: str = "", complete: bool = True
) -> Directory:
    """A tree from paths and nodes, in any order: the way to make a base image's or a context's tree.

    Parents that are not given are 0755 root:root.  Of a directory only what it is itself is taken, not
    its children.  A later entry replaces an earlier one; one object given under two paths makes hard
    links.  Paths that are too long, too deep or that hold ``..`` are left out.
    """
    root = Directory({}, 0o755, 0, 0, layer, because, complete)
    # Neighbours in a listing mostly share their parent.
    head: str | None = None
    children = _own_children(root)
    for path, node in entries:
        parent, _, last = path.rpartition("/")
        name = last
        if parent != head or last in ("", ".", "..") or len(path) > PATH_MAX:
            parts = split(path)
            if parts is None or len(parts) > MAX_DEPTH or ".." in parts:
                continue
            if not parts:
                root = with_children(node, root.children, node.mtime) if isinstance(node, Directory) else root
                continue
            name = parts.pop()
            head = parent if name == last else None
            children = _own_children(root)
            for part in parts:
                child = children.get(part)
                if not isinstance(child, Directory):
                    child = children[part] = Directory({}, 0o755, 0, 0, layer, because, complete)
                children = _own_children(child)
        old = children.get(name)
        if isinstance(node, Directory):
            node = with_children(node, old.children if isinstance(old, Directory) else {}, node.mtime)
        elif isinstance(old, Directory):
            head = None
        children[name] = node
    return root


def _own_children(directory: Directory) -> dict[str, Node]:
    """The mapping of a directory that `build` itself made, which nobody else has seen yet."""
    assert isinstance(directory.children, dict)
    return directory.children


def tree_size(root: Directory) -> Size:
    """Bytes of the regular files of a tree, hard links once."""
    return total({id(inode): inode.size for inode in inodes(root)}.values())
