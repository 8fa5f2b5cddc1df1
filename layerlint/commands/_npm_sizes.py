"""How many bytes packages of the npm registry are: from the bundled table, else from what its packages are like."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from layerlint._dataclass import dataclass, replace
from layerlint.catalog.npm import Fit, Table, table
from layerlint.commands._node_places import minus
from layerlint.commands._package_json import Locked
from layerlint.domain.size import ZERO, Size
from layerlint.effects import Invocation
from layerlint.lookup import Packages, PackagesWanted

_DRIFT = (0.05, 0.10)
"""A range leads to newer versions than those of the snapshot.  An allowance, not a measurement."""
_SELF_CONTAINED = frozenset(
    (
        "@apollo/protobufjs", "@nestjs/core", "@parcel/watcher", "@swc/core", "bcrypt", "bufferutil", "core-js",
        "core-js-pure", "ejs", "es5-ext", "esbuild", "msgpackr-extract", "nodemon", "nx", "pnpm", "protobufjs",
        "styled-components", "unrs-resolver", "utf-8-validate", "yarn", "yo",
    )
)  # fmt: skip
"""Their install scripts print, check, or link what the tarball already holds."""
_DOWNLOADERS = frozenset(
    (
        "canvas", "chromedriver", "cypress", "electron", "geckodriver", "grpc", "node-sass", "phantomjs",
        "phantomjs-prebuilt", "playwright-chromium", "puppeteer", "selenium-standalone", "sqlite3",
    )
)  # fmt: skip
"""Their install scripts fetch a browser or a binary, or compile one: no bound is known."""
_SCRIPTS = "install scripts may build or download: "
_NAMED = 3
"""Packages that a reason names."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """What an install writes, before it is known which package manager does."""

    bytes: Size = ZERO
    """Unpacked, once for each place in ``node_modules``."""
    files: Size = ZERO
    packages: Size = ZERO
    entries: Size = ZERO
    """Of the lock file: those for other platforms too."""
    tarballs: Size = ZERO
    metadata: Size = ZERO
    """The registry's documents on the names: read to choose versions, so not where a lock has chosen."""
    foreign: Size = ZERO
    """Tarballs and unpacked files for other platforms, which only yarn 1 fetches."""
    reason: str = ""

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(
            self.bytes + other.bytes,
            self.files + other.files,
            self.packages + other.packages,
            self.entries + other.entries,
            self.tarballs + other.tarballs,
            self.metadata + other.metadata,
            self.foreign + other.foreign,
            self.reason or other.reason,
        )

    def without(self, part: Amounts) -> Amounts:
        """What is in it beside the part of it."""
        return Amounts(
            minus(self.bytes, part.bytes),
            minus(self.files, part.files),
            minus(self.packages, part.packages),
            minus(self.entries, part.entries),
            minus(self.tarballs, part.tarballs),
            minus(self.metadata, part.metadata),
            minus(self.foreign, part.foreign),
            "" if self.reason == part.reason else self.reason,
        )

    def or_nothing(self) -> Amounts:
        return Amounts(
            self.bytes.or_nothing(),
            self.files.or_nothing(),
            self.packages.or_nothing(),
            self.entries.or_nothing(),
            self.tarballs.or_nothing(),
            self.metadata.or_nothing(),
            self.foreign.or_nothing(),
            self.reason,
        )


NONE = Amounts()


def of_wanted(wanted: Mapping[str, str], *, tools: bool = False) -> Amounts:
    """Packages by name and range, with all that they pull in; ``tools``: such as are installed globally."""
    known = table()
    roots: dict[Fit, list[int]] = {fit: [] for fit in Fit}
    unknown: list[str] = []
    for name, text in wanted.items():
        chosen = known.choose(name, text or "*")
        if chosen is None:
            unknown.append(name)
        else:
            roots[chosen[1]].append(chosen[0])
    inside = roots[Fit.EXACT]
    found = _closure(known, inside)
    for fit in (Fit.SAME_MAJOR, Fit.OTHER_MAJOR):
        if roots[fit]:
            found += _of_other_versions(known, inside, roots[fit], fit)
            inside = [*inside, *roots[fit]]
    if unknown:
        kind = "tool" if tools else "library"
        drawn = _drawn(known, kind, len(unknown), "not in the table of sizes: " + _listed(unknown))
        if _DOWNLOADERS.intersection(unknown):
            drawn = replace(drawn, bytes=Size(drawn.bytes.low, drawn.bytes.likely, None))
        found += drawn
    return found


