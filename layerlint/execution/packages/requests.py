"""The package words of an ``apt-get`` command line: ``name=version``, ``name/suite``, ``name-``, paths."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fnmatch import translate
from typing import TypeAlias, assert_never

from layerlint._dataclass import dataclass
from layerlint.catalog.model import Package
from layerlint.domain.size import Size
from layerlint.execution.packages.database import Installed
from layerlint.execution.packages.resolver import Index

_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]*")
_OTHER_VERSION = 0.25
"""Relative bounds of the bytes of another version of the same package in one Debian release."""
_NATIVE = frozenset({"", "amd64", "any", "native", "all"})


@dataclass(frozen=True, slots=True)
class Requests:
    """What the words ask for, as far as the index knows them."""

    install: tuple[Package, ...] = ()
    remove: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """Names for which the index has no candidate."""
    problems: tuple[str, ...] = ()
    """What of the words is not understood."""


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
    problem: str


_Word: TypeAlias = "Package | _Removal | _Kept | _Missing | _NotKnown"


def read(
    words: Iterable[str], index: Index, installed: Mapping[str, Installed], *, suites: frozenset[str]
) -> Requests:
    """Look the words up; ``suites`` are the names of what the index covers."""
    install: dict[str, Package] = {}
    remove: list[str] = []
    missing: list[str] = []
    problems: list[str] = []
    for word in words:
        match _read_word(word, index, installed, suites):
            case Package() as package:
                install[package.name] = package if _has_version(word, package) else _widened(package)
            case _Removal(name):
                remove.append(name)
            case _Kept():
                pass
            case _Missing(name):
                missing.append(name)
            case _NotKnown(problem):
                problems.append(problem)
            case never:
                assert_never(never)
    return Requests(tuple(install.values()), tuple(remove), tuple(missing), tuple(problems))


def name_of(word: str) -> str:
    """The package that a word names, without version, suite and architecture."""
    return re.split("[=/:]", word, maxsplit=1)[0]


def _read_word(word: str, index: Index, installed: Mapping[str, Installed], suites: frozenset[str]) -> _Word:
    if word.startswith(("/", "./", "../")) or word.endswith(".deb"):
        return _NotKnown(f"what is in {word} is not known")
    name, _, _ = word.partition("=")
    name, _, suite = name.partition("/")
    name, _, architecture = name.partition(":")
    # A mark at the end counts only where there is no package of that very name (``g++``).
    if name[:-1] and name[-1] in "+-" and index.get(name) is None and not index.providers(name):
        if name[-1] == "-":
            return _Removal(name[:-1])
        name = name[:-1]
    if not _NAME.fullmatch(name):
        return _NotKnown(f"{word} is a pattern or a task, which is not looked up")
    if architecture not in _NATIVE:
        return _NotKnown(f"{word} is of another architecture than the index")
    if suite and suite not in suites:
        return _NotKnown(f"{word}: the index does not cover the suite {suite}")
    if (package := index.get(name)) is not None:
        return package
    providers = index.providers(name)
    if len(providers) == 1 and (package := index.get(providers[0])) is not None:
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
