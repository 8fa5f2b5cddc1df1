"""Random file operations that can be run twice: on the model, and with system calls on a real tree."""

from __future__ import annotations

import os
import random
import shutil
import stat
from contextlib import suppress
from dataclasses import dataclass
from errno import EXDEV

from layerlint.domain.size import Size
from layerlint.filesystem.union import FileSystem

NAMES = (
    "/a", "/b", "/l", "/d", "/d/x", "/d/y", "/d/l", "/d/e", "/d/e/z", "/d/e/f/w", "/g/x", "/g/h",
    "/l/x", "/d/l/y",
)  # fmt: skip
TARGETS = ("d", "/d", "e", "a", "x", "../a", "/d/e", "/g", "missing", "/l")
MODES = (0o600, 0o644, 0o755, 0o4755, 0o2755, 0o700)
OWNERS = (0, 1000)


@dataclass(frozen=True)
class Operation:
    name: str
    path: str
    source: str = ""
    number: int = 0

    def __str__(self) -> str:
        return f"{self.name} {self.path} {self.source} {self.number:o}"


_WEIGHTS = {
    "write": 6, "append": 3, "open": 1, "mkdir": 4, "remove": 4, "rmdir": 1, "rename": 5, "symlink": 2,
    "link": 3, "chmod": 3, "chown": 3, "chmod -R": 1, "chown -R": 1, "touch": 2, "copy": 3,
}  # fmt: skip


def random_operation(source: random.Random) -> Operation:
    name = source.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
    path = source.choice(NAMES)
    match name:
        case "write" | "append":
            return Operation(name, path, number=source.randint(1, 5000))
        case "rename" | "link" | "copy":
            return Operation(name, path, source.choice(NAMES))
        case "symlink":
            return Operation(name, path, source.choice(TARGETS))
        case "chmod" | "chmod -R":
            return Operation(name, path, number=source.choice(MODES))
        case "chown" | "chown -R":
            return Operation(name, path, number=source.choice(OWNERS))
        case _:
            return Operation(name, path)


def run_on_model(state: FileSystem, operation: Operation) -> FileSystem:
    path, because = operation.path, str(operation)
    match operation.name:
        case "write":
            return state.write(path, Size.exact(operation.number), because)
        case "append":
            return state.write(path, Size.exact(operation.number), because, append=True)
        case "open":
            return state.write(path, Size.exact(0), because, append=True)
        case "mkdir":
            return state.make_directory(path, because)
        case "remove":
            return state.remove(path)
        case "rmdir":
            return state.remove(path, recursive=False)
        case "rename":
            return state.rename(operation.source, path, because)
        case "symlink":
            return state.symlink(path, operation.source, because)
        case "link":
            return state.link(operation.source, path, because)
        case "chmod" | "chmod -R":
            recursive = operation.name == "chmod -R"
            return state.change_metadata(path, because, mode=operation.number, recursive=recursive)
        case "chown" | "chown -R":
            recursive = operation.name == "chown -R"
            return state.change_metadata(
                path,
                because,
                uid=operation.number,
                gid=operation.number // 2,
                recursive=recursive,
                follow=not recursive,
            )
        case "touch":
            return state.touch(path, because)
        case "copy":
            # Neither may be in the other, as for `cp`.
            source = state.resolve(operation.source, follow=False)
            target = state.resolve(path, follow=False)
            node = state.lookup(source, follow=False)
            if node is None or _nested(source, target):
                return state
            return state.remove(target).graft(node, target, because, keep_times=True)
    raise AssertionError(operation)


def run_for_real(operation: Operation) -> None:
    """With system calls, from the root of the process; what the kernel refuses changes nothing."""
    with suppress(OSError):
        _run(operation)


