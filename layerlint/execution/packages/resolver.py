"""Which packages apt would install, upgrade or remove for a request: its own rules, names only, no files.

apt installs depth first: a package is marked, then for each of its dependencies that nothing marked or
installed satisfies the first alternative that can be installed is marked in turn (apt-pkg/depcache.cc,
``MarkInstall``).  There is no search: what the first walk chooses is the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Protocol

from layerlint._dataclass import dataclass
from layerlint.catalog.model import Package, Relation
from layerlint.catalog.versions import satisfies, version_key
from layerlint.execution.packages.database import Installed

_PRIORITIES = {"required": 0, "important": 1, "standard": 2, "optional": 3, "extra": 4}


class Index(Protocol):
    """A package index, asked name by name."""

    def get(self, name: str) -> Package | None: ...

    def providers(self, name: str) -> tuple[str, ...]: ...

    def names(self) -> tuple[str, ...]: ...

    def __hash__(self) -> int:
        """It never changes: what was found in it is kept for the next file."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """What a request comes to."""

    install: tuple[Package, ...] = ()
    """Not installed before, in the order in which they were marked."""
    upgrade: tuple[Package, ...] = ()
    remove: tuple[str, ...] = ()
    """Sorted."""
    unmet: tuple[str, ...] = ()
    """Hard dependencies that nothing satisfies: ``package: relation``."""


def plan_install(
    named: Iterable[Package],
    installed: Mapping[str, Installed],
    index: Index,
    *,
    recommends: bool,
    unwanted: frozenset[str] = frozenset(),
) -> Plan:
    """Mark the named packages, then what they need; ``unwanted`` names are never marked."""
    marks = _Marks(index, installed, unwanted)
    named = tuple(named)
    # All named packages are marked before any dependency is looked at: what is named decides every
    # alternative.
    for package in named:
        marks.mark(package)
    for package in named:
        marks.follow(package, recommends)
    return marks.plan()


def plan_upgrade(installed: Mapping[str, Installed], index: Index, *, may_change: bool) -> Plan:
    """Candidates of installed packages; with ``may_change`` (``dist-upgrade``) new packages may come too."""
    newer = [
        package
        for name, old in sorted(installed.items())
        if (package := index.get(name)) is not None and is_newer(package.version, old.version)
    ]
    plan = plan_install(newer, installed, index, recommends=False)
    if may_change or not (plan.install or plan.remove):
        return plan
    # `upgrade` holds back what would need a new package: drop one by one those that do.
    kept = [package for package in newer if _needs_nothing_new(package, newer, installed, index)]
    return plan_install(kept, installed, index, recommends=False)


def plan_removal(names: Iterable[str], installed: Mapping[str, Installed], index: Index) -> Plan:
    """The named packages that are installed, and everything whose hard dependencies they break."""
    gone = {name for name in names if name in installed}
    broken = set(gone)
    while broken:
        left = installed.keys() - gone
        broken = {name for name in left if not _stands(name, left, gone, installed, index)}
        gone |= broken
    return Plan(remove=tuple(sorted(gone)))


def plan_unused(installed: Mapping[str, Installed], index: Index) -> Plan:
    """What ``autoremove`` removes: automatic packages that no other kind of package needs or recommends.

    Roots are manual, essential and required packages and apt itself (apt-pkg/depcache.cc,
    ``MarkRequired``).  Every installed alternative of a dependency is kept.  Suggestions do not count:
    the configuration of the official images turns them off.
    """
    pending = [
        name for name, package in installed.items() if not package.automatic or is_protected(name, index)
    ]
    kept = set(pending)
    while pending:
        package = index.get(pending.pop())
        if package is None:
            continue
        for relation in (r for group in (*package.depends, *package.recommends) for r in group):
            for name in _installed_targets(relation, installed, index):
                if name not in kept:
                    kept.add(name)
                    pending.append(name)
    return Plan(remove=tuple(sorted(installed.keys() - kept)))


def is_newer(candidate: str, installed: str) -> bool:
    return version_key(candidate) > version_key(installed)


def is_essential(name: str, index: Index) -> bool:
    """apt counts itself among the essential packages (apt-pkg/pkgcachegen, ``ForceEssential``)."""
    package = index.get(name)
    return name == "apt" or (package is not None and package.essential)


def is_protected(name: str, index: Index) -> bool:
    """Never removed as unused: essential, or of priority ``required``."""
    package = index.get(name)
    return is_essential(name, index) or (package is not None and package.priority == "required")


class _Marks:
    """apt's marks while a request is worked out."""

    def __init__(self, index: Index, installed: Mapping[str, Installed], unwanted: frozenset[str]) -> None:
        self.index = index
        self.installed = installed
        self.removed: set[str] = set(unwanted & installed.keys())
        self.unwanted = unwanted
        self.chosen: dict[str, Package] = {}
        self.unmet: list[str] = []
        self._refusals: dict[str, list[tuple[str, Relation]]] = {}
        """Of the marked packages' conflicts: the name refused, by whom and which versions."""
        self._reserved: set[str] = set()
        self._entered: set[str] = set()

    def plan(self) -> Plan:
        return Plan(
            tuple(p for p in self.chosen.values() if p.name not in self.installed),
            tuple(p for p in self.chosen.values() if p.name in self.installed),
            tuple(sorted(self.removed)),
            tuple(self.unmet),
        )

    def mark(self, package: Package) -> None:
        self.chosen[package.name] = package
        self._reserve(package)
        for relation in package.conflicts:
            for name in list(self._active_targets(relation)):
                if name != package.name and name not in self.chosen:
                    self._displace(name, relation)

    def _reserve(self, package: Package) -> None:
        """Refuse from now on what conflicts with the package or with anything that it cannot do without.

        apt protects a marked package and, transitively, each hard dependency with one solution only.
        """
        pending = [package]
        while pending:
            package = pending.pop()
            if package.name in self._reserved:
                continue
            self._reserved.add(package.name)
            for relation in package.conflicts:
                self._refusals.setdefault(relation.name, []).append((package.name, relation))
            for group in package.depends:
                if len(group) == 1 and self._first_active(group) is None:
                    found = self._candidates(group[0])
                    if len(found) == 1:
                        pending.append(found[0])

    def _displace(self, name: str, relation: Relation) -> None:
        """An installed package that the new one conflicts with: upgraded if that helps, else removed."""
        candidate = self.index.get(name)
        if (
            candidate is not None
            and relation.name == name
            and relation.operator
            and not satisfies(candidate.version, relation.operator, relation.version)
        ):
            self.mark(candidate)
        else:
            self.removed.add(name)

    def follow(self, package: Package, recommends: bool) -> None:
        """Mark the dependencies of a marked package, depth first.  Each package is entered once."""
        if package.name in self._entered:
            return
        walks = [self._enter(package, recommends)]
        while walks:
            group, owner, hard = next(walks[-1], ((), "", False))
            if not group:
                walks.pop()
                continue
            active = self._first_active(group)
            if active is None:
                choice = self._choose(group)
                if choice is not None:
                    self.mark(choice)
                    walks.append(self._enter(choice, recommends))
                elif hard:
                    self.unmet.append(f"{owner}: {group[0].name}")
            elif active in self.chosen and active not in self._entered:
                walks.append(self._enter(self.chosen[active], recommends))

    def _enter(self, package: Package, recommends: bool) -> Iterator[tuple[tuple[Relation, ...], str, bool]]:
        self._entered.add(package.name)
        return self._groups(package, recommends)

    def _groups(self, package: Package, recommends: bool) -> Iterator[tuple[tuple[Relation, ...], str, bool]]:
        for group in package.depends:
            yield group, package.name, True
        # An upgrade brings only recommendations that are new in it: none is assumed to be.
        if recommends and package.name not in self.installed:
            for group in package.recommends:
                yield group, package.name, False

    def _first_active(self, group: tuple[Relation, ...]) -> str | None:
        """The first marked or installed package that satisfies the group."""
        return next((name for relation in group for name in self._active_targets(relation)), None)

    def _version(self, name: str) -> str | None:
        if (chosen := self.chosen.get(name)) is not None:
            return chosen.version
        if name in self.removed or (old := self.installed.get(name)) is None:
            return None
        return old.version

    def _active_targets(self, relation: Relation) -> Iterator[str]:
        """Marked or installed packages that satisfy the relation, the real package first."""
        own = self._version(relation.name)
        if own is not None and satisfies(own, relation.operator, relation.version):
            yield relation.name
        for name in self.index.providers(relation.name):
            version = self._version(name)
            if version is not None and _matches(name, version, relation, self.index):
                yield name

    def _candidates(self, relation: Relation) -> Sequence[Package]:
        return candidates(relation, self.index)

    def _choose(self, group: tuple[Relation, ...]) -> Package | None:
        for relation in group:
            for package in self._candidates(relation):
                if self._is_possible(package):
                    return package
        return None

    def _is_possible(self, package: Package) -> bool:
        """Not refused, and without a conflict with anything that is reserved."""
        if package.name in self.unwanted or package.name in self.chosen:
            return False
        names = (Relation(package.name, "=", package.version), *package.provides)
        for own in names:
            for owner, refusal in self._refusals.get(own.name, ()):
                if owner != package.name and _admits(own.version, refusal):
                    return False
        return not any(
            name in self._reserved and name != package.name
            for relation in package.conflicts
            for name in (relation.name, *self.index.providers(relation.name))
            if (other := self.index.get(name)) and _matches(name, other.version, relation, self.index)
        )