def looked_up(
    invocation: Invocation, wanted: Mapping[str, str], registry: str | None, *, tools: bool = False
) -> Amounts:
    """As `of_wanted`; of what the registry was asked, what it has today."""
    outside = invocation.lookup
    if outside is not None and wanted and not _is_measured(wanted):
        question = PackagesWanted(tuple(sorted(wanted.items())), False, _is_musl(invocation), registry or "")
        found = outside.packages(question)
        if found is not None:
            amounts = _answered(found)
            lost = {name: wanted.get(name, "") for name in found.missing}
            return amounts + of_wanted(lost, tools=tools) if lost else amounts
    return of_wanted(wanted, tools=tools)


def locked(invocation: Invocation, packages: Iterable[Locked], registry: str | None) -> Amounts:
    """As `of_lock`; the sizes of versions that were not measured are the registry's, where it was asked."""
    every = list(packages)
    outside = invocation.lookup
    known = {(package.name, package.version) for package in table().packages}
    rest = [each for each in every if (each.name, each.version) not in known]
    if outside is None or not rest:
        return of_lock(every)
    pairs = tuple(sorted({(each.name, each.version) for each in rest}))
    found = outside.packages(PackagesWanted(pairs, True, _is_musl(invocation), registry or ""))
    if found is None:
        return of_lock(every)
    lost = [each for each in rest if each.name in found.missing]
    amounts = of_lock(each for each in every if (each.name, each.version) in known)
    # A version that lies in several places counts once for each; the answer has it once.
    again = _repeated(each for each in rest if each not in lost)
    amounts += of_lock(again) if again else NONE
    scripts = sorted({each.name for each in rest if each.script} - _SELF_CONTAINED)
    answered = _answered(replace(found, scripted=tuple(scripts), metadata=0))
    return amounts + answered + (of_lock(lost) if lost else NONE)


def programs(invocation: Invocation, name: str, wanted: str, registry: str | None) -> Mapping[str, str]:
    """As `bins`, of a package that may have been looked up."""
    known = bins(name)
    outside = invocation.lookup
    if outside is None or known or _is_measured({name: wanted}):
        return known
    question = PackagesWanted(((name, wanted),), False, _is_musl(invocation), registry or "")
    found = outside.packages(question)
    return known if found is None else found.of(name)


def _repeated(packages: Iterable[Locked]) -> list[Locked]:
    seen: set[tuple[str, str]] = set()
    again = []
    for each in packages:
        if (each.name, each.version) in seen:
            again.append(each)
        seen.add((each.name, each.version))
    return again


def _is_measured(wanted: Mapping[str, str]) -> bool:
    """Every package is asked for in a version that the table has."""
    known = table()
    return all(any(package.version == text for package in known.named(name)) for name, text in wanted.items())


def _is_musl(invocation: Invocation) -> bool:
    return invocation.view.lookup("/etc/alpine-release") is not None


def _answered(found: Packages) -> Amounts:
    scripts = sorted(set(found.scripted) - _SELF_CONTAINED)
    size = found.bytes
    return Amounts(
        size if not scripts else Size(size.low, size.likely, None),
        found.files,
        Size.exact(found.packages),
        Size.exact(found.entries),
        found.tarballs,
        Size.around(found.metadata, 0.4, 0.5),
        found.foreign,
        _SCRIPTS + _listed(scripts) if scripts else "",
    )


def of_project() -> Amounts:
    """An install of which nothing is known: of the unions of 1 to 20 packages of the table."""
    return _drawn(table(), "project", 1, "package.json is not known")


