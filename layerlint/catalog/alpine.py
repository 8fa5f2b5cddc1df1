"""Alpine's package indexes as bundled snapshots: look up a package without loading an index.

A release's own index is of ``main``; what is not in it is looked up in those of other releases (packages
move between the repositories), then in the one snapshot of ``community`` (Alpine 3.12): sizes and versions
are then those of a near release.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache

from layerlint._dataclass import dataclass, replace
from layerlint.catalog.blocks import BlockFile
from layerlint.catalog.index_files import kind, newest
from layerlint.catalog.model import IndexFile
from layerlint.domain.size import Size

COMMUNITY = "alpine-3.12-community"
NAMES = (COMMUNITY, "alpine-3.14", "alpine-3.16", "alpine-3.19", "alpine-3.22")

_OTHER_RELEASE = 0.3
"""Relative bounds of the bytes of a package some releases away: of 2,224 that 3.14 and 3.22 share eight in
ten download between 0.72 and 1.18 times as much."""


@dataclass(frozen=True, slots=True)
class AlpinePackage:
    name: str
    version: str
    download_size: int
    bytes: Size
    """Of its files."""
    count: int
    """Of its files, about."""
    depends: tuple[str, ...]
    """As in APKINDEX: ``so:libz.so.1``, ``zlib>=1.2``, ``!conflict``."""
    provides: tuple[str, ...]
    """``cmd:git=2.49.1-r0``"""
    install_if: tuple[str, ...]
    """It comes by itself where all of these are installed."""
    priority: int
    """Among the providers of one name, the highest is chosen."""
    exact: bool = True
    """False: of another release than the index."""

    @property
    def record_bytes(self) -> int:
        """Of its paragraph in ``/lib/apk/db/installed``.

        Fields of fixed length, description, address and maintainer come to some 350 bytes, and a file with
        its checksum and its part of the directories to 74 (so the 14 or 15 packages and 110 files of the
        roots of Alpine 3.16 to 3.20 make 14,122 to 14,812).
        """
        relations = (*self.depends, *self.provides, *self.install_if)
        return 350 + 2 * len(self.name) + sum(len(word) + 1 for word in relations) + 74 * self.count


class AlpineIndex:
    """The packages of one Alpine release (x86_64) at the snapshot's date."""

    def __init__(self, name: str, file: BlockFile) -> None:
        self.name = name
        self.date: str = file.meta["date"]
        self.source: str = file.meta["source"]
        self._file = file
        self._packages: dict[str, AlpinePackage | None] = {}

    def get(self, name: str) -> AlpinePackage | None:
        if name not in self._packages:
            line = self._file.line("package", name)
            found = None if line is None else decode(line)
            for other in self._others() if found is None else ():
                if (line := other._file.line("package", name)) is not None:
                    found = _widened(decode(line))
                    break
            self._packages[name] = found
        return self._packages[name]

    def providers(self, name: str) -> tuple[str, ...]:
        """Packages of the release that provide the name; else those of another release, else what provides
        the same library by another version of its interface."""
        if found := self._listed("provider", name):
            return found
        if name.startswith("so:") and (found := self._listed("library", library(name))):
            return found
        return next((found for other in self._others() if (found := other._listed("provider", name))), ())

    def triggered(self, name: str) -> tuple[str, ...]:
        """Packages that come by themselves where this one, and maybe more, is installed."""
        return self._listed("trigger", name)

    def files(self) -> tuple[IndexFile, ...]:
        """What an index update writes to ``/var/cache/apk`` with the repositories of the official image."""
        return tuple(IndexFile(path, size) for path, size in json.loads(self._file.meta["files"]))

    def names(self) -> tuple[str, ...]:
        """Of every package of the release, sorted.  Reads the whole index: for what is not found by name."""
        return tuple(line.partition("\t")[0] for line in self._file.lines("package"))

    def _listed(self, table: str, key: str) -> tuple[str, ...]:
        line = self._file.line(table, key)
        return tuple(line.split("\t")[1].split(" ")) if line else ()

    def _others(self) -> Iterator[AlpineIndex]:
        """Those of other releases, the newest first, then the one of another repository."""
        for name in (*reversed(NAMES[1:]), COMMUNITY):
            if name != self.name and (other := open_index(name)) is not None:
                yield other


def _widened(package: AlpinePackage) -> AlpinePackage:
    size = package.bytes
    wide = size.join(Size.around(size.likely, _OTHER_RELEASE, _OTHER_RELEASE))
    return replace(package, bytes=wide, exact=False)


def library(name: str) -> str:
    """``so:libssl.so.3`` without the version of its interface."""
    return name.partition(".so")[0]


def encode(package: AlpinePackage) -> str:
    """One line; a relation to the package's own version is written ``name=``."""
    own = package.version
    size = package.bytes
    return "\t".join(
        (
            package.name,
            own,
            str(package.download_size),
            str(size.likely) if size.is_exact else f"{size.likely},{size.low},{size.high}",
            str(package.count),
            str(package.priority or ""),
            *(
                " ".join(word.removesuffix(own) if word.endswith(f"={own}") else word for word in words)
                for words in (package.depends, package.provides, package.install_if)
            ),
        )
    ).rstrip("\t")


def decode(line: str) -> AlpinePackage:
    fields = line.split("\t")
    fields += [""] * (9 - len(fields))
    own = fields[1]
    likely, *bounds = map(int, fields[3].split(","))
    low, high = bounds or (likely, likely)
    depends, provides, install_if = (
        tuple(word + own if word.endswith("=") else word for word in field.split(" ") if word)
        for field in fields[6:9]
    )
    return AlpinePackage(
        name=fields[0],
        version=own,
        download_size=int(fields[2]),
        bytes=Size(low, likely, high),
        count=int(fields[4]),
        depends=depends,
        provides=provides,
        install_if=install_if,
        priority=int(fields[5] or 0),
    )


@cache
def open_index(name: str) -> AlpineIndex | None:
    """The index of an Alpine release (``alpine-3.22``); None if there is none.

    That of the user's cache if it is newer than the bundled one: it has community too.
    """
    file = newest(name)
    return AlpineIndex(name, file) if file is not None and kind(name, file) == "apk" else None


def nearest_index(release: str) -> tuple[AlpineIndex | None, bool]:
    """The index of a release (``alpine-3.20``, ``3.20``), else of the nearest that there is one of; and
    whether it is the release's own."""
    own = open_index(release if release.startswith("alpine-") else f"alpine-{release}")
    if own is not None:
        return own, True
    wanted = _minor(release)
    near = min(reversed(NAMES[1:]), key=lambda name: _distance(wanted, _minor(name)))
    return open_index(near), False


def releases_between(release: str | None, other: str) -> int:
    """How many releases lie from one to another (``3.11``, ``alpine-3.14``); that which is not known is the last."""
    first, second = (min(_minor(name or ""), _minor(NAMES[-1]) + 2) for name in (release, other))
    return abs(first - second)


def _distance(wanted: int, other: int) -> int:
    """A later release is twice as near: of a layer of curl, tar and openssl on 3.20 the index of 3.22 says 6 %
    too much, that of 3.19 14 % too little."""
    return other - wanted if other >= wanted else 2 * (wanted - other)


def _minor(release: str) -> int:
    """``20`` of ``3.20``; a release that is not known counts as the last."""
    match = re.fullmatch(r"(?:alpine-)?3\.([0-9]{1,3})(?:\..*)?", release)
    return int(match[1]) if match is not None else 999
