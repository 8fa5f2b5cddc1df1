"""A Python project in the image: what its metadata requires, and how large its own packages are."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence

from layerlint._dataclass import dataclass
from layerlint.catalog.distributions import normalised
from layerlint.commands._known import LIMIT
from layerlint.commands._paths import basename, join
from layerlint.commands._requirements import Requirement, parse, text_of
from layerlint.domain.size import ZERO, Size, total
from layerlint.effects import Invocation
from layerlint.filesystem.node import Inode, file_size

_NOT_PACKAGED = frozenset(
    {".git", ".github", ".venv", "build", "dist", "docs", "examples", "node_modules", "test", "tests", "venv"}
)
MAX_TABLE = 1 << 20
MAX_DOTS = 100
"""In a line: `tomllib` takes quadratic time for a dotted key."""


@dataclass(frozen=True, slots=True)
class Project:
    name: str
    requires: tuple[Requirement, ...]
    gap: str = ""
    """Why its requirements are not known in full."""


def table(invocation: Invocation, path: str, limit: int = MAX_TABLE) -> Mapping[str, object] | None:
    """A TOML file of the image, if it is known and well formed."""
    text = text_of(invocation, path, limit)
    if text is None or any(line.count(".") > MAX_DOTS for line in text.splitlines()):
        return None
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return None


def mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def sequence(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def text(value: object) -> str:
    return value if isinstance(value, str) else ""


def project(
    invocation: Invocation,
    directory: str,
    extras: Sequence[str] = (),
    groups: Sequence[str] = (),
    version: str = "3.12",
) -> Project:
    """The project in a directory, of which only ``pyproject.toml`` can be read: the rest is a program."""
    named = basename(directory) or "project"
    whole = table(invocation, join(directory, "pyproject.toml"))
    if whole is None:
        return Project(named, (), "what the project requires is not known")
    standard, poetry = mapping(whole.get("project")), mapping(mapping(whole.get("tool")).get("poetry"))
    lines = list(sequence(standard.get("dependencies")))
    optional = mapping(standard.get("optional-dependencies"))
    for extra in extras:
        lines += next((sequence(optional[key]) for key in optional if normalised(key) == extra), ())
    listed = mapping(whole.get("dependency-groups"))
    for group in groups:
        lines += sequence(listed.get(group))
    wanted = [found for line in lines if (found := parse(text(line), directory, version)) is not None]
    wanted += of_poetry(mapping(poetry.get("dependencies")))
    for group in groups:
        inner = mapping(mapping(mapping(poetry.get("group")).get(group)).get("dependencies"))
        wanted += of_poetry(inner)
        wanted += of_poetry(mapping(poetry.get("dev-dependencies"))) if group == "dev" else ()
    name = text(standard.get("name")) or text(poetry.get("name")) or named
    dynamic = "dependencies" in sequence(standard.get("dynamic"))
    known = bool(standard or poetry) and not dynamic
    return Project(
        normalised(name), tuple(wanted), "" if known else "what the project requires is in a program"
    )


def of_poetry(dependencies: Mapping[str, object]) -> list[Requirement]:
    """Names to version ranges, or to tables."""
    found = []
    for name, value in dependencies.items():
        details = mapping(value)
        if normalised(name) == "python" or details.get("optional") is True:
            continue
        wanted = text(value) or text(details.get("version"))
        exact = wanted.removeprefix("==") if wanted[:1].isdigit() or wanted.startswith("==") else None
        extras = tuple(normalised(text(extra)) for extra in sequence(details.get("extras")))
        source = text(details.get("git")) or text(details.get("path")) or text(details.get("url"))
        found.append(Requirement(normalised(name), extras, exact, source, specifier=_specifier(wanted)))
    return found


def _specifier(wanted: str) -> str:
    """Poetry's bounds as those of PEP 440; ``^`` and ``~`` have none of their own there."""
    parts = []
    for part in wanted.replace(" ", "")[:200].split(","):
        sign, numbers = part[:1], part[1:].split(".")
        if part in ("", "*"):
            continue
        if sign.isdigit():
            parts.append(f"=={part}")
        elif sign in "^~" and not part.startswith("~=") and all(n.isdecimal() for n in numbers):
            parts.append(f">={part[1:]},<{_next(sign, [int(number) for number in numbers])}")
        else:
            parts.append(part)
    return ",".join(parts)


def _next(sign: str, numbers: list[int]) -> str:
    """The first version that is too new: ``^0.2.3`` ends before 0.3, ``~1.2.3`` before 1.3."""
    place = min(1, len(numbers) - 1)
    if sign == "^":
        place = next((index for index, number in enumerate(numbers) if number), len(numbers) - 1)
    return ".".join(map(str, [*numbers[:place], numbers[place] + 1]))


def own_size(invocation: Invocation, directory: str) -> Size:
    """Bytes of the packages in a source tree: all but what is usually not packaged, and that at most."""
    parts: list[Size] = []
    whole: list[Size] = []
    prefix = directory.rstrip("/") + "/"
    for count, (path, node) in enumerate(invocation.view.walk(directory)):
        if count > LIMIT:
            return Size(0, total(parts).likely, None)
        if not isinstance(node, Inode):
            continue
        size = file_size(node)
        whole.append(size)
        inner = path.removeprefix(prefix).split("/")
        if len(inner) > 1 and not _NOT_PACKAGED & set(inner[:-1]):
            parts.append(size)
    if not whole:
        return Size(0, 200_000, None)
    likely, most = total(parts) if parts else ZERO, total(whole)
    return Size(0, likely.likely, None if most.high is None else most.high + 20_000)
