"""What is there of package indexes, and what they say: for ``list`` and ``info``."""

from __future__ import annotations

import json
from pathlib import Path

from layerlint._dataclass import dataclass
from layerlint.catalog import cache
from layerlint.catalog.alpine import decode
from layerlint.catalog.blocks import BlockFile
from layerlint.catalog.index_files import bundled, bundled_names, kind, newest
from layerlint.catalog.packages import PackageIndex
from layerlint.catalog.records import is_near, write_groups
from layerlint.domain.size import Size
from layerlint.errors import UsageError
from layerlint.indexes.releases import find, named


@dataclass(frozen=True, slots=True)
class Known:
    """One index file: of a release there may be a bundled one and one of the cache."""

    name: str
    """``debian:bookworm``"""
    kind: str
    date: str
    packages: int
    where: str
    """``bundled`` or ``cache``."""
    bytes: int
    path: Path
    used: bool
    """The newest of its release."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What an index says of a package; sizes in bytes."""

    name: str
    version: str
    download: int
    installed: Size
    """Its files, where they are known or estimated; else what the index says."""
    basis: str
    """``measured``, ``measured at another version``, ``estimated`` or ``as the index says``."""
    depends: tuple[str, ...]
    recommends: tuple[str, ...]
    provides: tuple[str, ...]


def known() -> tuple[tuple[Known, ...], tuple[cache.Unusable, ...]]:
    """All index files by name, and those of the cache that are not used."""
    found: list[Known] = []
    unusable: list[cache.Unusable] = []
    for file in sorted({*bundled_names(), *cache.names()}):
        there, wrong = of_file(file)
        found += there
        unusable += wrong
    return tuple(sorted(found, key=lambda one: (one.name, one.where))), tuple(unusable)


def of_file(file: str) -> tuple[list[Known], list[cache.Unusable]]:
    """The bundled index of a release and the cached one, as far as they are there."""
    used, own, cached = newest(file), bundled(file), cache.open_cached(file)
    found: list[Known] = []
    if own is not None:
        found.append(_known(file, own, "bundled", used))
    if isinstance(cached, BlockFile):
        found.append(_known(file, cached, "cache", used))
    return found, [cached] if isinstance(cached, cache.Unusable) else []


def the(name: str) -> Known:
    """The index of a release that is used."""
    release = find(name)
    for one in of_file(release.file)[0]:
        if one.used:
            return one
    raise UsageError(
        f"the index {release.name} is not there: fetch it by `layerlint index update {release.name}`"
    )


def _known(file: str, index: BlockFile, where: str, used: BlockFile | None) -> Known:
    return Known(
        name=named(file),
        kind=kind(file, index),
        date=index.meta["date"],
        packages=index.count("package"),
        where=where,
        bytes=index.path.stat().st_size,
        path=index.path,
        used=used is not None and used.path == index.path,
    )


def files(index: BlockFile) -> tuple[tuple[str, int], ...]:
    """What an index update in the image writes."""
    return tuple((path, size) for path, size in json.loads(index.meta["files"]))


def facts(one: Known, index: BlockFile, package: str) -> Facts | None:
    """What the index says of a real package."""
    if one.kind == "apt":
        return _of_apt(PackageIndex(one.name, index), package)
    line = index.line("package", package)
    if line is None:
        return None
    return _of_apk(line) if one.kind == "apk" else _of_rpm(line)


def _of_apk(line: str) -> Facts:
    found = decode(line)
    basis = "as the index says" if found.bytes.is_exact else "estimated"
    return Facts(
        found.name, found.version, found.download_size, found.bytes, basis, found.depends, (), found.provides
    )


def _of_rpm(line: str) -> Facts:
    name, version, _, download, installed, *relations = [*line.split("\t"), "", "", ""][:8]
    depends, recommends, provides = (tuple(field.split()) for field in relations)
    size = Size.exact(int(installed))
    return Facts(name, version, int(download), size, "as the index says", depends, recommends, provides)


def _of_apt(index: PackageIndex, name: str) -> Facts | None:
    package = index.get(name)
    if package is None:
        return None
    total = Size.exact(0)
    for piece in package.footprint.pieces:
        total += piece.bytes
    return Facts(
        package.name,
        package.version,
        package.download_size,
        total,
        _basis(index, name),
        tuple(write_groups((group,), package.version) for group in package.depends),
        tuple(write_groups((group,), package.version) for group in package.recommends),
        tuple(write_groups(((one,),), package.version) for one in package.provides),
    )


def _basis(index: PackageIndex, name: str) -> str:
    line = index.file.line("footprint", name)
    if line is None:
        return "estimated"
    return "measured at another version" if is_near(line) else "measured"
