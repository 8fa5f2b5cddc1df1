"""The model against the overlayfs of the kernel: random operations, run on both.

Each sequence builds a lower tree and one to three layers on it.  For every layer three things have to
agree: the merged view, the upper directory with what the native differ writes, and what differs in mode,
owner, size or time with what the BuildKit differ writes.  At the end the bytes that a walk of the last
view reaches have to be the visible bytes.

Runs where it may mount (root with CAP_SYS_ADMIN); the options are those of container engines.
"""

from __future__ import annotations

import os
import random
import shutil
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from layerlint.filesystem.accounting import account
from layerlint.filesystem.apply import commit
from layerlint.filesystem.differ import diff
from layerlint.filesystem.layer import Differ, Entry, EntryKind, Layer
from layerlint.filesystem.node import BASE_LAYER, Directory, Inode, Kind
from layerlint.filesystem.tree import once, rebuild, walk
from layerlint.filesystem.union import FileSystem
from tests.filesystem.operations import Operation, random_operation, run_for_real, run_on_model

SEQUENCES = 150
OPTIONS = "index=off,redirect_dir=off,metacopy=off,xino=off"
LONG_AGO = 1_000_000_000
KINDS = {
    stat.S_IFDIR: "directory",
    stat.S_IFREG: "file",
    stat.S_IFLNK: "symlink",
    stat.S_IFCHR: "whiteout",
}
View = dict[str, tuple[str, int, int, int | None, int | None, str]]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A tmpfs in which overlays can be mounted (an overlay may not be the upper of another)."""
    if not hasattr(os, "chroot") or os.geteuid() != 0:
        pytest.skip("mounting an overlay needs root on Linux")
    folder = tmp_path_factory.mktemp("overlay")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", folder], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"cannot mount a tmpfs: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--recursive", folder], check=False)


@dataclass(frozen=True)
class Seen:
    """One name of a real tree."""

    kind: str
    size: int
    mode: int
    uid: int
    gid: int
    target: str
    inode: int
    mtime: int
    opaque: bool = False


def see(root: Path) -> dict[str, Seen]:
    found: dict[str, Seen] = {}
    for folder, directories, files in os.walk(root):
        for name in directories + files:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            kind = KINDS[stat.S_IFMT(status.st_mode)]
            found["/" + os.path.relpath(path, root)] = Seen(
                kind,
                status.st_size if kind == "file" else 0,
                stat.S_IMODE(status.st_mode),
                status.st_uid,
                status.st_gid,
                os.readlink(path) if kind == "symlink" else "",
                status.st_ino,
                status.st_mtime_ns,
                kind == "directory" and "trusted.overlay.opaque" in os.listxattr(path, follow_symlinks=False),
            )
    return found


def in_root(root: Path, operations: list[Operation]) -> None:
    """Run them in a process of its own whose root directory is this one."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.chroot(root)
            os.chdir("/")
            os.umask(0o022)
            for operation in operations:
                run_for_real(operation)
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0


def settle(state: FileSystem, root: Path) -> FileSystem:
    """Give every inode a time of its own, long past, in both trees."""
    times = iter(range(LONG_AGO, LONG_AGO + 100_000))
    aged = rebuild(
        state.root,
        once(lambda inode: replace(inode, mtime=next(times))),
        lambda directory, children: replace(directory, children=children, mtime=LONG_AGO),
    )
    assert isinstance(aged, Directory)
    for path, node in walk("/", aged):
        if isinstance(node, Inode) and isinstance(node.mtime, int):
            os.utime(f"{root}{path}", (node.mtime, node.mtime), follow_symlinks=False)
    return replace(state, root=aged)


def model_view(state: FileSystem) -> View:
    return {
        path: ("directory", 0, node.mode, node.uid, node.gid, "")
        if isinstance(node, Directory)
        else (node.kind.value, node.size.likely, node.mode, node.uid, node.gid, node.target)
        for path, node in walk("/", state.root)
        if path != "/"
    }


def real_view(tree: dict[str, Seen]) -> View:
    return {
        path: (seen.kind, seen.size, seen.mode, seen.uid, seen.gid, seen.target)
        for path, seen in tree.items()
    }


def written(layer: Layer) -> set[tuple[str, ...]]:
    """Names and kinds, hard links as the set of their names."""
    groups: dict[str, set[str]] = {}
    for entry in layer.entries:
        if isinstance(entry.node, Inode) and entry.kind is not EntryKind.WHITEOUT:
            groups.setdefault(entry.link or entry.path, set()).add(entry.path)
    result: set[tuple[str, ...]] = set()
    for entry in layer.entries:
        match entry:
            case Entry(kind=EntryKind.WHITEOUT | EntryKind.DIRECTORY | EntryKind.OPAQUE as kind):
                result.add((kind.value, entry.path))
            case Entry(node=Inode(kind=kind) as node):
                names = sorted(groups[entry.link or entry.path])
                result.add((kind.value, entry.path, str(node.size.likely), *names))
    return result


