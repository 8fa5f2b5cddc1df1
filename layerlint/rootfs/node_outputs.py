"""Where the build tools of JavaScript write, as their configuration says it; a sentence where that is not certain.

Sources: the manuals of Create React App, Vite, Angular, Vue CLI, webpack, Next.js and TypeScript on their output.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from typing import Any, Final

from layerlint._dataclass import dataclass
from layerlint.filesystem.union import FileSystem
from layerlint.rootfs.node_project import read_json, read_text

_SUFFIXES: Final = ("js", "ts", "mjs", "mts", "cjs", "cts")
_TEXT: Final = r"""['"]([^'"\n]{1,200})['"]"""
_IMPORTED: Final = re.compile(r"(?:\bfrom|\bimport|\brequire\s{0,9}\(|\bimport\s{0,9}\()\s{0,9}" + _TEXT)
_OUT_DIR: Final = re.compile(r"\boutDir\s{0,9}:\s{0,9}(?:" + _TEXT + r"(?=\s{0,99}[,}\n]))?")
_OUTPUT_DIR: Final = re.compile(r"\boutputDir\s{0,9}:\s{0,9}(?:" + _TEXT + r"(?=\s{0,99}[,}\n]))?")
_PATH: Final = re.compile(
    r"\bpath\s{0,9}:\s{0,9}(?:path\.(?:resolve|join)\(\s{0,9}__dirname\s{0,9},\s{0,9}"
    + _TEXT
    + r"\s{0,9}\))?"
)
_STANDALONE: Final = re.compile(r"\boutput\s{0,9}:\s{0,9}['\"]standalone['\"]")
_PLUGINS: Final = re.compile(
    r"(?:node:)?(?:path|url|fs|process)|vite|@vitejs/[\w-]{1,80}|@tailwindcss/vite|tailwindcss|autoprefixer"
    r"|vite-tsconfig-paths|vite-plugin-(?:svgr|eslint|checker|pwa|env-compatible|html|compression)"
    r"|vite-svg-loader|vitest/config|rollup-plugin-visualizer|unplugin-[\w/-]{1,80}"
)
"""What a configuration of Vite may import: none of it changes where Vite writes."""
_DEEPEST: Final = 5
"""Configurations of TypeScript that extend one another."""


@dataclass(frozen=True, slots=True)
class Written:
    tool: str
    folder: str
    """All that the tool makes, and nothing else where the tool clears it first."""
    for_node: bool
    """Node.js runs it, with packages of ``node_modules`` beside it; otherwise it is served as it is."""
    alone: bool = False
    """It brings its packages."""


def output(
    words: Sequence[str], filesystem: FileSystem, folder: str, variables: frozenset[str]
) -> Written | str | None:
    """Of one command, run in the folder of the project; None for a tool that is not known, or writes no files."""
    tool, rest = posixpath.basename(words[0]), list(words[1:])
    if "--help" in rest or "--version" in rest:
        return None
    place: str | None
    match tool:
        case "react-scripts" if rest[:1] == ["build"]:
            if "BUILD_PATH" in variables or _named_in_settings(filesystem, folder):
                return "BUILD_PATH names another folder than build"
            place = "build"
        case "vite" if rest[:1] == ["build"]:
            place = _of_vite(rest[1:], filesystem, folder)
        case "ng" if rest[:1] == ["build"]:
            place = _of_angular(rest[1:], filesystem, folder)
        case "vue-cli-service" if rest[:1] == ["build"]:
            place = _of_vue(rest[1:], filesystem, folder)
        case "webpack" | "webpack-cli":
            place = _of_webpack(rest, filesystem, folder)
        case "next" if rest[:1] == ["build"]:
            return _of_next(rest[1:], filesystem, folder)
        case "tsc" if "--noEmit" not in rest:
            return _of_typescript(rest, filesystem, folder)
        case _:
            return None
    if place is None or not _inside(place):
        return f"which folder {tool} writes is not certain from its configuration"
    return Written(tool, posixpath.normpath(posixpath.join(folder, place)), False)


def _inside(place: str) -> bool:
    """Below the project: a folder that other things are not in too."""
    plain = posixpath.normpath(place)
    return not plain.startswith(("/", "..")) and plain != "."


def _configuration(filesystem: FileSystem, folder: str, name: str) -> str | None:
    """The text; empty without one, None where it cannot be read or there may be one."""
    for suffix in _SUFFIXES:
        path = posixpath.join(folder, f"{name}.{suffix}")
        if filesystem.lookup(path) is not None:
            return read_text(filesystem, path)
    return ""


def _named_in_settings(filesystem: FileSystem, folder: str) -> bool:
    """In a file of variables that react-scripts reads."""
    for name in (".env", ".env.local", ".env.production", ".env.production.local"):
        path = posixpath.join(folder, name)
        if filesystem.lookup(path) is not None and "BUILD_PATH" in (
            read_text(filesystem, path) or "BUILD_PATH"
        ):
            return True
    return False


def _literal(pattern: re.Pattern[str], text: str, default: str) -> str | None:
    found = list(pattern.finditer(text))
    if not found:
        return default
    return found[0][1] if len(found) == 1 else None


def _of_vite(rest: list[str], filesystem: FileSystem, folder: str) -> str | None:
    text = _configuration(filesystem, folder, "vite.config")
    if text is None or re.search(r"\broot\s{0,9}:|\bssr\b|\blib\s{0,9}:|\.\.\.", text):
        return None
    if any(_PLUGINS.fullmatch(name) is None for name in _IMPORTED.findall(text)):
        return None
    if not rest:
        return _literal(_OUT_DIR, text, "dist")
    if len(rest) == 2 and rest[0] == "--outDir":
        return rest[1]
    if len(rest) == 2 and rest[0] in ("--mode", "--base"):
        return _literal(_OUT_DIR, text, "dist")
    return None


def _of_vue(rest: list[str], filesystem: FileSystem, folder: str) -> str | None:
    text = _configuration(filesystem, folder, "vue.config")
    if text is None or "..." in text or any(name.startswith(".") for name in _IMPORTED.findall(text)):
        return None
    if len(rest) == 2 and rest[0] == "--dest":
        return rest[1]
    plain = not rest or (len(rest) == 2 and rest[0] == "--mode")
    return _literal(_OUTPUT_DIR, text, "dist") if plain else None


def _of_webpack(rest: list[str], filesystem: FileSystem, folder: str) -> str | None:
    name: str | None = None
    skip = False
    for number, word in enumerate(rest):
        option, _, value = word.partition("=")
        if skip:
            skip = False
        elif option in ("--config", "-c"):
            name = value or (rest[number + 1] if number + 1 < len(rest) else "")
            skip = not value
        elif option == "--mode":
            skip = not value
        elif option not in ("--progress", "--color", "--colors", "-p"):
            return None
    if name is None:
        text = _configuration(filesystem, folder, "webpack.config")
    else:
        text = read_text(filesystem, posixpath.join(folder, name))
    if (
        text is None
        or "merge" in text
        or "..." in text
        or re.search(r"""['"]\.\.?/\.{0,2}.{0,99}config""", text)
    ):
        return None
    if re.search(r"""['"]\.\./|\bcontext\s{0,9}:""", text):
        return None
    place = _literal(_PATH, text, "")
    # ``__dirname`` is the folder of the configuration; the default is below where webpack runs.
    return (
        place if place is None else posixpath.join(posixpath.dirname(name or ""), place) if place else "dist"
    )


