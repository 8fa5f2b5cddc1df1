"""Package indexes as snapshots, bundled or of the user's cache: look up a package without loading an index."""

from __future__ import annotations

import json
from functools import cache

from layerlint._dataclass import replace
from layerlint.catalog.blocks import BlockFile
from layerlint.catalog.estimate import Estimator
from layerlint.catalog.index_files import DATA, kind, newest
from layerlint.catalog.model import Footprint, IndexFile, Package
from layerlint.catalog.records import decode_footprint, decode_package

__all__ = ["DATA", "NAMES", "PackageIndex", "open_index"]

NAMES = ("bookworm", "bullseye", "trixie")


class PackageIndex:
    """The candidates of one release of Debian or Ubuntu (with its updates and security; amd64) at a date."""

    def __init__(self, name: str, file: BlockFile) -> None:
        self.name = name
        self.date: str = file.meta["date"]
        """``YYYY-MM-DD``"""
        self.source: str = file.meta["source"]
        self.file = file
        self._estimator = Estimator.load(file.meta["estimator"])
        self._packages: dict[str, Package | None] = {}
        self._providers: dict[str, tuple[str, ...]] = {}
        self._names: tuple[str, ...] | None = None

    def get(self, name: str) -> Package | None:
        """The candidate version of a real package."""
        if name not in self._packages:
            self._packages[name] = self._read(name)
        return self._packages[name]

    def providers(self, name: str) -> tuple[str, ...]:
        """Real packages that provide the name, in the order in which the lists mention them.

        A package does not provide its own name.  Among equals apt takes the last.
        """
        if name not in self._providers:
            line = self.file.line("provider", name)
            self._providers[name] = tuple(line.split("\t")[1].split(" ")) if line else ()
        return self._providers[name]

    def estimate(self, name: str) -> Footprint | None:
        """The footprint that would be given if the package had not been measured: for tests of estimates."""
        line = self.file.line("package", name)
        return None if line is None else self._estimator.footprint(decode_package(line))

    def files(self) -> tuple[IndexFile, ...]:
        """What an index update writes to ``/var/lib/apt/lists`` with the sources of the official images."""
        return tuple(IndexFile(path, size) for path, size in json.loads(self.file.meta["files"]))

    def names(self) -> tuple[str, ...]:
        """Of every real package, sorted.  Reads the whole index, once: for patterns and tests."""
        if self._names is None:
            self._names = tuple(line.partition("\t")[0] for line in self.file.lines("package"))
        return self._names

    def measured(self) -> tuple[str, ...]:
        """Of the packages whose footprint was measured, sorted."""
        return tuple(line.partition("\t")[0] for line in self.file.lines("footprint"))

    def _read(self, name: str) -> Package | None:
        line = self.file.line("package", name)
        if line is None:
            return None
        record = decode_package(line)
        footprint = self.file.line("footprint", name)
        return Package(
            name=record.name,
            version=record.version,
            architecture=record.architecture,
            installed_size=record.installed_kib * 1024,
            download_size=record.download_size,
            depends=record.depends,
            recommends=record.recommends,
            provides=record.provides,
            conflicts=record.conflicts,
            essential=record.essential,
            priority=record.priority,
            footprint=decode_footprint(footprint) if footprint else self._estimator.footprint(record),
        )


@cache
def open_index(name: str) -> PackageIndex | None:
    """The index of a release of Debian or Ubuntu by its code name (``bookworm``); None if there is none.

    That of the user's cache if it is newer than the bundled one.
    """
    file = newest(name)
    return PackageIndex(name, file) if file is not None and kind(name, file) == "apt" else None


_BEFORE_SYSTEMD = frozenset(
    ("lucid", "precise", "quantal", "raring", "saucy", "squeeze", "trusty", "utopic", "wheezy")
)
_BEFORE_ICU = _BEFORE_SYSTEMD | {"jessie"}
_WITH_GNUPG_1 = _BEFORE_ICU | {"vivid", "wily", "xenial"}
_UNNEEDED = (
    (
        _BEFORE_SYSTEMD,
        "",
        ("dbus-user-session", "libnss-systemd", "systemd", "systemd-sysv", "systemd-timesyncd"),
    ),
    (_BEFORE_ICU, "libxml2", ("libicu67",)),
    (_WITH_GNUPG_1, "", ("dirmngr", "gnupg", "gpg-agent")),
)
"""What packages of some releases (empty: all) do not need though those of the stand-in do: System V's init or
upstart starts Debian 7 and Ubuntu 14.10 and before; libxml2 is built with ICU since 2.9.2; GnuPG 1.4, which is in
their images, is all of GnuPG."""


class NearIndex(PackageIndex):
    """The index of another release than the image's: what it has no more, or not yet, others have."""

    def __init__(self, index: PackageIndex, release: str | None = None) -> None:
        super().__init__(index.name, index.file)
        # What was read of it once is known to both.
        self._packages, self._providers = index._packages, index._providers
        self._others = tuple(name for name in NAMES if name != index.name)
        self._unneeded = [(of, frozenset(names)) for releases, of, names in _UNNEEDED if release in releases]
        self._fewer: dict[str, Package] = {}

    def get(self, name: str) -> Package | None:
        """The candidate of this index, else of the first of the others that has the name."""
        found = super().get(name)
        for other in self._others if found is None else ():
            index = open_index(other)
            found = None if index is None else index.get(name)
            if found is not None:
                break
        return self._needing(found) if found is not None and self._unneeded else found

    def _needing(self, package: Package) -> Package:
        """Without what the release's own package does not need."""
        if package.name not in self._fewer:
            out = {name for of, names in self._unneeded if of in ("", package.name) for name in names}
            depends, recommends = (
                tuple(group for group in groups if all(relation.name not in out for relation in group))
                for groups in (package.depends, package.recommends)
            )
            self._fewer[package.name] = replace(package, depends=depends, recommends=recommends)
        return self._fewer[package.name]


@cache
def near_index(name: str, release: str | None = None) -> NearIndex | None:
    """The index of a release, for images of another."""
    index = open_index(name)
    return None if index is None else NearIndex(index, release)