@lru_cache(maxsize=16384)
def candidates(relation: Relation, index: Index) -> Sequence[Package]:
    """What can satisfy the relation: the real package, then providers as apt prefers them.

    Essential ones first, then by priority (apt-pkg/depcache.cc, ``CompareProviders``), then the one that
    the lists mention last.
    """
    real = index.get(relation.name)
    found = []
    if real is not None and satisfies(real.version, relation.operator, relation.version):
        found.append(real)
    providers = [
        package
        for name in index.providers(relation.name)
        if (package := index.get(name)) is not None
        and _matches(name, package.version, relation, index)
        and package is not real
    ]
    providers.reverse()
    providers.sort(key=lambda p: (not p.essential, _PRIORITIES.get(p.priority, 4)))
    return found + providers


def _matches(name: str, version: str, relation: Relation, index: Index) -> bool:
    """Whether the package of that name and version satisfies the relation, itself or by what it provides."""
    if name == relation.name:
        return satisfies(version, relation.operator, relation.version)
    package = index.get(name)
    return package is not None and any(
        own.name == relation.name and _admits(own.version, relation) for own in package.provides
    )


def _admits(version: str, relation: Relation) -> bool:
    """A versioned relation is not satisfied by an unversioned ``Provides`` (Debian Policy 7.5)."""
    if not relation.operator:
        return True
    return bool(version) and satisfies(version, relation.operator, relation.version)


def _installed_targets(relation: Relation, installed: Mapping[str, Installed], index: Index) -> list[str]:
    names = (relation.name, *index.providers(relation.name))
    return [name for name in names if name in installed]


def _stands(
    name: str, left: Iterable[str], gone: set[str], installed: Mapping[str, Installed], index: Index
) -> bool:
    """No hard dependency of the package rested on what is gone alone."""
    package = index.get(name)
    if package is None:
        return True
    for group in package.depends:
        targets = {t for relation in group for t in _installed_targets(relation, installed, index)}
        if targets & gone and not targets - gone:
            return False
    return True


def _needs_nothing_new(
    package: Package, newer: list[Package], installed: Mapping[str, Installed], index: Index
) -> bool:
    plan = plan_install([package], installed, index, recommends=False)
    return not plan.install and not plan.remove