def _of_next(rest: list[str], filesystem: FileSystem, folder: str) -> Written | str:
    text = _configuration(filesystem, folder, "next.config")
    if rest or text is None or "distDir" in text or "..." in text:
        return "which folder next writes is not certain from its configuration"
    if len(_STANDALONE.findall(text)) != 1:
        return (
            'next starts with all of node_modules: with output: "standalone" in its configuration it would write a '
            "server of its own"
        )
    if "outputFileTracingRoot" in text:
        return "where the server of next lies depends on outputFileTracingRoot"
    return Written("next", posixpath.join(folder, ".next/standalone"), True, alone=True)


def _of_angular(rest: list[str], filesystem: FileSystem, folder: str) -> str | None:
    whole = read_json(filesystem, posixpath.join(folder, "angular.json"))
    projects = whole.get("projects") if isinstance(whole, dict) else None
    if not isinstance(projects, dict):
        return None
    names: list[str] = []
    words = list(rest)
    while words:
        option, equals, _ = words.pop(0).partition("=")
        if not option.startswith("-"):
            names.append(option)
        elif option in ("--base-href", "--configuration", "-c"):
            if not equals and words:
                words.pop(0)
        elif option not in ("--aot", "--build-optimizer", "--prod"):
            return None
    name = names[0] if names else next(iter(projects)) if len(projects) == 1 else whole.get("defaultProject")
    chosen = projects.get(name) if isinstance(name, str) else None
    target = _below(chosen, "architect", "build") or _below(chosen, "targets", "build")
    place = _below(target, "options", "outputPath")
    configurations = _below(target, "configurations")
    overridden = isinstance(configurations, dict) and any(
        isinstance(each, dict) and "outputPath" in each for each in configurations.values()
    )
    if isinstance(place, dict):
        place = place.get("base")
    known = str(_below(target, "builder") or "").startswith(
        ("@angular-devkit/build-angular:", "@angular/build:")
    )
    return place if isinstance(place, str) and known and not overridden else None


def _below(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _of_typescript(rest: list[str], filesystem: FileSystem, folder: str) -> Written | str | None:
    name, out = "tsconfig.json", None
    words = list(rest)
    while words:
        word = words.pop(0)
        if word in ("-p", "--project") and words:
            name = words.pop(0)
        elif word == "--outDir" and words:
            out = words.pop(0)
        elif word not in ("--skipLibCheck", "--sourceMap", "--strict"):
            return "which folder tsc writes is not certain from its options"
    path = posixpath.normpath(posixpath.join(folder, name))
    if not path.endswith(".json"):
        path = posixpath.join(path, "tsconfig.json")
    found = _out_dir(filesystem, path)
    if found == "":
        return None  # it checks only
    if out is not None:
        found = posixpath.join(folder, out)
    if found is None:
        return f"{posixpath.basename(path)} does not say for certain which folder tsc writes"
    place = posixpath.normpath(found)
    if place == folder or not place.startswith(folder.rstrip("/") + "/"):
        return "tsc writes beside its sources, or out of the project"
    return Written("tsc", place, True)


def _out_dir(filesystem: FileSystem, path: str, depth: int = 0) -> str | None:
    """Empty where it writes nothing."""
    whole = read_json(filesystem, path)
    if not isinstance(whole, dict) or depth > _DEEPEST:
        return None
    options = whole.get("compilerOptions")
    options = options if isinstance(options, dict) else {}
    if options.get("noEmit") is True:
        return ""
    place = options.get("outDir")
    if isinstance(place, str) and "$" not in place:
        return posixpath.join(posixpath.dirname(path), place)
    parent = whole.get("extends")
    if place is not None or not isinstance(parent, str) or not parent.startswith("."):
        return None  # of packages that are extended, none names a folder
    parent = posixpath.normpath(posixpath.join(posixpath.dirname(path), parent))
    return _out_dir(filesystem, parent if parent.endswith(".json") else f"{parent}.json", depth + 1)
