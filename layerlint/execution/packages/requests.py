"""The package words of an ``apt-get`` command line: ``name=version``, ``name/suite``, ``name-``, paths."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import translate
from typing import TypeAlias, assert_never

from layerlint._dataclass import dataclass, replace
from layerlint.catalog.model import Package
from layerlint.domain.size import Size
from layerlint.execution.packages.database import Installed
from layerlint.execution.packages.nearby import interpreter, matching, nearest
from layerlint.execution.packages.resolver import Index

_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]*")
_OTHER_VERSION = 0.25
"""Relative bounds of the bytes of another version of the same package in one Debian release."""
_NATIVE = frozenset({"", "amd64", "any", "native", "all"})
_IN_PATTERN = re.compile(r"[*?.^$\[]")
"""What makes a name that is not in the index a pattern to apt (``.+`` and ``|`` are not looked up)."""
MAX_MATCHES = 300
"""Packages that one pattern may name."""


@dataclass(frozen=True, slots=True)
class Requests:
    """What the words ask for, as far as the index knows them."""

    install: tuple[Package, ...] = ()
    remove: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """Names for which the index has no candidate."""
    problems: tuple[str, ...] = ()
    """What of the words is not understood."""
    guessed: tuple[str, ...] = ()
    """Names of what comes, but is not in the index: a file, a package of another source."""


@dataclass(frozen=True, slots=True)
class _Removal:
    name: str


@dataclass(frozen=True, slots=True)
class _Kept:
    """Installed, and in no index: it stays as it is."""


@dataclass(frozen=True, slots=True)
class _Missing:
    name: str


@dataclass(frozen=True, slots=True)
class _NotKnown:
    name: str
    problem: str


@dataclass(frozen=True, slots=True)
class _StandIn:
    """Of another suite, architecture or release than the index covers; about this one."""

    package: Package
    problem: str


@dataclass(frozen=True, slots=True)
class _Several:
    names: tuple[str, ...]


_Word: TypeAlias = "Package | _Removal | _Kept | _Missing | _NotKnown | _StandIn | _Several"


def read(
    words: Iterable[str],
    index: Index,
    installed: Mapping[str, Installed],
    *,
    suites: frozenset[str],
    near: bool = False,
) -> Requests:
    """Look the words up; ``suites`` are the names of what the index covers.

    ``near``: the index is of another release than the image, whose names for the same may differ.
    """
    install: dict[str, Package] = {}
    remove: list[str] = []
    missing: list[str] = []
    problems: list[str] = []
    guessed: list[str] = []
    pending = list(reversed(list(words)))
    while pending:
        word = pending.pop()
        match _read_word(word, index, installed, suites):
            case Package() as package:
                install[package.name] = package if _has_version(word, package) else _widened(package)
            case _StandIn(package, problem):
                install[package.name] = _widened(package)
                problems.append(problem)
            case _Several(names):
                pending += [name for name in reversed(names) if name != word]
            case _Missing(name) if near and (other := nearest(name, index)) is not None:
                install.setdefault(other.name, _widened(other))
                if "python3" in installed and (python := interpreter(name, index)) is not None:
                    install.setdefault(python.name, _widened(python))
            case _NotKnown(name, problem):
                guessed.append(name)
                problems.append(problem)
            case _Removal(name):
                remove.append(name)
            case _Kept():
                pass
            case _Missing(name):
                missing.append(name)
            case never:
                assert_never(never)
    return Requests(tuple(install.values()), tuple(remove), tuple(missing), tuple(problems), tuple(guessed))


def name_of(word: str) -> str:
    """The package that a word names, without version, suite and architecture."""
    return re.split("[=/:]", word, maxsplit=1)[0]


def _read_word(word: str, index: Index, installed: Mapping[str, Installed], suites: frozenset[str]) -> _Word:
    if word.startswith(("/", "./", "../")) or word.endswith(".deb"):
        return _NotKnown(word.rpartition("/")[2] or word, f"what is in {word} is not known")
    name, _, _ = word.partition("=")
    name, _, suite = name.partition("/")
    name, _, architecture = name.partition(":")
    # A mark at the end counts only where there is no package of that very name (``g++``).
    if name[:-1] and name[-1] in "+-" and index.get(name) is None and not index.providers(name):
        if name[-1] == "-":
            return _Removal(name[:-1])
        name = name[:-1]
    package = index.get(name)
    if package is None and (not _NAME.fullmatch(name) or "." in name):
        pattern = _IN_PATTERN.search(name) is not None and not name.endswith("^")  # a task
        names = matching(name, index) if pattern else None
        if names is not None:
            if len(names) > MAX_MATCHES:
                return _NotKnown(name, f"{word} is a pattern that {len(names)} packages match")
            return _Several(names) if names else _Missing(name)
        if not _NAME.fullmatch(name):
            return _NotKnown(name, f"{word} is a pattern or a task, which is not looked up")
    providers = index.providers(name) if package is None else ()
    if len(providers) == 1:
        package = index.get(providers[0])
    if package is not None and architecture not in _NATIVE:
        return _StandIn(package, f"{word} is of another architecture than the index")
    if package is not None and suite and suite not in suites:
        return _StandIn(package, f"{word}: the index does not cover the suite {suite}")
    if package is not None:
        return package
    if name in installed:
        return _Kept()
    return _Missing(name)


def _has_version(word: str, package: Package) -> bool:
    version = word.partition("=")[2]
    if not version or version == package.version:
        return True
    return re.match(translate(re.sub(r"\*+", "*", version[:256])), package.version) is not None


def _widened(package: Package) -> Package:
    """Another version than the candidate: an index has it another day.  Its bytes are about the same."""

    def widened(size: Size) -> Size:
        return size.join(Size.around(size.likely, _OTHER_VERSION, _OTHER_VERSION))

    footprint = package.footprint
    pieces = tuple(replace(piece, bytes=widened(piece.bytes)) for piece in footprint.pieces)
    return replace(package, footprint=replace(footprint, pieces=pieces))
