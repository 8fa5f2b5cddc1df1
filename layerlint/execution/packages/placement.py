"""The files of packages: placed in bulk, filtered as dpkg filters them, rewritten, removed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import translate
from functools import lru_cache

from layerlint._dataclass import replace
from layerlint.catalog.model import Footprint, Package, Piece
from layerlint.domain.size import Size
from layerlint.domain.truth import Truth
from layerlint.execution.packages.database import Installed, PackageDatabase
from layerlint.execution.packages.nearness import Nearness
from layerlint.filesystem.copying import below
from layerlint.filesystem.node import Change, Directory, Inline, Inode, Kind, Node, stamp
from layerlint.filesystem.tree import build, with_children
from layerlint.filesystem.union import FileSystem

INFO = "/var/lib/dpkg/info"
DPKG_CONFIGURATION = "/etc/dpkg/dpkg.cfg.d"
_MAX_FILTERS = 256
"""Path filters that are read; those of a slim image are 18."""
_PROGRAMS = ("/bin/", "/sbin/", "/usr/bin/", "/usr/sbin/", "/usr/games/", "/usr/libexec/")


def files_of(
    package: Package, filters: tuple[tuple[bool, str], ...], layer: int, because: str, nearness: Nearness
) -> dict[str, Inode]:
    """Path to node of what an installed package puts on disk, with its files in dpkg's own directory."""
    label = f"apt:{package.name}"
    files = {
        path: Inode(Kind.FILE, size, mode, 0, 0, layer, because, None, "", count, label=label)
        for path, (size, count, mode) in _unpacked(package.name, package.footprint, filters, nearness).items()
    }
    return _with_mark(files, package.name, label)


@lru_cache(maxsize=4096)
def _unpacked(
    name: str, footprint: Footprint, filters: tuple[tuple[bool, str], ...], nearness: Nearness
) -> dict[str, tuple[Size, Size, int]]:
    """Path to bytes, files and mode: many files of a run install the same packages."""
    found: dict[str, tuple[Size, Size, int]] = {}
    info = Piece(INFO, Size.exact(footprint.info_bytes), footprint.info_files, True)
    for piece in (*footprint.pieces, info):
        path = f"{piece.path}/<{name}>" if piece.summary else piece.path
        if piece.count == 0 or not is_unpacked(path, filters):
            continue
        size, count = nearness.of(piece.bytes), Size.exact(piece.count)
        if (other := found.get(path)) is not None:
            size, count = size + other[0], count + other[1]
        found[path] = size, count, 0o755 if path.startswith(_PROGRAMS) else 0o644
    return found


_MARKED = re.compile(r"libpython(3\.\d\d)-stdlib")
_FIRST_MARKED = (3, 11)
_MARK_BYTES = 645


def _with_mark(files: dict[str, Inode], name: str, label: str) -> dict[str, Inode]:
    """EXTERNALLY-MANAGED (PEP 668) apart from the package's other small files: scripts delete it, pip asks for it."""
    match = _MARKED.fullmatch(name)
    if match is None or tuple(map(int, match[1].split("."))) < _FIRST_MARKED:
        return files
    directory = f"/usr/lib/python{match[1]}"
    rest = files.get(f"{directory}/<{name}>")
    if rest is None or rest.size.low < _MARK_BYTES or rest.count.low < 2:
        return files
    size = Size(*(amount - _MARK_BYTES for amount in (rest.size.low, rest.size.likely, rest.size.high or 0)))
    count = Size.exact(rest.count.likely - 1)
    files[f"{directory}/<{name}>"] = replace(rest, size=size, count=count)
    mark = replace(rest, size=Size.exact(_MARK_BYTES), count=Size.exact(1))
    files[f"{directory}/EXTERNALLY-MANAGED"] = mark
    return files


def is_unpacked(path: str, filters: Iterable[tuple[bool, str]]) -> bool:
    """Whether dpkg writes the file: the last filter that matches decides (dpkg(1), ``--path-exclude``)."""
    unpacked = True
    for includes, pattern in filters:
        if includes is not unpacked and _matcher(pattern).match(path):
            unpacked = includes
    return unpacked


@lru_cache(maxsize=1024)
def _matcher(pattern: str) -> re.Pattern[str]:
    """As fnmatch(3) without flags: a star matches slashes too."""
    return re.compile(translate(re.sub(r"\*+", "*", pattern[:1024])))


