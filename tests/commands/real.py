"""Run the real tool on a real directory, and compare with what its model says."""

from __future__ import annotations

import atexit
import dataclasses
import functools
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from layerlint.domain.size import Size
from layerlint.domain.truth import Truth
from layerlint.effects import Stream, Unmodelled
from layerlint.filesystem.node import Directory, Inline, Inode, Kind, Node
from layerlint.filesystem.tree import build
from layerlint.filesystem.union import FileSystem
from tests.commands.invoke import LAYER, directory, file, invoke, performed, symlink, words

ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", "HOME": "/w"}
SAMPLE = r"""
mkdir -p d/sub/deep empty other
printf hello > a; printf 'one\ntwo\nthree\n' > lines; printf 'x%.0s' $(seq 3000) > big; : > void
printf inner > d/inner; printf deep > d/sub/deep/leaf; printf 'k=v\n# c=d\n' > d/sub/conf
ln -s a link; ln -s d dirlink; ln -s nowhere dangling; ln -s ../a d/up; ln a hard
chmod 600 a; chmod 755 d/inner; chmod 2755 other; printf run > script.sh; printf '2024' > other/data.log
"""
"""What every case starts from."""


def require(tool: str) -> None:
    """Skip where the machine does not have the tool, or not GNU's (what the models follow)."""
    path = shutil.which(tool)
    if path is None:
        pytest.skip(f"{tool} is not installed")
    if tool in ("cp", "mv", "sed", "find", "tar"):
        version = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
        if "GNU" not in version:
            pytest.skip(f"{tool} is not GNU's")


@functools.cache
def _template() -> Path:
    """The sample, made once."""
    root = Path(tempfile.mkdtemp(prefix="layerlint-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    subprocess.run(["bash", "-ec", SAMPLE], cwd=root, env=ENVIRONMENT, check=True, umask=0o022)
    return root


def make_sample(root: Path) -> None:
    subprocess.run(["cp", "-a", f"{_template()}/.", str(root)], check=True)
    root.chmod(0o755)


def read(root: Path) -> FileSystem:
    """The directory as the tree under ``/w``."""
    entries: list[tuple[str, Node]] = [("/w", directory(stat.S_IMODE(root.stat().st_mode)))]
    # All of it is of the layer that is being made: there, the names of one inode stay together.
    inodes: dict[int, Inode] = {}
    for path in sorted(root.rglob("*")):
        place = "/w/" + str(path.relative_to(root))
        status = path.lstat()
        if path.is_symlink():
            entries.append((place, symlink(os.readlink(path))))
        elif path.is_dir():
            entries.append((place, directory(stat.S_IMODE(status.st_mode))))
        else:
            data = path.read_bytes()
            made = file(data if len(data) <= 65_536 else len(data), stat.S_IMODE(status.st_mode))
            made = dataclasses.replace(made, layer=LAYER, linked=status.st_nlink > 1)
            entries.append((place, inodes.setdefault(status.st_ino, made)))
    return FileSystem(build(entries, layer=LAYER)).at_layer(LAYER)


def rows(filesystem: FileSystem) -> dict[str, tuple[str, int, Size, str]]:
    """Path to kind, mode, size and target; a link's own mode means nothing."""
    result = {}
    for path, node in filesystem.walk("/w"):
        match node:
            case Directory():
                result[path] = ("directory", node.mode, Size.exact(0), "")
            case Inode(kind=Kind.SYMLINK):
                result[path] = ("symlink", 0, Size.exact(0), node.target)
            case Inode():
                result[path] = (node.kind.value, node.mode, node.size, "")
    return result


def compare(line: str, root: Path, *, stdin: bytes | None = None, modes: bool = True) -> str | None:
    """What the model gets wrong about a command line on the sample; None if it is right.

    A size may be an interval, a status MAYBE and an outcome Unmodelled: then what it leaves open is not
    compared.
    """
    make_sample(root)
    before = read(root)
    packed = (".gz", ".tgz", ".xz", ".bz2", ".zst", ".z")
    given = None if stdin is None else Stream(Size.exact(len(stdin)), Inline(stdin))
    outcome = invoke(line, before, stdin=given, environment={"HOME": "/w"})
    argv = [str(word) for word in words(line)]
    done = subprocess.run(
        argv, cwd=root, env=ENVIRONMENT, input=stdin or b"", capture_output=True, umask=0o022, check=False
    )
    succeeded = done.returncode == 0
    if any(isinstance(effect, Unmodelled) for effect in outcome.effects):
        return None
    if outcome.status is not Truth.MAYBE and succeeded != (outcome.status is Truth.YES):
        return f"{line}: status {done.returncode}, model {outcome.status.name}: {done.stderr.decode()}"
    expected, found = rows(read(root)), rows(performed(outcome, before))
    for path in sorted(expected.keys() | found.keys()):
        real, model = expected.get(path), found.get(path)
        if real is None or model is None:
            return f"{line}: {path}: really {real}, model {model}"
        kind, mode, size, target = real
        # How small a file gets is the interpreter's estimate, not the model's.
        fits = path.endswith(packed) or _holds(model[2], size.likely)
        if (kind, target) != (model[0], model[3]) or (modes and mode != model[1]) or not fits:
            return f"{line}: {path}: really {real}, model {model}"
    # find prints in the order of the directory, which is nobody's.
    return _stdout(line, outcome.stdout, done.stdout, in_order=argv[0] != "find")


def _stdout(line: str, stream: Stream, real: bytes, *, in_order: bool) -> str | None:
    match stream.content:
        case Inline(data) if data != real and (in_order or sorted(data) != sorted(real)):
            return f"{line}: prints {real[:200]!r}, model {data[:200]!r}"
    if not _holds(stream.size, len(real)):
        return f"{line}: prints {len(real)} bytes {real[:200]!r}, model {stream.size}"
    return None


def _holds(size: Size, amount: int) -> bool:
    return size.low <= amount and (size.high is None or amount <= size.high)


def check(lines: Iterable[str], root: Path, *, modes: bool = True) -> None:
    """Every line agrees with the real tool, each in a directory of its own."""
    wrong = []
    count = 0
    for count, line in enumerate(lines, start=1):
        place = root / str(count)
        place.mkdir()
        fault = compare(line, place, modes=modes)
        if fault is not None:
            wrong.append(fault)
    print(f"{count - len(wrong)} of {count} command lines agree with the real tool")
    assert not wrong, "\n" + "\n".join(wrong)
