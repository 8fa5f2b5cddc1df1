"""What npm installs: names and ranges to a tree of packages, and the bytes of each.

The tree is placed as for the bundled table (`catalog.npm`).  Bytes are those that were measured, else what the
registry says, else what the tarball tells (`online.tarball`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from layerlint._dataclass import dataclass
from layerlint.catalog.npm import Package, Table, table
from layerlint.domain.size import ZERO, Size
from layerlint.lookup import Packages, PackagesWanted
from layerlint.online.client import Client
from layerlint.online.errors import OnlineError
from layerlint.online.npm_documents import Documents, Release
from layerlint.online.registries import NPM, Online
from layerlint.online.tarball import FILES, amounts, times
from layerlint.online.workers import in_parallel

_MOST: Final = 1_500
"""Packages of one tree; create-react-app, which has many, comes to 1,300."""
_COMMON: Final = 0.3
"""Of the errors of the packages of one tree, the part that they have in common: packages of one author are alike.
An allowance, not a measurement."""
_TARBALL: Final = (0.17, 0.32, 0.54)
"""Bytes of the tarball over those unpacked: the other way round."""


@dataclass(frozen=True, slots=True)
class _Amounts:
    bytes: Size
    files: Size
    tarball: Size


def answer(question: PackagesWanted, machine: str, online: Online, client: Client) -> Packages:
    """Raises OnlineError."""
    registry = question.registry.rstrip("/")
    if registry and registry not in (online.npm, f"{online.npm}/"):
        raise OnlineError("the registry that the Dockerfile names is not yours, and is not asked")
    if not online.npm:
        raise OnlineError("your npm registry is not one of http")
    if len(question.packages) > _MOST:
        raise OnlineError(f"it comes to more than {_MOST} packages")
    documents = Documents(client, online.npm, machine, musl=question.musl)
    found = _Tree(documents)
    roots = found.wanted(question.packages, dependencies=not question.exact)
    if not roots:
        raise OnlineError(found.problem or "the npm registry has none of the packages")
    return found.listed(client, online) if question.exact else found.placed(roots, client, online)


class _Tree:
    """The releases that are needed, and which of them needs which."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._releases: dict[tuple[str, str], Release] = {}
        self._picked: dict[tuple[str, str], Release] = {}
        self.missing: list[str] = []
        self.problem = ""

    def wanted(self, asked: Sequence[tuple[str, str]], *, dependencies: bool) -> list[Release]:
        """Level by level; the releases of what is asked for."""
        level = list(dict.fromkeys(asked))
        needed = True
        while level and needed:
            fetched = in_parallel(self._release, level)
            new: list[Release] = []
            for pair, release in zip(level, fetched, strict=True):
                if release is None:
                    self.missing.append(pair[0])
                    continue
                self._picked[pair] = release
                if (release.name, release.version) not in self._releases:
                    self._releases[release.name, release.version] = release
                    new.append(release)
            if len(self._releases) > _MOST:
                raise OnlineError(f"it comes to more than {_MOST} packages")
            needed = dependencies
            every = (pair for release in new if not release.is_foreign for pair in release.needs)
            level = [pair for pair in dict.fromkeys(every) if pair not in self._picked]
        return [self._picked[pair] for pair in dict.fromkeys(asked) if pair in self._picked]

    def _release(self, pair: tuple[str, str]) -> Release | None:
        name, wanted = pair
        if wanted.startswith("npm:"):
            name, _, wanted = wanted.removeprefix("npm:").rpartition("@")
            if not name:
                name, wanted = wanted, ""
        if any(mark in wanted for mark in (":", "/")):
            return None
        try:
            return self._documents.release(name, wanted)
        except OnlineError as error:
            self.problem = self.problem or str(error)
            return None

    def placed(self, roots: Sequence[Release], client: Client, online: Online) -> Packages:
        amounts = self._amounts(client, online)
        keys = sorted(self._releases)
        position = {key: index for index, key in enumerate(keys)}
        ranges: dict[str, int] = {}
        rows: list[list[Any]] = []
        for key in keys:
            release, amount = self._releases[key], amounts[key]
            flags = ("s" if release.has_script else "") + ("-" if release.is_foreign else "")
            needs = []
            for pair in release.needs:
                to = self._picked.get(pair)
                if to is not None:
                    number = ranges.setdefault(pair[1], len(ranges))
                    needs.append([position[to.name, to.version], number])
            sizes = [amount.bytes.likely, amount.files.likely, amount.tarball.likely]
            # By name, as npm takes them: the first that comes has the higher place.
            rows.append([*key, flags, *sizes, sorted(needs), []])
        lengths = {name: self._documents.length(name) for name, _ in keys}
        data = {"date": "", "ranges": list(ranges), "packages": rows, "documents": lengths, "bins": {}}
        tree = Table({**data, "quantiles": {}})
        closure = tree.closure(position[release.name, release.version] for release in roots)
        each = [amounts[package.name, package.version] for package in closure.packages]
        once = {(p.name, p.version): amounts[p.name, p.version].tarball for p in closure.packages}
        foreign = [amounts[p.name, p.version] for p in closure.foreign]
        return Packages(
            _sum(amount.bytes for amount in each),
            _sum(amount.files for amount in each),
            len(closure.packages),
            len(closure.packages) + len(closure.foreign),
            _sum(once.values()),
            closure.metadata,
            _sum(amount.bytes + amount.tarball for amount in foreign),
            tuple(sorted({p.name for p in closure.packages if p.has_script})),
            tuple((release.name, release.programs) for release in roots if release.programs),
            tuple(sorted(set(self.missing) - self._spared())),
        )

    def listed(self, client: Client, online: Online) -> Packages:
        """Each release once, without a place."""
        amounts = self._amounts(client, online)
        here = {key: release for key, release in self._releases.items() if not release.is_foreign}
        each = [amounts[key] for key in here]
        return Packages(
            _sum(amount.bytes for amount in each),
            _sum(amount.files for amount in each),
            len(here),
            len(self._releases),
            _sum(amount.tarball for amount in each),
            0,
            ZERO,
            tuple(sorted({release.name for release in here.values() if release.has_script})),
            (),
            tuple(sorted(set(self.missing))),
        )

    def _spared(self) -> set[str]:
        """What may be missing: dependencies that are optional wherever they are needed."""
        optional = {name for release in self._releases.values() for name in release.optional}
        firm = {n for r in self._releases.values() for n, _ in r.needs if n not in r.optional}
        return optional - firm

    def _amounts(self, client: Client, online: Online) -> Mapping[tuple[str, str], _Amounts]:
        measured = {(p.name, p.version): p for p in table().packages} if online.npm == NPM else {}
        keys = list(self._releases)

        def amount(key: tuple[str, str]) -> _Amounts:
            known = measured.get(key)
            release = self._releases[key]
            if known is not None and known.bytes:
                return _measured(known)
            if release.is_foreign:
                return _Amounts(ZERO, ZERO, ZERO)
            return _told(release, client, online)

        return dict(zip(keys, in_parallel(amount, keys), strict=True))


