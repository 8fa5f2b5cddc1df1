"""The build context: the folder that COPY and ADD read, seen through its ``.dockerignore``.

Nothing outside the folder is ever read: a symlink is an entry of its own, and one that COPY names
directly is followed inside the folder only, as BuildKit does.  Folders are listed only when an
instruction asks for them.
"""

from __future__ import annotations

import os
import posixpath
import stat
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

from layerlint._dataclass import dataclass, field
from layerlint.dockerfile.dockerignore import Matcher, match_source
from layerlint.domain.size import ZERO, Size
from layerlint.filesystem import host_files
from layerlint.filesystem.node import BASE_LAYER, Directory, HostFile, Inode, Kind, Node

MAX_FILES = 1_000_000
"""Entries read of one context; a context with more is not read to its end."""

_MAX_DEPTH = 256
_MOST_TOLD = 3
"""Paths that are named."""
_MOST_KEPT = 1000
_LONGEST_TOLD = 60
"""Characters of a path that is too deep."""
_by_name = attrgetter("name")
_FILE = Kind.FILE


@dataclass(frozen=True, slots=True)
class Making:
    """What the nodes get that are made of files: those of the layer that they are read for."""

    layer: int = BASE_LAYER
    because: str = ""
    uid: int | None = 0
    gid: int | None = 0


@dataclass(slots=True)
class _Budget:
    left: int = field(default_factory=lambda: MAX_FILES)
    """Negative where an entry was left out."""
    deepest: str = ""
    """A folder below which nothing is read."""
    unreadable: dict[str, str] = field(default_factory=dict)
    """Folders and files, and why; no more than `_MOST_KEPT`."""


@dataclass(frozen=True, slots=True)
class BuildContext:
    """A folder on this machine.  Paths are relative to it, with ``/``, cleaned of ``.`` and ``..``."""

    root: Path
    ignore: Matcher | None = None
    ignore_file: str | None = None
    """Name of the ignore file that is in force, relative to the context; None where there is none."""
    _budget: _Budget = field(default_factory=_Budget, compare=False, repr=False)

    def gaps(self) -> tuple[str, ...]:
        """What is not known of it, as far as it was asked for."""
        budget = self._budget
        found = [
            f"{path[:_LONGEST_TOLD] or '.'} of the build context cannot be read: {reason}"
            for path, reason in sorted(budget.unreadable.items())[:_MOST_TOLD]
        ]
        if (more := len(budget.unreadable) - _MOST_TOLD) > 0:
            found.append(f"{more} more paths of the build context cannot be read")
        if budget.left < 0:
            found.append(
                f"more than {MAX_FILES:,} entries of the build context are asked for: the rest was not read"
            )
        if budget.deepest:
            found.append(
                f"the build context has folders more than {_MAX_DEPTH} deep, which were not read: {budget.deepest}"
            )
        return tuple(found)

    def is_ignored(self, path: str) -> bool:
        return self.ignore is not None and bool(path) and self.ignore.matches(path)

    def node(self, path: str, making: Making = Making()) -> Node | None:  # noqa: B008 (frozen)
        """The tree at a path, without what is ignored; a symlink at the path itself is followed.

        None if nothing is there, if it is ignored, or if it lies outside the context.
        """
        real = self._follow(path)
        if real is None:
            return None
        if real and self.is_ignored(real) and not self._may_hold(real):
            return None
        return self._read(real, _Walk(self._budget, making))

    def matches(self, pattern: str) -> Iterator[str]:
        """The paths that a source pattern names (``filepath.Match``, one component at a time), sorted."""
        parts = [part for part in pattern.split("/") if part]
        yield from self._match("", parts)

    def _match(self, folder: str, parts: list[str]) -> Iterator[str]:
        if not parts:
            yield folder
            return
        part, rest = parts[0], parts[1:]
        if not any(char in part for char in "*?[\\"):
            path = f"{folder}/{part}" if folder else part
            if self.exists(path):
                yield from self._match(path, rest)
            return
        real = self._follow(folder)
        if real is None:
            return
        for name in self._list(real):
            path = f"{folder}/{name}" if folder else name
            if match_source(part, name) and (not self.is_ignored(path) or self._may_hold(path)):
                yield from self._match(path, rest)

    def exists(self, path: str) -> bool:
        """Something not ignored is at the path."""
        real = self._follow(path)
        return real is not None and (not self.is_ignored(real) or self._may_hold(real))

    def is_there(self, path: str) -> bool:
        """Something is at the path, ignored or not."""
        return self._follow(path) is not None

    def is_link(self, path: str) -> bool:
        """The path itself is a symbolic link, wherever that leads."""
        folder = self._follow(posixpath.dirname(path))
        return folder is not None and host_files.is_symlink(self.root / folder / posixpath.basename(path))

    def _may_hold(self, path: str) -> bool:
        """An ignored directory may hold files that a ``!`` pattern brings back."""
        return (
            self.ignore is not None and self.ignore.has_exceptions and host_files.is_folder(self.root / path)
        )

    def _list(self, path: str) -> list[str]:
        try:
            return host_files.names(str(self.root / path))
        except OSError as error:
            self._missed(path, error)
            return []

    def _missed(self, path: str, error: OSError) -> None:
        gone = isinstance(error, FileNotFoundError | NotADirectoryError)
        if not gone and len(self._budget.unreadable) < _MOST_KEPT:
            self._budget.unreadable[path] = error.strerror or "unknown error"

    def _follow(self, path: str) -> str | None:
        """Resolve symlinks as if the context were the root of the file system; None if absent."""
        return host_files.follow(str(self.root), path)

    def _read(self, path: str, walk: _Walk) -> Node | None:
        where = str(self.root / path) if path else str(self.root)
        try:
            status = host_files.entry_status(where)
        except (OSError, ValueError):
            return None
        return self._node(path, where, status, 0, walk)

    def _node(self, path: str, where: str, status: os.stat_result, depth: int, walk: _Walk) -> Node | None:
        """``where`` is the path on this machine."""
        if walk.budget.left <= 0:
            walk.budget.left = -1
            return None
        if depth > _MAX_DEPTH:
            walk.budget.deepest = walk.budget.deepest or path[:_LONGEST_TOLD] + "…"
            return None
        walk.budget.left -= 1
        if stat.S_ISREG(status.st_mode):
            return walk.file(where, status)
        made = walk.making
        if stat.S_ISDIR(status.st_mode):
            children = self._children(path, where, depth + 1, walk)
            mode = stat.S_IMODE(status.st_mode)
            return Directory(
                children, mode, made.uid, made.gid, made.layer, made.because, mtime=status.st_mtime_ns
            )
        if stat.S_ISLNK(status.st_mode):
            try:
                target = host_files.link_target(where)
            except OSError:
                return None
            return Inode(
                Kind.SYMLINK, ZERO, 0o777, made.uid, made.gid, made.layer, made.because,
                target=target, mtime=status.st_mtime_ns,
            )  # fmt: skip
        return None  # sockets, devices and fifos are not sent

    def _children(self, path: str, where: str, depth: int, walk: _Walk) -> dict[str, Node]:
        """What a folder holds, in the order of the names, less what is ignored."""
        try:
            listing = host_files.Listing(where)
        except OSError as error:
            self._missed(path, error)
            return {}
        children: dict[str, Node] = {}
        ignore, prefix = self.ignore, f"{path}/" if path else ""
        for entry in listing.entries:
            name = entry.name
            child = prefix + name
            ignored = ignore is not None and ignore.matches(child)
            if ignored and not self._may_hold(child):
                listing.leave(entry)
                continue
            try:
                status = listing.status(entry)
            except OSError as error:
                self._missed(child, error)
                continue
            except ValueError:
                continue
            node = self._node(child, entry.path, status, depth, walk)
            if node is not None and not (ignored and isinstance(node, Directory) and not node.children):
                children[name] = node
        listing.end()
        return children