def in_upper(upper: dict[str, Seen], lower: dict[str, Seen]) -> set[tuple[str, ...]]:
    """The upper directory in the same shape.  Opaque where nothing is below says nothing."""
    result: set[tuple[str, ...]] = set()
    for path, seen in upper.items():
        if seen.kind in ("whiteout", "directory"):
            result.add((seen.kind, path))
            if seen.opaque and path in lower:
                result.add(("opaque", path))
        else:
            names = sorted(name for name, other in upper.items() if other.inode == seen.inode)
            result.add((seen.kind, path, str(seen.size), *names))
    return result


def compared(seen: Seen) -> tuple[object, ...]:
    status = (seen.kind, seen.mode, seen.uid, seen.gid)
    return status if seen.kind == "directory" else (*status, seen.size, seen.mtime, seen.target)


def differing(
    lower: dict[str, Seen], merged: dict[str, Seen], upper: dict[str, Seen]
) -> set[tuple[str, ...]]:
    """What BuildKit's rule leaves of it: status and time compared at every path."""
    changed: dict[str, Seen] = {}
    for path, seen in merged.items():
        old = lower.get(path)
        if old is None or compared(old) != compared(seen):
            changed[path] = seen
    merged_directories = {"/", *(path for path, seen in merged.items() if seen.kind == "directory")}
    top = [path for path in lower if path not in merged and os.path.dirname(path) in merged_directories]
    result: set[tuple[str, ...]] = {("whiteout", path) for path in top}
    for path in [*changed, *top]:
        for parent in list(Path(path).parents)[:-1]:
            result.add(("directory", str(parent)))
    for path, seen in changed.items():
        if seen.kind == "directory":
            result.add(("directory", path))
        else:
            inode = upper[path].inode
            names = sorted(name for name in changed if name in upper and upper[name].inode == inode)
            result.add((seen.kind, path, str(seen.size), *names))
    return result


def visible_bytes(trees: list[dict[str, Seen]], merged: dict[str, Seen]) -> int:
    """Bytes of the distinct files that the last view reaches, each in the layer that it comes from."""
    reached: dict[tuple[int, int], int] = {}
    for path, seen in merged.items():
        if seen.kind == "file":
            number, tree = next(
                (number, tree) for number, tree in reversed(list(enumerate(trees))) if path in tree
            )
            reached[number, tree[path].inode] = seen.size
    return sum(reached.values())


def test_the_kernel_agrees(scratch: Path) -> None:
    layers = operations_run = 0
    for seed in range(SEQUENCES):
        source = random.Random(seed)
        folder = scratch / str(seed)
        lowers = [folder / "lower"]
        lowers[0].mkdir(parents=True)
        first = [random_operation(source) for _ in range(source.randint(3, 25))]
        in_root(lowers[0], first)
        state = FileSystem.scratch()
        for operation in first:
            state = run_on_model(state, operation)
        base = state = settle(state, lowers[0])
        below = see(lowers[0])
        assert model_view(state) == real_view(below), first
        made: list[Layer] = []
        trees = [below]
        for index in range(source.randint(1, 3)):
            operations = [random_operation(source) for _ in range(source.randint(1, 12))]
            upper, work, view = (folder / f"{name}{index}" for name in ("upper", "work", "view"))
            for path in (upper, work, view):
                path.mkdir()
            stack = ":".join(str(lower) for lower in reversed(lowers))
            overlay = f"lowerdir={stack},upperdir={upper},workdir={work},{OPTIONS}"
            mounted = subprocess.run(
                ["mount", "-t", "overlay", "overlay", "-o", overlay, view], capture_output=True, text=True
            )
            if mounted.returncode:
                pytest.skip(f"cannot mount an overlay: {mounted.stderr.strip()}")
            try:
                in_root(view, operations)
                merged, above = see(view), see(upper)
            finally:
                subprocess.run(["umount", view], check=True)
            before = state.at_layer(index)
            after = before
            for operation in operations:
                after = run_on_model(after, operation)
            where = f"sequence {seed}, layer {index}: {[str(operation) for operation in operations]}"
            assert model_view(after) == real_view(merged), where
            native = written(diff(before, after, Differ.NATIVE, index))
            assert native == in_upper(above, below), where
            buildkit = written(diff(before, after, Differ.BUILDKIT, index))
            assert buildkit == differing(below, merged, above), where
            layer, state = commit(before, after, Differ.NATIVE, index)
            made.append(layer)
            trees.append(above)
            lowers.append(upper)
            below = merged
            layers += 1
            operations_run += len(operations)
        counted = account(base, made)
        assert counted.visible.likely == visible_bytes(trees, below), f"sequence {seed}"
        shutil.rmtree(folder)
    print(f"{SEQUENCES} sequences, {layers} layers, {operations_run} operations agree with the kernel")


def test_base_layer_number() -> None:
    """The lower tree of the sequences is of the base: its inodes have to be copied up."""
    state = run_on_model(FileSystem.scratch(), Operation("write", "/a", number=1))
    node = state.lookup("/a")
    assert isinstance(node, Inode)
    assert (node.layer, node.kind) == (BASE_LAYER, Kind.FILE)