def of_lock(packages: Iterable[Locked]) -> Amounts:
    """The packages of a lock file: exact where the table has the version, else a sum of independent draws.

    Of another version of a measured package the ratio is drawn, of a package that was not measured the
    size; the deviations of a sum of independent draws add as their squares do.
    """
    known = table()
    terms: list[Size] = []
    tarballs: list[Size] = []
    files = count = unknown = 0
    exact = True
    scripts: set[str] = set()
    seen: set[tuple[str, str]] = set()
    for package in packages:
        count += 1
        if package.script and package.name not in _SELF_CONTAINED:
            scripts.add(package.name)
        chosen = known.nearest(package.name, package.version)
        if chosen is None:
            unknown += 1
            continue
        row, fit = known.packages[chosen[0]], chosen[1]
        exact = exact and fit is Fit.EXACT
        files += row.files
        terms.append(_ratio(known, row.bytes, fit))
        cached = _ratio(known, row.tarball, fit)
        if (package.name, package.version) not in seen:
            seen.add((package.name, package.version))
            tarballs.append(cached)
    found = Amounts(
        independent(terms),
        Size.exact(files) if exact else Size.around(files, 0.3, 0.3),
        Size.exact(count - unknown),
        Size.exact(count - unknown),
        independent(tarballs),
    )
    if unknown:
        rest = Amounts(
            Size(*known.quantiles("package").at(unknown)),
            Size(*known.quantiles("files").at(unknown)),
            Size.exact(unknown),
            Size.exact(unknown),
            Size(*known.quantiles("tarball").at(unknown)),
        )
        found += rest
    if scripts:
        size = found.bytes
        found = replace(
            found, bytes=Size(size.low, size.likely, None), reason=_SCRIPTS + _listed(sorted(scripts))
        )
    return found


def independent(terms: Iterable[Size]) -> Size:
    """The sum of independent amounts: sum(likely) ± sqrt(sum(deviation²)), for each side."""
    likely, below, above = 0, 0.0, 0.0
    bounded = True
    for term in terms:
        likely += term.likely
        below += float(term.likely - term.low) ** 2
        bounded = bounded and term.high is not None
        above += float((term.high or term.likely) - term.likely) ** 2
    low = max(0, likely - math.ceil(math.sqrt(below)))
    return Size(low, likely, likely + math.ceil(math.sqrt(above)) if bounded else None)


def bins(name: str) -> Mapping[str, str]:
    """The programs of a package, and their files in it."""
    return table().bins.get(name, {})


def _closure(known: Table, roots: list[int]) -> Amounts:
    closure = known.closure(roots)
    scripts = sorted({p.name for p in closure.packages if p.has_script} - _SELF_CONTAINED)
    size = Size.around(closure.bytes, *_DRIFT)
    return Amounts(
        size if not scripts else Size(size.low, size.likely, None),
        Size.around(closure.files, *_DRIFT),
        Size.around(len(closure.packages), *_DRIFT),
        Size.around(len(closure.packages) + len(closure.foreign), *_DRIFT),
        Size.around(closure.tarballs, *_DRIFT),
        # The public registry's documents hold signatures and counts too, about 300 bytes a version.
        Size.around(closure.metadata, 0.10, 0.50),
        Size.around(sum(p.bytes + p.tarball for p in closure.foreign), 0.2, 0.2),
        _SCRIPTS + _listed(scripts) if scripts else "",
    )


def _of_other_versions(known: Table, inside: list[int], other: list[int], fit: Fit) -> Amounts:
    """What they add to the rest, times the ratio between versions of one package.

    Between closures it varies less than between single packages; the same bounds hold all the same.
    """
    before, whole = known.closure(inside), known.closure([*inside, *other])

    def ratio(amount: int) -> Size:
        return _ratio(known, max(amount, 0), fit)

    return Amounts(
        ratio(whole.bytes - before.bytes),
        ratio(whole.files - before.files),
        ratio(len(whole.packages) - len(before.packages)),
        ratio(
            len(whole.packages) + len(whole.foreign) - len(before.packages) - len(before.foreign),
        ),
        ratio(whole.tarballs - before.tarballs),
        # The documents are on all versions of a name.
        Size.around(max(whole.metadata - before.metadata, 0), 0.4, 0.7),
    )


def _drawn(known: Table, kind: str, count: int, reason: str) -> Amounts:
    def part(name: str) -> Size:
        return Size(*known.quantiles(f"{kind}-{name}").at(count))

    return Amounts(
        part("bytes"),
        part("files"),
        part("packages"),
        part("entries"),
        part("tarballs"),
        part("metadata"),
        reason=reason,
    )


def _ratio(known: Table, amount: int, fit: Fit) -> Size:
    if fit is Fit.EXACT:
        return Size.exact(amount)
    low, likely, high = known.quantiles(fit.value).at(1)
    return Size(amount * low // 1000, amount * likely // 1000, amount * high // 1000 + 1)


def _listed(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
