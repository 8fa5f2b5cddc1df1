"""Which packages apk would install for a request, and which nothing needs any more: names only, no files.

apk works out the whole set from ``/etc/apk/world``.  What is installed and satisfies stays as it is, so an
addition comes to what the new words need, depth first, and to what installs itself beside that
(``install_if``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.catalog.alpine import AlpineIndex, AlpinePackage
from layerlint.catalog.alpine_versions import satisfies, version_key
from layerlint.execution.packages.database import Installed

_WORD = pattern(r"(!?)([^=<>~@!]+)(?:([=<>~]+)([^@]*))?(?:@(.*))?")
_MAX_ROUNDS = 64
"""Of what installs itself because of what installed itself."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the command line or of a dependency: ``name``, ``name>=1.2``, ``name@edge``, ``!name``."""

    name: str
    operator: str = ""
    version: str = ""
    tag: str = ""
    conflict: bool = False


def read_word(text: str) -> Word | None:
    match = _WORD.fullmatch(text)
    if match is None:
        return None
    return Word(match[2], match[3] or "", match[4] or "", match[5] or "", bool(match[1]))


@dataclass(frozen=True, slots=True)
class Plan:
    install: tuple[AlpinePackage, ...] = ()
    upgrade: tuple[AlpinePackage, ...] = ()
    unmet: tuple[str, ...] = ()
    """``package: word`` of what nothing provides."""


def plan_install(
    words: Iterable[str],
    installed: Mapping[str, Installed],
    index: AlpineIndex,
    *,
    exact: bool = True,
) -> Plan:
    """``exact``: the installed packages are of the index's own release, and may be older than it."""
    work = _Work(index, installed, exact)
    for word in words:
        work.require(word, "world")
    work.add_triggered()
    return Plan(tuple(work.chosen.values()), tuple(work.upgraded.values()), tuple(work.unmet))


def plan_upgrade(installed: Mapping[str, Installed], index: AlpineIndex) -> Plan:
    newer = [
        package.name
        for name, old in sorted(installed.items())
        if (package := index.get(name)) is not None
        and package.exact
        and version_key(package.version) > version_key(old.version)
    ]
    work = _Work(index, installed, exact=True)
    for name in newer:
        work.upgrade(name)
    work.add_triggered()
    return Plan(tuple(work.chosen.values()), tuple(work.upgraded.values()), tuple(work.unmet))


def needed(world: Iterable[str], installed: Mapping[str, Installed], index: AlpineIndex) -> set[str]:
    """The installed packages that the world needs, directly or not."""
    providers = _provided(installed, index)
    kept: set[str] = set()
    pending = [(name, False) for name in world]
    while pending:
        name, _ = pending.pop()
        for found in {name} & installed.keys() or providers.get(name, set()):
            if found not in kept:
                kept.add(found)
                pending += [(word.name, False) for word in _relations(installed[found], index)]
        if not pending:
            pending = [(name, True) for name in _triggered(kept, installed, index)]
    return kept


def dependents(names: Set[str], installed: Mapping[str, Installed], index: AlpineIndex) -> set[str]:
    """The named packages and what cannot do without them (``apk del -r``)."""
    gone = set(names)
    while True:
        left = {name: package for name, package in installed.items() if name not in gone}
        providers = _provided(left, index)
        broken = {
            name
            for name, package in left.items()
            if any(
                word.name not in left and word.name not in providers
                for word in _relations(package, index)
                if word.name in gone or _provided_by(word.name, gone, index)
            )
        }
        if not broken:
            return gone
        gone |= broken


def _provided_by(name: str, packages: Set[str], index: AlpineIndex) -> bool:
    return not packages.isdisjoint(index.providers(name))


def _relations(package: Installed, index: AlpineIndex) -> Iterator[Word]:
    if package.depends is not None:
        texts = package.depends
    else:
        found = index.get(package.name)
        texts = () if found is None else found.depends
    for text in texts:
        word = read_word(text)
        if word is not None and not word.conflict:
            yield word


