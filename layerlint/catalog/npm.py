"""Packages of the npm registry as a bundled snapshot: sizes, and which versions pull in which.

Measured by installing (see `snapshot.npm`), on Linux with glibc on x86-64, without install scripts.
"""

from __future__ import annotations

import gzip
import json
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from enum import Enum
from functools import cache, lru_cache
from heapq import heappop, heappush
from typing import Any

from layerlint._dataclass import dataclass
from layerlint.catalog.packages import DATA
from layerlint.catalog.semver import Version, compatible, lower_bound, parse_version, satisfies

_satisfies = lru_cache(maxsize=20_000)(satisfies)
_SCRIPT, _FOREIGN = "s", "-"
_PLACED = 20_000
"""Packages of one tree; the bundled closures stay far below."""


class Fit(Enum):
    """How a version of the table stands to the one that was asked for."""

    EXACT = "exact"
    SAME_MAJOR = "same-major"
    OTHER_MAJOR = "other-major"


@dataclass(frozen=True, slots=True)
class Package:
    name: str
    version: str
    bytes: int
    """Unpacked, without nested ``node_modules``."""
    files: int
    tarball: int
    has_script: bool
    """An install script is run, which may build or download more."""
    is_foreign: bool
    """For another platform: npm reads its document and leaves it out (its bytes: those of the one for ours)."""
    dependencies: tuple[tuple[int, str], ...]
    """Positions in the table, and the range that another version has to lie in to do as well."""
    peers: tuple[str, ...]
    """Optional ones too, which npm does not install; it reads their documents all the same."""

    @property
    def key(self) -> Version:
        return parse_version(self.version) or (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Closure:
    """What one install of packages puts into ``node_modules`` and reads from the registry."""

    packages: tuple[Package, ...]
    """As placed: one that is there twice is twice in it."""

    foreign: tuple[Package, ...] = ()
    metadata: int = 0
    """The documents on all versions of a name, which npm reads to choose one."""

    @property
    def bytes(self) -> int:
        return sum(package.bytes for package in self.packages)

    @property
    def files(self) -> int:
        return sum(package.files for package in self.packages)

    @property
    def tarballs(self) -> int:
        return sum({(p.name, p.version): p.tarball for p in self.packages}.values())


@dataclass(frozen=True, slots=True)
class Quantiles:
    """5 %, 50 % and 95 % of the sum of n independent draws, for some n; between them, log-linear."""

    counts: tuple[int, ...]
    low: tuple[int, ...]
    likely: tuple[int, ...]
    high: tuple[int, ...]

    def at(self, count: int) -> tuple[int, int, int]:
        if count <= 0:
            return 0, 0, 0
        low, likely, high = (self._between(row, count) for row in (self.low, self.likely, self.high))
        return low, max(low, likely), max(low, likely, high)

    def _between(self, row: Sequence[int], count: int) -> int:
        index = bisect_left(self.counts, count)
        if index == len(self.counts):
            return int(row[-1] * count / self.counts[-1])
        if self.counts[index] == count or index == 0:
            return row[index]
        before, after = self.counts[index - 1], self.counts[index]
        share = (count - before) / (after - before)
        return int(row[index - 1] + (row[index] - row[index - 1]) * share)


class Table:
    """The snapshot."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.date: str = data["date"]
        ranges = data["ranges"]
        self.packages: tuple[Package, ...] = tuple(
            Package(
                name,
                version,
                size,
                files,
                tarball,
                _SCRIPT in flags,
                _FOREIGN in flags,
                tuple((index, ranges[number]) for index, number in needs),
                tuple(peers),
            )
            for name, version, flags, size, files, tarball, needs, peers in data["packages"]
        )
        self.documents: dict[str, int] = data["documents"]
        """Name to bytes."""
        self.bins: dict[str, dict[str, str]] = data["bins"]
        """Of the packages that were asked for: program to its file in the package."""
        self._quantiles = {name: Quantiles(*map(tuple, rows)) for name, rows in data["quantiles"].items()}
        self._by_name: dict[str, list[int]] = {}
        for index, package in enumerate(self.packages):
            self._by_name.setdefault(package.name, []).append(index)
        for rows in self._by_name.values():
            rows.sort(key=lambda index: self.packages[index].key)

    def quantiles(self, name: str) -> Quantiles:
        """Of ``package`` (unpacked bytes), ``closure``, ``tarball``, ``metadata`` …: see the maker."""
        return self._quantiles[name]

    def named(self, name: str) -> tuple[Package, ...]:
        """The versions of a name that were measured, lowest first."""
        return tuple(self.packages[index] for index in self._by_name.get(name, ()))

    def choose(self, name: str, wanted: str) -> tuple[int, Fit] | None:
        """The position that a range or tag leads to; where none is in the range, the nearest above it."""
        rows = self._by_name.get(name)
        if not rows:
            return None
        fitting = [i for i in rows if _satisfies(self.packages[i].key, wanted or "*") is True]
        if fitting:
            return fitting[-1], Fit.EXACT
        lowest = lower_bound(wanted)
        if lowest is None:
            # A tag or an address: ``latest`` is the highest, of another nothing is known.
            return rows[-1], Fit.EXACT if wanted == "latest" else Fit.OTHER_MAJOR
        return self._nearest(rows, lowest)

    def nearest(self, name: str, version: str) -> tuple[int, Fit] | None:
        """The version itself, or the nearest that was measured."""
        rows = self._by_name.get(name)
        key = parse_version(version)
        if not rows:
            return None
        exact = [i for i in rows if self.packages[i].version == version]
        if exact:
            return exact[0], Fit.EXACT
        return (rows[0], Fit.OTHER_MAJOR) if key is None else self._nearest(rows, key)

    def _nearest(self, rows: Sequence[int], key: Version) -> tuple[int, Fit]:
        kin = [i for i in rows if compatible(self.packages[i].key, key)]
        if kin:
            above = [i for i in kin if self.packages[i].key >= key]
            return (above or kin[-1:])[0], Fit.SAME_MAJOR
        above = [i for i in rows if self.packages[i].key >= key]
        return (above or rows[-1:])[0], Fit.OTHER_MAJOR

    def closure(self, roots: Iterable[int]) -> Closure:
        """Where npm places packages: as high as no other version is in the way (arborist's ``placeDep``)."""
        placed: list[Package] = []
        foreign: list[Package] = []
        top: dict[str, int] = {}
        # As arborist takes them: those that lie higher first, then by their path.
        queue: list[tuple[int, str, int, tuple[dict[str, int], ...]]] = []
        for root in roots:
            package = self.packages[root]
            if package.name not in top:
                top[package.name] = root
                placed.append(package)
                heappush(queue, (1, package.name, root, (top, {})))
        while queue and len(placed) < _PLACED:
            _, path, index, chain = heappop(queue)
            for needed, text in self.packages[index].dependencies:
                name = self.packages[needed].name
                level = next((depth for depth in range(len(chain) - 1, -1, -1) if name in chain[depth]), None)
                if level is not None and self._does(chain[level][name], needed, text):
                    continue
                depth = 0 if level is None else level + 1
                if depth == len(chain):
                    continue
                chain[depth][name] = needed
                if self.packages[needed].is_foreign:
                    foreign.append(self.packages[needed])
                    continue
                placed.append(self.packages[needed])
                above = "/node_modules/".join([*path.split("/node_modules/")[:depth], name])
                heappush(queue, (depth + 1, above, needed, (*chain[: depth + 1], {})))
        return Closure(tuple(placed), tuple(foreign), self._metadata((*placed, *foreign)))

    def _metadata(self, packages: Iterable[Package]) -> int:
        """Of the packages and their peers, and of the peers of those (arborist's peer sets)."""
        names: set[str] = set()
        waiting: list[Package] = list(packages)
        while waiting:
            package = waiting.pop()
            names.add(package.name)
            for peer in package.peers:
                if peer not in names:
                    names.add(peer)
                    waiting.extend(self.named(peer)[-1:])
        return sum(self.documents.get(name, 0) for name in names)

    def _does(self, present: int, needed: int, text: str) -> bool:
        return present == needed or _satisfies(self.packages[present].key, text) is True


@cache
def table() -> Table:
    with gzip.open(DATA / "npm.json.gz", "rb") as file:
        return Table(json.load(file))