def _measured(known: Package) -> _Amounts:
    return _Amounts(Size.exact(known.bytes), Size.exact(known.files), Size.exact(known.tarball))


def _told(release: Release, client: Client, online: Online) -> _Amounts:
    if release.unpacked is not None:
        size = Size.exact(release.unpacked)
        files = Size.exact(release.files) if release.files is not None else times(release.unpacked, FILES)
        return _Amounts(size, files, times(release.unpacked, _TARBALL))
    plain = release.name.rpartition("/")[2]
    url = release.tarball or f"{online.npm}/{release.name}/-/{plain}-{release.version}.tgz"
    size, files, length = amounts(client, url)
    return _Amounts(size, files, Size.exact(length))


def _sum(terms: Iterable[Size]) -> Size:
    """Of amounts whose errors have little to do with each other: those add as squares do, but for a part."""
    likely = 0
    squares, sums = [0.0, 0.0], [0.0, 0.0]
    for term in terms:
        likely += term.likely
        errors = term.likely - term.low, (term.high or term.likely) - term.likely
        for side, error in enumerate(errors):
            squares[side] += float(error) ** 2
            sums[side] += error
    under, over = (math.ceil(math.sqrt(q) + _COMMON * s) for q, s in zip(squares, sums, strict=True))
    return Size(max(0, likely - under), likely, likely + over)
