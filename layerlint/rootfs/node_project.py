"""A project of Node.js as its files say it: ``package.json``, the lock file, and the commands of its scripts."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from layerlint._dataclass import dataclass
from layerlint.execution.view import read_data
from layerlint.filesystem.node import Inode
from layerlint.filesystem.union import FileSystem
from layerlint.shell.parser import parse
from layerlint.shell.syntax import SimpleCommand
from layerlint.shell.walk import walk

MANAGERS: Final = frozenset({"npm", "pnpm", "yarn"})
INSTALL_SCRIPTS: Final = ("install", "postinstall", "preinstall", "prepare", "prepublish")
"""Of the project itself, that an install of it runs."""
_LONGEST: Final = 1 << 18
_LONGEST_LOCK: Final = 1 << 23
_DEEPEST: Final = 5
"""Scripts that call one another."""
_MOST: Final = 60
"""Commands and scripts that are looked at."""
_ASSIGNMENT: Final = re.compile(r"[A-Za-z_]\w{0,99}=")
_RUNNERS: Final = frozenset({"npm-run-all", "npm-run-all2", "run-p", "run-s"})
_VERBS: Final = frozenset(
    {"add", "audit", "bin", "cache", "config", "create", "dedupe", "dlx", "exec", "fetch", "global", "help", "i",
     "import", "info", "init", "install", "link", "list", "node", "outdated", "pack", "plugin", "prune", "publish",
     "rebuild", "remove", "set", "setup", "store", "unlink", "up", "update", "upgrade", "version", "why",
     "workspace", "workspaces"}
)  # fmt: skip
"""Of yarn and pnpm: any other word is a script."""
OWN_LIBRARIES: Final = frozenset(
    {"argon2", "bcrypt", "better-sqlite3", "core-js", "core-js-pure", "esbuild", "fsevents", "nodemon", "protobufjs",
     "re2", "sharp", "sqlite3"}
)  # fmt: skip
"""Packages with an install script that publish binaries with their libraries in them, or have none."""


@dataclass(frozen=True, slots=True)
class Project:
    folder: str
    scripts: Mapping[str, str]
    dependencies: Mapping[str, str]
    development: Mapping[str, str]
    workspaces: bool


@dataclass(frozen=True, slots=True)
class Commands:
    """What a script comes to, its own scripts looked into."""

    words: tuple[tuple[str, ...], ...]
    unknown: tuple[str, ...] = ()
    """What of it is not known, each in a sentence."""


def project(filesystem: FileSystem, folder: str) -> Project | None:
    """None where ``package.json`` is not at hand, or malformed."""
    whole = read_json(filesystem, posixpath.join(folder, "package.json"))
    if not isinstance(whole, dict):
        return None
    return Project(
        folder,
        _texts(whole.get("scripts")),
        {**_texts(whole.get("optionalDependencies")), **_texts(whole.get("dependencies"))},
        _texts(whole.get("devDependencies")),
        bool(whole.get("workspaces")),
    )


def read_text(filesystem: FileSystem, path: str, longest: int = _LONGEST) -> str | None:
    node = filesystem.lookup(path)
    data = read_data(node, longest) if isinstance(node, Inode) else None
    return None if data is None else data.decode("utf-8", "replace").removeprefix("\ufeff")


def read_json(filesystem: FileSystem, path: str, longest: int = _LONGEST) -> Any:
    """With comments and commas too many, as TypeScript and Angular read theirs; None where it is none."""
    text = read_text(filesystem, path, longest)
    if text is None:
        return None
    for each in (text, _plain(text)):
        try:
            return json.loads(each)
        except (ValueError, RecursionError):
            continue
    return None


def scripted(filesystem: FileSystem, folder: str) -> tuple[str, ...] | None:
    """The packages that are needed to run and have an install script; None without a lock file that says it."""
    lock = read_json(filesystem, posixpath.join(folder, "package-lock.json"), _LONGEST_LOCK)
    packages = lock.get("packages") if isinstance(lock, dict) else None
    if not isinstance(packages, dict):
        return None
    found = {
        str(key).rpartition("node_modules/")[2]
        for key, entry in packages.items()
        if isinstance(entry, dict) and entry.get("hasInstallScript") is True and not entry.get("dev") and key
    }
    return tuple(sorted(found))


def expanded(made: Project, words: Sequence[str]) -> Commands:
    """The commands that a command line of a project starts in the end."""
    return _expanded(made, words, 0, [_MOST])


def _expanded(made: Project, words: Sequence[str], depth: int, left: list[int]) -> Commands:
    """``left``: how many commands and scripts may still be looked at, of all together."""
    words = _bare(words)
    left[0] -= 1
    if left[0] < 0:
        return Commands((), (f"the scripts of {made.folder}/package.json are too many",))
    if not words:
        return Commands(())
    name = posixpath.basename(words[0])
    script = script_of(words)
    if script is None and name not in _RUNNERS:
        return Commands((tuple(words),))
    if depth >= _DEEPEST:
        return Commands((), (f"the scripts of {made.folder}/package.json call one another too deep",))
    names = [script] if script is not None else [word for word in words[1:] if not word.startswith("-")]
    parts = [_script(made, each, depth + 1, left) for each in names[:_MOST]]
    together = tuple(command for part in parts for command in part.words)
    return Commands(together, tuple(dict.fromkeys(text for part in parts for text in part.unknown)))


def script_of(words: Sequence[str]) -> str | None:
    """The script of ``package.json`` that ``npm run x`` and its like run."""
    name = posixpath.basename(words[0]) if words else ""
    if name not in MANAGERS:
        return None
    rest = [word for word in words[1:] if not word.startswith("-")]
    if not rest:
        return None
    if rest[0] in ("run", "run-script"):
        return rest[1] if len(rest) > 1 else None
    if rest[0] in ("start", "test"):
        return rest[0]
    if name != "npm" and rest[0] not in _VERBS and rest[0] not in TOOLS:
        return rest[0]
    return None


def _script(made: Project, name: str, depth: int, left: list[int]) -> Commands:
    text = made.scripts.get(name)
    if text is None:
        return Commands((), (f"{made.folder}/package.json has no script {name}",))
    found: list[tuple[str, ...]] = []
    unknown: list[str] = []
    for each in (made.scripts.get(f"pre{name}"), text, made.scripts.get(f"post{name}")):
        for command in walk(parse(each[:4096]).body) if each else ():
            if not isinstance(command, SimpleCommand) or not command.words:
                continue
            words = [word.literal for word in command.words]
            if any(word is None for word in words):
                unknown.append(f"what the script {name} of package.json does is not known")
                continue
            part = _expanded(made, [word for word in words if word is not None], depth, left)
            found += part.words
            unknown += part.unknown
    return Commands(tuple(found), tuple(dict.fromkeys(unknown)))


def _bare(words: Sequence[str]) -> list[str]:
    """Without what only sets variables, or looks the program up in ``node_modules/.bin``."""
    rest = list(words)
    while rest:
        name = posixpath.basename(rest[0])
        if _ASSIGNMENT.match(rest[0]) or name in ("cross-env", "env", "npx"):
            rest.pop(0)
            while name == "npx" and rest and rest[0] in ("--no-install", "--yes", "-y", "--no"):
                rest.pop(0)
        elif name in ("pnpm", "yarn") and rest[1:2] and rest[1] in ("dlx", "exec"):
            rest = rest[2:]
        elif name in ("pnpm", "yarn") and rest[1:2] and rest[1] in TOOLS:
            rest = rest[1:]
        else:
            break
    return rest


TOOLS: Final = frozenset(
    {"ng", "next", "react-scripts", "tsc", "vite", "vue-cli-service", "webpack", "webpack-cli"}
)
"""Build tools of which it is known where they write."""


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {str(name): text for name, text in value.items() if isinstance(text, str)}


def _plain(text: str) -> str:
    return "".join(_significant(text))


def _significant(text: str) -> Iterator[str]:
    """Of a JSON text with comments; a comma in front of a bracket is left out."""
    position, held = 0, ""
    while position < len(text):
        char = text[position]
        if char == '"':
            end = position + 1
            while end < len(text) and text[end] != '"':
                end += 2 if text[end] == "\\" else 1
            yield held + text[position : end + 1]
            position, held = end + 1, ""
        elif text.startswith("//", position):
            end = text.find("\n", position)
            position = len(text) if end < 0 else end
        elif text.startswith("/*", position):
            end = text.find("*/", position + 2)
            position = len(text) if end < 0 else end + 2
        elif char == ",":
            yield held
            held, position = ",", position + 1
        else:
            if not char.isspace():
                yield ("" if char in "]}" else held) + char
                held = ""
            position += 1
