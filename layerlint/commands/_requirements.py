"""Requirements of Python distributions as they are written: specifiers, markers, requirements files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from layerlint._dataclass import dataclass
from layerlint.catalog.distributions import normalised
from layerlint.commands._paths import basename, clean, join, parent
from layerlint.domain.text import Text
from layerlint.effects import Invocation
from layerlint.filesystem.node import Inode

MAX_FILE = 1 << 20
"""Bytes of a requirements file that is read."""
MAX_REQUIREMENTS = 1_000
_MAX_PINS = 10_000
_MAX_FILES = 64
"""Files that one command includes (``-r``, ``-c``)."""
_MAX_LINE = 4_096
_MAX_EXTRAS = 32

_REQUIREMENT = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]{0,99})\s*(?:\[([^\]]{0,200})\])?\s*(.*)", re.DOTALL)
_PIN = re.compile(r"\(?\s*===?\s*([0-9][A-Za-z0-9.!+_-]*)\s*\)?")
_ARCHIVE = re.compile(r"([A-Za-z0-9._]+)-([0-9][A-Za-z0-9.!+_]*)(?:-[^/]*)?\.(?:whl|tar\.gz|zip|tar\.bz2)")
_EGG = re.compile(r"[#&]egg=([A-Za-z0-9][A-Za-z0-9._-]*)")
_COMPARISON = re.compile(r"""\(*\s*([a-z_]+)\s*(==|!=|<=|>=|<|>|~=)\s*['"]([^'"]*)['"]\s*\)*""")
_OPTION = re.compile(r"\s--(?:hash|global-option|config-settings?|install-option)\b.*", re.DOTALL)
_INDEXES = frozenset({"-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--no-index"})
_COMMENT = re.compile(r"(?:^|\s)#.*")
_ENVIRONMENT = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "sys_platform": "linux",
}


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing to install."""

    name: str
    """Normalised; empty where only the source is known."""
    extras: tuple[str, ...] = ()
    version: str | None = None
    """Of an exact pin."""
    source: str = ""
    """Where it comes from if not from the index: a URL, or an absolute path."""
    editable: bool = False
    specifier: str = ""
    """Bounds of the version, without spaces: ``>=2,<3``."""

    @property
    def text(self) -> str:
        """As it is written (PEP 508), without source and marker."""
        extras = f"[{','.join(self.extras)}]" if self.extras else ""
        return f"{self.name}{extras}{self.specifier or (f'=={self.version}' if self.version else '')}"


@dataclass(frozen=True, slots=True)
class Requirements:
    """What a command line asks for, with its files read."""

    wanted: tuple[Requirement, ...] = ()
    constraints: Mapping[str, str] | None = None
    gaps: tuple[str, ...] = ()
    """Files that are not known, as they were named."""
    indexes: tuple[str, ...] = ()
    """Addresses of indexes that the files name."""


def parse(
    text: str, directory: str | None, version: str = "3.12", editable: bool = False
) -> Requirement | None:
    """One requirement (PEP 508, a path or a URL); None for nothing, or where its marker does not hold."""
    text = text.strip()[:_MAX_LINE]
    if not text:
        return None
    body, _, marker = text.partition(" ;") if "://" in text else text.partition(";")
    if marker and not holds(marker, version):
        return None
    body = body.strip()
    if "://" in body or body.startswith(("git@", "file:")):
        return _from_url(body, editable)
    plain, bracket, extras = body.partition("[")
    if body.startswith((".", "/", "~")) or "/" in plain or body.endswith((".whl", ".tar.gz", ".zip")):
        archive = _ARCHIVE.fullmatch(basename(plain))
        path = plain if plain.startswith("/") else None if directory is None else join(directory, plain)
        name = normalised(archive[1]) if archive else ""
        wanted = _extras(extras.rstrip("]")) if bracket else ()
        return Requirement(name, wanted, archive[2] if archive else None, path or plain, editable)
    match = _REQUIREMENT.fullmatch(body)
    if match is None:
        return None
    pin = _PIN.fullmatch(match[3])
    bounds = "".join(match[3].split()).removeprefix("(").removesuffix(")")
    return Requirement(
        normalised(match[1]), _extras(match[2] or ""), pin[1] if pin else None, specifier=bounds
    )


def _from_url(text: str, editable: bool) -> Requirement:
    before, at, url = text.partition("@")
    match = _REQUIREMENT.fullmatch(before.strip()) if at and "://" not in before else None
    if match is not None and not match[3] and not before.startswith("git"):
        return Requirement(normalised(match[1]), _extras(match[2] or ""), None, url.strip(), editable)
    egg = _EGG.search(text)
    archive = _ARCHIVE.fullmatch(basename(text.partition("#")[0].partition("?")[0]))
    name = normalised(egg[1]) if egg else normalised(archive[1]) if archive else ""
    return Requirement(name, (), archive[2] if archive and not egg else None, text, editable)


