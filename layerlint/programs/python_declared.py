"""Python distributions that requirement, project and lock files name, with their lines.

Only what stands there as data: a ``setup.py`` is read as a tree and never run.
"""

from __future__ import annotations

import ast
import configparser
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence

from layerlint.catalog.distributions import normalised
from layerlint.commands._requirements import parse
from layerlint.programs.facts import Declared, FileFacts, Found, Language, line_at
from layerlint.programs.model import NeedKind

MAX_DOTS = 100
"""In a line: `tomllib` takes quadratic time for a dotted key."""
_MAX_DECLARED = 2_000
_REQUIREMENTS = re.compile(r"(?:[\w.-]*[-_.])?(?:requirements?|constraints)(?:[-_.][\w.-]*)?\.(?:txt|in|pip)")
_DEVELOPMENT = re.compile(
    r"(?:^|[-_./])(?:dev|develop|development|tests?|testing|docs?|lint|typing|ci|build)(?:[-_./]|$)"
)
_INTERPRETER = re.compile(r">=\s*(\d+\.\d+)|\^\s*(\d+\.\d+)|~=\s*(\d+\.\d+)")
_LOCKS = frozenset(("pipfile.lock", "poetry.lock", "uv.lock", "pdm.lock", "pylock.toml"))
_PROJECTS = frozenset(("pyproject.toml", "pipfile", "setup.cfg", "setup.py"))


def is_declaration(name: str) -> bool:
    """By the file's name, with the folder above it for ``requirements/base.txt``."""
    folder, _, base = name.lower().rpartition("/")
    return (
        base in _LOCKS
        or base in _PROJECTS
        or _REQUIREMENTS.fullmatch(base) is not None
        or (folder.rpartition("/")[2] == "requirements" and base.endswith((".txt", ".in")))
    )


def read_declaration(name: str, text: str) -> FileFacts:
    """Facts of a file that `is_declaration`; what is malformed is a gap."""
    base = name.lower().rpartition("/")[2]
    lines = text.splitlines()
    try:
        if base in _LOCKS:
            return _lock(base, text)
        if base in ("pyproject.toml", "pipfile"):
            return _toml(base, text, lines)
        if base == "setup.cfg":
            return _setup_cfg(text, lines)
        if base == "setup.py":
            return _setup_py(text, lines)
    except (ValueError, RecursionError, MemoryError, SyntaxError, configparser.Error):
        return FileFacts(Language.MANIFEST, gaps=((0, "it is malformed: what it declares is not known"),))
    return _requirements(name.lower(), lines)


def _requirements(name: str, lines: Sequence[str]) -> FileFacts:
    base = name.rpartition("/")[2]
    constraints = "constraint" in base
    development = _DEVELOPMENT.search(base.rpartition(".")[0]) is not None
    found: list[Declared] = []
    compiled = any("# via" in line for line in lines[:200])
    for number, raw in enumerate(lines, 1):
        line = re.sub(r"(?:^|\s)#.*", "", raw[:4_096]).strip().rstrip("\\").strip()
        line = re.sub(r"\s--(?:hash|global-option|config-settings?)\b.*", "", line)
        if not line or line.startswith("-"):
            continue
        wanted = parse(line, None)
        if wanted is not None and wanted.name and len(found) < _MAX_DECLARED:
            found.append(
                Declared(wanted.name, wanted.extras, number, line_at(list(lines), number), development)
            )
    if constraints or compiled:
        # What pip-compile writes has what others bring too: it is a lock.
        brought = _brought(lines) if compiled else {each.name for each in found}
        return FileFacts(
            Language.MANIFEST,
            declared=tuple(each for each in found if each.name not in brought),
            locked=tuple(sorted({each.name for each in found})) if compiled else (),
        )
    return FileFacts(Language.MANIFEST, declared=tuple(found))


def _brought(lines: Sequence[str]) -> set[str]:
    """Names that a compiled file has only ``via`` others (not ``-r requirements.in``)."""
    brought: set[str] = set()
    current = ""
    for raw in lines:
        line = raw.strip()
        if line and not line.startswith(("#", "-")):
            wanted = parse(re.sub(r"\s[#-].*", "", line.rstrip("\\ ")), None)
            current = wanted.name if wanted else ""
            brought.add(current)
        comment = line.partition("#")[2].strip()
        if comment and (
            "-r " in comment or ".in" in comment or "(pyproject.toml)" in comment or ".txt" in comment
        ):
            brought.discard(current)
    return brought


def _lock(base: str, text: str) -> FileFacts:
    if base == "pipfile.lock":
        whole = json.loads(text)
        names = [name for part in ("default", "develop") for name in _mapping(_mapping(whole).get(part))]
    else:
        names = [str(_mapping(each).get("name")) for each in _sequence(_parsed(text).get("package"))]
        names += [str(_mapping(each).get("name")) for each in _sequence(_parsed(text).get("packages"))]
    return FileFacts(Language.MANIFEST, locked=tuple(sorted({normalised(name) for name in names[:10_000]})))