@dataclass(slots=True)
class _Walk:
    """One reading of a tree."""

    budget: _Budget
    making: Making
    links: dict[tuple[int, int], Inode] = field(default_factory=dict)
    """The files with several names: those stay hard links."""
    sizes: dict[int, Size] = field(default_factory=dict)
    """Many files have the same size, and a tree keeps one object for all."""

    def file(self, where: str, status: os.stat_result) -> Inode:
        length, made = status.st_size, self.making
        size = self.sizes.get(length)
        if size is None:
            size = self.sizes[length] = Size.exact(length)
        linked = status.st_nlink > 1
        file = Inode(
            _FILE, size, status.st_mode & 0o7777, made.uid, made.gid, made.layer, made.because, HostFile(where),
            mtime=status.st_mtime_ns, linked=linked,
        )  # fmt: skip
        return self.links.setdefault((status.st_dev, status.st_ino), file) if linked else file


def open_context(root: Path, dockerfile: Path | None) -> tuple[BuildContext, tuple[str, ...]]:
    """The context in a folder, and what is wrong with its ignore file.

    ``<Dockerfile name>.dockerignore`` beside the Dockerfile is used before ``.dockerignore`` in the folder.
    """
    from layerlint.dockerfile.dockerignore import read

    candidates = [root / ".dockerignore"]
    if dockerfile is not None:
        candidates.insert(0, dockerfile.with_name(dockerfile.name + ".dockerignore"))
    for candidate in candidates:
        try:
            status = host_files.file_status(candidate)
            if not stat.S_ISREG(status.st_mode):
                continue  # a FIFO would be waited for
            if status.st_size > 1 << 20:
                return BuildContext(root), (f"{candidate.name} is larger than 1 MiB and was not read",)
            with host_files.open_regular(host_files.resolved(candidate)) as stream:
                text = stream.read(1 << 20).decode("utf-8", "surrogateescape")
        except OSError:
            continue
        patterns, problems = read(text)
        return BuildContext(root, Matcher(patterns), candidate.name), tuple(
            f"{candidate.name}: {problem.message}" for problem in problems
        )
    return BuildContext(root), ()
