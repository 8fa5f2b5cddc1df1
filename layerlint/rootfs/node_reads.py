"""What a program of JavaScript reads, as its text says it: own files, packages, and paths beside it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.filesystem.node import Inode
from layerlint.filesystem.union import FileSystem
from layerlint.rootfs.node_project import read_text

_MOST: Final = 200
"""Files that require one another."""
_TEXT: Final = r"""['"]([^'"\n]{1,200})['"]"""
_REQUIRED: Final = re.compile(r"(?:\brequire\s{0,9}\(|\bfrom|\bimport)\s{0,9}" + _TEXT)
_BESIDE: Final = re.compile(
    r"(?:\bpath\.)?(?:join|resolve)\(\s{0,9}__dirname((?:\s{0,9},\s{0,9}['\"][^'\"\n]{1,200}['\"]){1,6})\s{0,9}\)"
    r"|__dirname\s{0,9}\+\s{0,9}['\"]/([^'\"\n]{1,200})['\"]"
)
_STATIC: Final = re.compile(r"\.static\(\s{0,9}['\"]([^'\"\n]{1,200})['\"]")
_COMPUTED: Final = re.compile(
    r"__dirname|import\.meta|process\.cwd|\breadFile|\breaddir|\bcreateReadStream|\.render\(|view engine"
    r"|\brequire\s{0,9}\(\s{0,9}[^'\"\s]|\bimport\s{0,9}\(\s{0,9}[^'\"\s]|\bopendir\b|\.static\(\s{0,9}[^'\"\s]"
)
_QUOTED: Final = re.compile(r"['\"]([^'\"\n]{1,200})['\"]")
_WORD: Final = re.compile(r"(@[\w.-]{1,100}/[\w.-]{1,100}|[\w.-]{1,100})(?:/|\Z)")


@dataclass(frozen=True, slots=True)
class Reads:
    files: tuple[str, ...]
    """The program's own, image paths."""
    paths: tuple[str, ...]
    """Files and folders that it names beside itself, image paths."""
    packages: tuple[str, ...]
    unknown: str
    """A file that reads something by a path that is computed; empty where none does."""


def reads(filesystem: FileSystem, entry: str, workdir: str) -> Reads | None:
    """None where the text of one of its files is not known."""
    files: dict[str, None] = {}
    paths: dict[str, None] = {}
    packages: set[str] = set()
    unknown = ""
    waiting = [entry]
    while waiting:
        path = waiting.pop()
        if path in files:
            continue
        text = read_text(filesystem, path)
        if text is None or len(files) >= _MOST:
            return None
        files[path] = None
        if path.endswith(".json"):
            continue
        folder = posixpath.dirname(path)
        for name in _REQUIRED.findall(text):
            if not name.startswith("."):
                found = package_of(name)
                packages.update(() if found is None else (found,))
                continue
            own = _own(filesystem, posixpath.normpath(posixpath.join(folder, name)))
            if own is None:
                unknown = unknown or path
            else:
                waiting.append(own)
        for parts, tail in _BESIDE.findall(text):
            names = _QUOTED.findall(parts) or [tail]
            paths[posixpath.normpath(posixpath.join(folder, *names))] = None
        for name in _STATIC.findall(text):
            paths[posixpath.normpath(posixpath.join(workdir, name))] = None
        # What is left is computed: paths that were read above are taken out first.
        if _COMPUTED.search(_BESIDE.sub("'x'", text)):
            unknown = unknown or path
    return Reads(tuple(files), tuple(paths), tuple(sorted(packages)), unknown)


def package_of(name: str) -> str | None:
    """``@scope/name`` or ``name`` of what is imported; None for an own file."""
    if name.startswith((".", "/", "node:", "#")):
        return None
    found = _WORD.match(name)
    return None if found is None else found[1]


def imported(text: str) -> Iterator[str]:
    """Packages that a source of TypeScript imports for more than their types."""
    for line in text.split("\n"):
        if "import type" in line[:200] or "export type" in line[:200]:
            continue
        for name in _REQUIRED.findall(line[:2000]):
            found = package_of(name)
            if found is not None:
                yield found


def _own(filesystem: FileSystem, path: str) -> str | None:
    for end in ("", ".js", ".cjs", ".mjs", ".json", "/index.js"):
        if isinstance(filesystem.lookup(path + end), Inode):
            return path + end
    return None