def _run(operation: Operation) -> None:
    path = operation.path
    followed, itself = os.path.realpath(path), _unfollowed(path)
    match operation.name:
        case "write" | "append" | "open":
            if os.path.isdir(followed):
                return
            os.makedirs(os.path.dirname(followed), exist_ok=True)
            how = os.O_TRUNC if operation.name == "write" else os.O_APPEND
            file = os.open(followed, os.O_WRONLY | os.O_CREAT | how, 0o644)
            os.write(file, b"x" * operation.number)
            os.close(file)
        case "mkdir":
            os.makedirs(followed, exist_ok=True)
        case "remove":
            _remove(itself)
        case "rmdir":
            if os.path.isdir(itself) and not os.path.islink(itself):
                os.rmdir(itself)
            else:
                os.unlink(itself)
        case "rename":
            _rename(_unfollowed(operation.source), itself)
        case "symlink":
            if _is_directory(itself):
                return
            os.makedirs(os.path.dirname(itself), exist_ok=True)
            if os.path.lexists(itself):
                os.unlink(itself)
            os.symlink(operation.source, itself)
        case "link":
            _link(_unfollowed(operation.source), itself)
        case "chmod":
            os.chmod(followed, operation.number)
        case "chmod -R":
            for name in _tree(followed):
                if not os.path.islink(name):
                    os.chmod(name, operation.number)
        case "chown":
            os.chown(followed, operation.number, operation.number // 2)
        case "chown -R":
            for name in _tree(itself):
                os.lchown(name, operation.number, operation.number // 2)
        case "touch":
            if not os.path.lexists(followed):
                os.makedirs(os.path.dirname(followed), exist_ok=True)
                os.close(os.open(followed, os.O_WRONLY | os.O_CREAT, 0o644))
            os.utime(followed)
        case "copy":
            source = _unfollowed(operation.source)
            if not os.path.lexists(source) or _nested(source, itself):
                return
            os.makedirs(os.path.dirname(itself), exist_ok=True)
            if os.path.lexists(itself):
                _remove(itself)
            _copy(source, itself, {})


def _unfollowed(path: str) -> str:
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))


def _nested(one: str, other: str) -> bool:
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")


def _is_directory(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)


def _tree(path: str) -> list[str]:
    found = [path]
    if _is_directory(path):
        for folder, directories, files in os.walk(path):
            found += [os.path.join(folder, name) for name in directories + files]
    os.lstat(path)
    return found


def _remove(path: str) -> None:
    if _is_directory(path):
        shutil.rmtree(path)
    else:
        os.unlink(path)


def _rename(source: str, path: str) -> None:
    if not os.path.lexists(source) or f"{path}/".startswith(f"{source}/"):
        return
    if _is_directory(source):
        if os.path.lexists(path) and (not _is_directory(path) or os.listdir(path)):
            return
    elif _is_directory(path):
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    try:
        os.rename(source, path)
    except OSError as error:
        if error.errno != EXDEV:
            raise
        if os.path.lexists(path):
            os.rmdir(path)
        _copy(source, path, {})
        shutil.rmtree(source)
        return
    if os.path.lexists(source):
        # Both were names of one file: rename(2) does nothing then, `mv` removes the old name.
        os.unlink(source)


def _link(source: str, path: str) -> None:
    if not os.path.lexists(source) or _is_directory(source) or _is_directory(path):
        return
    if os.path.lexists(path) and os.path.samestat(os.lstat(source), os.lstat(path)):
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.lexists(path):
        os.unlink(path)
    os.link(source, path, follow_symlinks=False)


def _copy(source: str, path: str, links: dict[tuple[int, int], str]) -> None:
    """``cp -a``"""
    status = os.lstat(source)
    if stat.S_ISDIR(status.st_mode):
        os.mkdir(path)
        for name in sorted(os.listdir(source)):
            _copy(os.path.join(source, name), os.path.join(path, name), links)
    else:
        first = links.setdefault((status.st_dev, status.st_ino), path)
        if first != path and status.st_nlink > 1:
            os.link(first, path, follow_symlinks=False)
            return
        if stat.S_ISLNK(status.st_mode):
            os.symlink(os.readlink(source), path)
        else:
            shutil.copyfile(source, path)
    os.chown(path, status.st_uid, status.st_gid, follow_symlinks=False)
    if not stat.S_ISLNK(status.st_mode):
        os.chmod(path, stat.S_IMODE(status.st_mode))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns), follow_symlinks=False)
