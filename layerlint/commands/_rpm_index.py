"""What rpms bring by an index: their files and those of all that they require and the image has not.

A walk, depth first, as for apt: each requirement that nothing installed satisfies takes one provider, without
search.  Versions and rich dependencies are not in an index; libsolv, which looks at all of them, may choose
another of several providers.
"""

from __future__ import annotations

from collections.abc import Iterable

from layerlint.catalog.rpm import RpmIndex, RpmPackage
from layerlint.commands import _rpm_sizes as sizes
from layerlint.domain.size import Size

MAX_PACKAGES = 4000
"""Of one transaction: a whole desktop has half as many."""
_BOUNDS = (0.75, 1.1)
"""Of the index's bytes: documents are left out (``tsflags=nodocs`` in the images), another provider may be taken,
and updates come.  An assumption: on Debian's slim images packages bring 0.97 of what they declare."""
_BASE = (
    "bash",
    "coreutils",
    "coreutils-single",
    "crypto-policies-scripts",
    "curl",
    "curl-minimal",
    "findutils",
    "glibc-minimal-langpack",
    "gnupg2",
    "gzip",
    "hostname",
    "langpacks-en",
    "less",
    "libcurl-minimal",
    "rootfiles",
    "rpm",
    "sed",
    "shadow-utils",
    "tar",
    "util-linux-core",
    "vim-minimal",
    "xz",
)
"""Of the official images of Fedora, AlmaLinux and Rocky Linux (their kickstart files)."""
_MANAGERS = {
    "microdnf": ("microdnf",),
    "dnf": ("dnf", "yum", "python3"),
    "dnf5": ("dnf5", "dnf5-plugins"),
    "yum": ("dnf", "yum", "python3"),
}


class _Walk:
    def __init__(self, index: RpmIndex, weak: bool) -> None:
        self.index, self.weak = index, weak
        self.there: set[str] = set()
        self._satisfied: set[str] = set()

    def add(self, name: str) -> tuple[RpmPackage, ...]:
        """The package or capability and what it needs, as far as it was not there."""
        came: list[RpmPackage] = []
        pending = [name]
        while pending and len(self.there) < MAX_PACKAGES:
            package = self._choose(pending.pop())
            if package is None:
                continue
            self.there.add(package.name)
            came.append(package)
            pending += reversed((*package.requires, *(package.recommends if self.weak else ())))
        return tuple(came)

    def _choose(self, word: str) -> RpmPackage | None:
        """What comes for a word; None where it is satisfied, or nothing provides it."""
        if word in self.there or word in self._satisfied:
            return None
        self._satisfied.add(word)
        package = self.index.get(word)
        if package is not None:
            return package
        providers = self.index.providers(word)
        if not providers or not self.there.isdisjoint(providers):
            return None
        # The shortest is the plain one: `java-21-openjdk-headless` before its `-fastdebug`.
        return self.index.get(min(providers, key=lambda name: (len(name), name)))


def brought(
    names: Iterable[str], index: RpmIndex, tool: str, *, weak: bool, present: frozenset[str]
) -> tuple[sizes.Brought, ...]:
    """As `_rpm_sizes.brought`: a name that the index has not is estimated."""
    walk = _Walk(index, False)
    for name in (*_BASE, *_MANAGERS.get(tool, ()), *sorted(present)):
        walk.add(name)
    walk.weak = weak
    found: list[sizes.Brought] = []
    for name in dict.fromkeys(names):
        if name in present or sizes.plain(name) in present:
            continue
        word = next((word for word in (name, sizes.plain(name)) if _has(index, word)), None)
        if word is None:
            found += sizes.brought((name,), weak=weak, present=present)
        elif came := walk.add(word):
            likely = sum(package.installed_size for package in came)
            size = Size(int(likely * _BOUNDS[0]), likely, int(likely * _BOUNDS[1]) + 1)
            found.append(sizes.Brought(sizes.plain(name), size, True, len(came)))
    return tuple(found)


def _has(index: RpmIndex, word: str) -> bool:
    return index.get(word) is not None or bool(index.providers(word))