def _parsed(text: str) -> Mapping[str, object]:
    if any(line.count(".") > MAX_DOTS for line in text.splitlines() if "=" in line[:200] or line[:1] == "["):
        raise ValueError("dotted keys")
    return tomllib.loads(text)


def _toml(base: str, text: str, lines: list[str]) -> FileFacts:
    whole = _parsed(text)
    found: list[Declared] = []
    needs: list[Found] = []
    gaps: list[tuple[int, str]] = []
    if base == "pipfile":
        for part, development in (("packages", False), ("dev-packages", True)):
            found += _of_table(_mapping(whole.get(part)), lines, development)
        return FileFacts(Language.MANIFEST, declared=tuple(found[:_MAX_DECLARED]))
    project = _mapping(whole.get("project"))
    poetry = _mapping(_mapping(whole.get("tool")).get("poetry"))
    found += _of_lines(_sequence(project.get("dependencies")), lines, False)
    for listed in _mapping(project.get("optional-dependencies")).values():
        found += _of_lines(_sequence(listed), lines, True)
    for listed in _mapping(whole.get("dependency-groups")).values():
        found += _of_lines(_sequence(listed), lines, True)
    found += _of_table(_mapping(poetry.get("dependencies")), lines, False)
    found += _of_table(_mapping(poetry.get("dev-dependencies")), lines, True)
    for group in _mapping(poetry.get("group")).values():
        found += _of_table(_mapping(_mapping(group).get("dependencies")), lines, True)
    if "dependencies" in _sequence(project.get("dynamic")):
        gaps.append((_line_of(lines, "dynamic"), "its dependencies are dynamic"))
    python = project.get("requires-python") or _mapping(poetry.get("dependencies")).get("python")
    least = _INTERPRETER.search(python) if isinstance(python, str) else None
    if least is not None:
        number = _line_of(lines, "requires-python") or _line_of(lines, "python")
        version = next(group for group in least.groups() if group)
        needs.append(Found(NeedKind.INTERPRETER, "python3", number, line_at(lines, number), version=version))
    return FileFacts(Language.MANIFEST, tuple(needs), declared=tuple(found[:_MAX_DECLARED]), gaps=tuple(gaps))


def _of_lines(listed: Sequence[object], lines: list[str], development: bool) -> Iterator[Declared]:
    for each in listed:
        wanted = parse(each, None) if isinstance(each, str) else None
        if wanted is not None and wanted.name and isinstance(each, str):
            number = _line_of(lines, each)
            yield Declared(wanted.name, wanted.extras, number, line_at(lines, number), development)


def _of_table(table: Mapping[str, object], lines: list[str], development: bool) -> Iterator[Declared]:
    """Names to version ranges, or to tables (Poetry, Pipenv)."""
    for name, value in table.items():
        details = _mapping(value)
        if normalised(name) == "python":
            continue
        extras = tuple(normalised(each) for each in _sequence(details.get("extras")) if isinstance(each, str))
        number = _key_line(lines, name)
        optional = development or details.get("optional") is True
        yield Declared(normalised(name), extras, number, line_at(lines, number), optional)


def _key_line(lines: list[str], name: str) -> int:
    for number, line in enumerate(lines, 1):
        if line.strip().replace('"', "").startswith(name) and "=" in line:
            return number
    return 0


def _line_of(lines: list[str], text: str) -> int:
    """Of the first line that has the text, 0 if none has."""
    return next((number for number, line in enumerate(lines, 1) if text in line), 0)


def _setup_cfg(text: str, lines: list[str]) -> FileFacts:
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string(text)
    found = list(_of_lines(_listed(parser, "options", "install_requires"), lines, False))
    if parser.has_section("options.extras_require"):
        for key, _ in parser.items("options.extras_require"):
            found += _of_lines(_listed(parser, "options.extras_require", key), lines, True)
    return FileFacts(Language.MANIFEST, declared=tuple(found[:_MAX_DECLARED]))


def _listed(parser: configparser.RawConfigParser, section: str, key: str) -> list[str]:
    value = parser.get(section, key, fallback="")
    return [line.strip() for line in value.splitlines() if line.strip() and not line.strip().startswith("#")]


def _setup_py(text: str, lines: list[str]) -> FileFacts:
    found: list[Declared] = []
    gaps: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Call(func=ast.Name("setup") | ast.Attribute(attr="setup"), keywords=keywords):
                for keyword in keywords:
                    if keyword.arg == "install_requires":
                        listed = _strings(keyword.value)
                        if listed is None:
                            gaps.append((keyword.value.lineno, "its install_requires are computed"))
                        found += _of_lines(listed or (), lines, False)
            case _:
                pass
    return FileFacts(Language.MANIFEST, declared=tuple(found[:_MAX_DECLARED]), gaps=tuple(gaps))


def _strings(node: ast.expr) -> list[str] | None:
    match node:
        case ast.List(elts) | ast.Tuple(elts):
            values = [each.value for each in elts if isinstance(each, ast.Constant)]
            texts = [value for value in values if isinstance(value, str)]
            return texts if len(texts) == len(elts) else None
        case _:
            return None


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _sequence(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()