def path_filters(filesystem: FileSystem, database: PackageDatabase) -> tuple[tuple[bool, str], ...]:
    """The base image's filters if their file is still there, then those that the Dockerfile adds."""
    files = filesystem.children(DPKG_CONFIGURATION)
    filters = list(database.path_filters if "docker" in files else ())
    for name in sorted(files):
        node = files[name]
        if isinstance(node, Inode) and isinstance(node.content, Inline):
            for line in node.content.data.decode("utf-8", "replace").splitlines():
                key, _, pattern = line.strip().replace("=", " ", 1).partition(" ")
                if key in ("path-exclude", "path-include"):
                    filters.append((key == "path-include", pattern.strip()))
    return tuple(dict.fromkeys(filters[:_MAX_FILTERS]))


def place(filesystem: FileSystem, files: Mapping[str, Inode], because: str) -> FileSystem:
    """Put many new files at once, each as by create and rename; missing parents are made."""
    directories: dict[str, str] = {}
    entries: list[tuple[str, Node]] = []
    for path, inode in files.items():
        parent, _, name = path.rpartition("/")
        if parent not in directories:
            directories[parent] = filesystem.resolve(parent or "/")
        entries.append((f"{directories[parent].rstrip('/')}/{name}", inode))
    tree = build(entries, layer=filesystem.layer, because=because)
    return replace(filesystem, root=_merged(filesystem.root, tree, filesystem.layer))


def _merged(old: Directory, new: Directory, layer: int) -> Directory:
    children = dict(old.children)
    for name, node in new.children.items():
        there = old.children.get(name)
        if isinstance(node, Directory):
            children[name] = _merged(there, node, layer) if isinstance(there, Directory) else node
        else:
            origin = below(there, layer)
            children[name] = node if origin is None else replace(node, change=Change.CONTENT, origin=origin)
    named = any(isinstance(node, Inode) or name not in old.children for name, node in new.children.items())
    merged = with_children(old, children, stamp() if named else old.mtime)
    if merged.presence is not Truth.YES:
        merged = replace(merged, presence=Truth.YES, likely=True)
    return merged


def rewrite(filesystem: FileSystem, paths: Iterable[str], because: str) -> FileSystem:
    """Unpack the same files again; configuration files, which dpkg leaves as they are, stay."""
    files = {
        path: replace(node, layer=filesystem.layer, because=because, change=Change.CREATED, mtime=stamp())
        for path in paths
        if not path.startswith("/etc/")
        and isinstance(node := filesystem.lookup(path, follow=False), Inode)
        and node.kind is Kind.FILE
    }
    return place(filesystem, files, because)


def remove(filesystem: FileSystem, paths: Iterable[str], *, purge: bool) -> FileSystem:
    """Delete files, and directories that they leave empty; without ``purge`` configuration files stay."""
    for path in paths:
        if purge or not path.startswith("/etc/"):
            filesystem = _without_empty_parents(filesystem.remove(path), path)
    return filesystem


def _without_empty_parents(filesystem: FileSystem, path: str) -> FileSystem:
    # A directory of the base image may belong to a package of its own: it stays.
    parent = path.rpartition("/")[0]
    while parent:
        node = filesystem.lookup(parent)
        if not isinstance(node, Directory) or node.children or node.layer < 0:
            break
        filesystem = filesystem.remove(parent)
        parent = parent.rpartition("/")[0]
    return filesystem


def labelled(
    filesystem: FileSystem, names: Iterable[str], manager: str = "apt"
) -> dict[str, tuple[str, ...]]:
    """Paths of the files that carry the labels of these packages; walks the tree once."""
    found: dict[str, list[str]] = {f"{manager}:{name}": [] for name in names}
    if found:
        for path, node in filesystem.walk("/"):
            if isinstance(node, Inode) and node.label in found:
                found[node.label].append(path)
    return {label.removeprefix(f"{manager}:"): tuple(paths) for label, paths in found.items()}


def paths_of(
    filesystem: FileSystem, packages: Iterable[Installed], manager: str = "apt"
) -> Iterator[tuple[Installed, tuple[str, ...]]]:
    """Each package with where its files are."""
    packages = tuple(packages)
    of_base = labelled(filesystem, (p.name for p in packages if p.paths is None), manager)
    for package in packages:
        yield package, of_base[package.name] if package.paths is None else package.paths