def _extras(text: str) -> tuple[str, ...]:
    return tuple(normalised(extra.strip()) for extra in text[:500].split(",")[:_MAX_EXTRAS] if extra.strip())


def holds(marker: str, version: str = "3.12") -> bool:
    """An environment marker, on Linux with CPython; what is not understood holds."""
    return any(
        all(_compare(part, version) for part in re.split(r"\band\b", choice))
        for choice in re.split(r"\bor\b", marker[:_MAX_LINE])
    )


def _compare(text: str, version: str) -> bool:
    match = _COMPARISON.fullmatch(text.strip())
    if match is None:
        return True
    name, operator, value = match.groups()
    if name in ("python_version", "python_full_version"):
        return _ordered(_numbers(version if "." in version else "3.12"), operator, value)
    if name == "extra":
        return False
    if name not in _ENVIRONMENT:
        return True
    return (_ENVIRONMENT[name] == value) is (operator == "==") if operator in ("==", "!=") else True


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d{1,9}", text)[:2])


def _ordered(one: tuple[int, ...], operator: str, wanted: str) -> bool:
    """A release against the text of a bound; ``3`` is 3.0, and ``3.*`` any of 3."""
    other = _numbers(wanted)
    if not wanted.endswith("*"):
        other = (*other, 0, 0)[: max(len(one), 2)]
    prefix = one[: len(other)]
    match operator:
        case "==":
            return prefix == other
        case "!=":
            return prefix != other
        case "<":
            return prefix < other
        case "<=":
            return prefix <= other
        case ">":
            return prefix > other
        case _:
            return prefix >= other


def read(
    invocation: Invocation, files: tuple[Text, ...], constraints: tuple[Text, ...] = (), version: str = "3.12"
) -> Requirements:
    """Requirements files, with those that they include."""
    wanted: list[Requirement] = []
    pins: dict[str, str] = {}
    gaps: list[str] = []
    indexes: list[str] = []
    seen: set[str] = set()
    waiting = [(invocation.path(word), word, False) for word in reversed(files)]
    waiting = [(invocation.path(word), word, True) for word in reversed(constraints)] + waiting
    while waiting:
        path, word, constrains = waiting.pop()
        shown = word if isinstance(word, str) else "a file"
        text = None if path is None else text_of(invocation, path)
        if path is None or text is None or len(seen) >= _MAX_FILES:
            gaps.append(shown)
            continue
        path = invocation.view.resolve(path)
        if path in seen:
            continue
        seen.add(path)
        directory = parent(clean(path))
        for kind, rest in _lines(text):
            if len(wanted) >= MAX_REQUIREMENTS or len(pins) >= _MAX_PINS:
                gaps.append(f"the rest of {shown}")
                break
            if kind in ("r", "c"):
                waiting.append((rest if rest.startswith("/") else join(directory, rest), rest, kind == "c"))
                continue
            if kind == "i":
                indexes.append(rest)
                continue
            found = parse(rest, directory if kind == "e" else invocation.cwd, version, editable=kind == "e")
            if found is None:
                continue
            if constrains:
                if found.version is not None:
                    pins.setdefault(found.name, found.version)
            else:
                wanted.append(found)
    return Requirements(tuple(wanted), pins, tuple(gaps), tuple(indexes[:_MAX_FILES]))


def text_of(invocation: Invocation, path: str, limit: int = MAX_FILE) -> str | None:
    """The text of a file, if its data is known."""
    node = invocation.view.lookup(path)
    data = invocation.view.read(node, limit) if isinstance(node, Inode) else None
    return None if data is None else data.decode("utf-8-sig", "replace")


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """Lines by what they are: ``r`` and ``c`` include a file, ``e`` is editable, ``i`` names an index, the empty
    word is any other."""
    for raw in re.sub(r"\\\r?\n", " ", text).splitlines():
        line = _COMMENT.sub("", raw[:_MAX_LINE]).strip()
        if not line:
            continue
        if not line.startswith("-"):
            yield "", _OPTION.sub("", line)
            continue
        option, _, value = line.replace("=", " ", 1).partition(" ")
        kind = {"-r": "r", "--requirement": "r", "-c": "c", "--constraint": "c", "-e": "e", "--editable": "e"}
        if option in _INDEXES:
            yield "i", value.strip() or option
        elif option in kind and value.strip():
            yield kind[option], value.strip()
        elif option[:2] in ("-r", "-c", "-e") and option[2:] and not option.startswith("--"):
            yield option[1], option[2:]