def _provided(names: Iterable[str], index: AlpineIndex) -> dict[str, set[str]]:
    providers: dict[str, set[str]] = {}
    for name in names:
        package = index.get(name)
        for text in () if package is None else package.provides:
            providers.setdefault(text.partition("=")[0], set()).add(name)
    return providers


def _triggered(kept: Set[str], installed: Mapping[str, Installed], index: AlpineIndex) -> list[str]:
    return [
        name
        for owner in kept
        for name in index.triggered(owner)
        if name in installed and name not in kept and _comes_by_itself(name, kept, index)
    ]


def _comes_by_itself(name: str, present: Set[str], index: AlpineIndex) -> bool:
    package = index.get(name)
    words = () if package is None else package.install_if
    return bool(words) and all(
        (word := read_word(text)) is not None and (word.name in present) is not word.conflict
        for text in words
    )


class _Work:
    """A request while it is worked out."""

    def __init__(self, index: AlpineIndex, installed: Mapping[str, Installed], exact: bool) -> None:
        self.index = index
        self.installed = installed
        self.exact = exact
        self.chosen: dict[str, AlpinePackage] = {}
        self.upgraded: dict[str, AlpinePackage] = {}
        self.unmet: list[str] = []
        self._provided = _provided(installed, index)

    def require(self, text: str, owner: str) -> None:
        """Depth first, without recursion: the chains of dependencies are not bounded."""
        pending = [(text, owner)]
        while pending:
            text, owner = pending.pop()
            word = read_word(text)
            if word is None or word.conflict or self._is_satisfied(word):
                continue
            package = self._choose(word)
            if package is None:
                # A near release's package needs what the near release has.
                if self.exact and ((needing := self.index.get(owner)) is None or needing.exact):
                    self.unmet.append(f"{owner}: {word.name}")
                continue
            if package.name not in self.installed:
                if package.name in self.chosen:
                    continue
                self.chosen[package.name] = package
            elif package.name == word.name:
                self.upgraded[package.name] = package
            else:  # It provides another version of what is asked for: the one that the near index knows.
                continue
            self._provide(package)
            pending += [(depend, package.name) for depend in reversed(package.depends)]

    def upgrade(self, name: str) -> None:
        package = self.index.get(name)
        if package is not None and name not in self.upgraded:
            self.upgraded[name] = package
            self._provide(package)
            for text in package.depends:
                self.require(text, name)

    def add_triggered(self) -> None:
        for _ in range(_MAX_ROUNDS):
            present = {*self.installed, *self.chosen}
            found = [
                name
                for owner in present
                for name in self.index.triggered(owner)
                if name not in present and _comes_by_itself(name, present, self.index)
            ]
            if not found:
                return
            for name in sorted(set(found)):
                self.require(name, name)

    def _provide(self, package: AlpinePackage) -> None:
        for text in package.provides:
            self._provided.setdefault(text.partition("=")[0], set()).add(package.name)

    def _is_satisfied(self, word: Word) -> bool:
        if word.name in self.chosen or word.name in self.upgraded:
            return True
        old = self.installed.get(word.name)
        if old is None:
            return word.name in self._provided
        if satisfies(old.version, word.operator, word.version) or not self.exact or old.depends is not None:
            return True
        # The image is newer than the index, or it is older and the new package needs the index's version.
        candidate = self.index.get(word.name)
        return (
            candidate is None
            or not candidate.exact
            or not satisfies(candidate.version, word.operator, word.version)
            or version_key(candidate.version) <= version_key(old.version)
        )

    def _choose(self, word: Word) -> AlpinePackage | None:
        """The package of that name, else the provider with the highest priority, then the best version."""
        real = self.index.get(word.name)
        if real is not None and real.exact:
            return real
        found = [
            package
            for name in self.index.providers(word.name)
            if (package := self.index.get(name)) is not None
        ]
        if real is not None and not any(package.exact for package in found):
            return real
        found.sort(key=lambda p: (p.exact, p.priority, version_key(_version_of(word.name, p))), reverse=True)
        return found[0] if found else None


def _version_of(name: str, package: AlpinePackage) -> str:
    for text in package.provides:
        own, _, version = text.partition("=")
        if own == name:
            return version
    return ""
