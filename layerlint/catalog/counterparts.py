"""Packages of apt by those of apk that give the same: a table, and for the rest what both indexes say is given.

A package that is no counterpart to be taken unseen says what differs; one of which nothing is sure has none.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.catalog.alpine import AlpineIndex
from layerlint.catalog.model import Package
from layerlint.catalog.packages import PackageIndex

TABLE: Final = Path(__file__).parent / "data" / "apt-apk.tsv"
_LIBRARY = pattern(
    r"(lib[a-z0-9.+-]*?[a-z+.]|lib[a-z0-9.+-]*?[0-9](?=-))-?([0-9]{1,4}(?:\.[0-9]{1,4}){0,2})(?:t64)?"
)
_MOST = 3
"""Programs of a package that the indexes are asked for; one with more is more than its programs."""


@dataclass(frozen=True, slots=True)
class Row:
    """One of the table."""

    apt: str
    apk: tuple[str, ...]
    repository: str
    """``main`` or ``community`` of Alpine; ``base``: nothing is to be installed; ``none``: there is nothing like it."""
    gives: str
    """What both give: ``cmd:dig``, ``pc:libpq``, ``so:libz.so.1``; or why that is known."""
    differs: str = ""
    """What a user of the one finds otherwise in the other; empty where nothing is known to matter."""


@dataclass(frozen=True, slots=True)
class Counterpart:
    names: tuple[str, ...]
    differs: str = ""


def counterpart(package: str, index: AlpineIndex, debian: PackageIndex | None = None) -> Counterpart | None:
    """The packages of that Alpine release; ``debian`` is the index the package is of.  None: nothing is sure."""
    row = rows().get(package)
    if row is None:
        own = None if debian is None else debian.get(package)
        if own is None:
            return None
        return _by_library(own, index) or _by_headers(own, index) or _by_programs(own, index)
    if row.repository == "main" and not all(has(index, name) for name in row.apk):
        return None
    return Counterpart(row.apk, row.differs)


def has(index: AlpineIndex, name: str) -> bool:
    """The release has the package, or one that goes by that name too."""
    package = index.get(name)
    if package is not None and package.exact:
        return True
    found = (index.get(each) for each in index.providers(name))
    return any(each is not None and each.exact for each in found)


@cache
def rows() -> Mapping[str, Row]:
    """By the name in Debian."""
    found: dict[str, Row] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        apt, apk, repository, gives, differs = (*line.split("\t"), "", "")[:5]
        names = () if apk == "-" else tuple(apk.split(" "))
        found[apt] = Row(apt, names, repository, gives, differs)
    return found


def _by_library(package: Package, index: AlpineIndex) -> Counterpart | None:
    """What gives the library that the name says (Debian Policy 8.1): ``libgtk-3-0`` is of ``libgtk-3.so.0``."""
    found = _library_package(package.name, index)
    return None if found is None else Counterpart((found,))


def _library_package(name: str, index: AlpineIndex) -> str | None:
    match = _LIBRARY.fullmatch(name)
    if match is None:
        return None
    provided = f"so:{match[1]}.so.{match[2]}"
    for each in index.providers(provided):
        own = index.get(each)
        if own is not None and own.exact and any(word.partition("=")[0] == provided for word in own.provides):
            return each
    return None


def _by_headers(package: Package, index: AlpineIndex) -> Counterpart | None:
    """``-dev`` of a library of its own source: that which needs the same library in its very version."""
    if not package.name.endswith("-dev"):
        return None
    for group in package.depends:
        library = None
        if group and group[0].operator == "=" and group[0].version == package.version:
            library = _library_package(group[0].name, index)
        if library is None:
            continue
        stem = library.removesuffix("-libs")
        for name in (f"{stem}-dev", f"{stem.removeprefix('lib')}-dev"):
            own = index.get(name)
            if own is not None and own.exact and any(word.startswith(f"{library}=") for word in own.depends):
                return Counterpart((name,))
    return None


def _by_programs(package: Package, index: AlpineIndex) -> Counterpart | None:
    """That of the same name, where it has each program of the other, and that is all there is to it: no daemon."""
    own = index.get(package.name)
    if own is None or not own.exact or not package.footprint.measured:
        return None
    programs: set[str] = set()
    for piece in package.footprint.pieces:
        folder, name = posixpath.split(piece.path)
        if piece.path.startswith(("/etc/init.d", "/lib/systemd", "/usr/lib/systemd", "/etc/cron")):
            return None
        if folder in ("/usr/bin", "/bin"):
            programs.add(name)
        elif piece.path in ("/usr/bin", "/bin", "/usr/sbin", "/sbin") or folder in ("/usr/sbin", "/sbin"):
            return None
    given = {word.partition("=")[0] for word in own.provides}
    if not 0 < len(programs) <= _MOST or any(f"cmd:{name}" not in given for name in programs):
        return None
    return Counterpart((package.name,))
