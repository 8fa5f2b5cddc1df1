"""What a package manager has installed: a value that every operation replaces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from layerlint._dataclass import dataclass, replace
from layerlint.catalog.index_files import index_for
from layerlint.catalog.model import BaseImage
from layerlint.catalog.rpm import index_name
from layerlint.domain.size import ZERO, Size
from layerlint.execution.packages.nearness import EXACT, Nearness, assumed, nearness


@dataclass(frozen=True, slots=True)
class Installed:
    """One installed package."""

    name: str
    version: str
    automatic: bool = False
    """Installed as a dependency only."""
    bytes: Size = ZERO
    """Of its own files as they were placed; nothing for a package of the base image."""
    paths: tuple[str, ...] | None = None
    """Where its files were placed; None for a package of the base image, whose files carry a label."""
    depends: tuple[str, ...] | None = None
    """What it needs, where that is not in the index: of a virtual package, of one of unknown contents."""


@dataclass(frozen=True, slots=True)
class PackageDatabase:
    """The packages of an image, by the name of the index that they come from.

    The sizes of the files that record them are not here: the file system has those.
    """

    manager: str
    index: str | None
    """``bookworm``; None where no index is known."""
    installed: Mapping[str, Installed]
    """Never changed once the database is made."""
    path_filters: tuple[tuple[bool, str], ...] = ()
    """dpkg's path filters of the base in their order: whether it includes, and the pattern."""
    known: bool = True
    """False: it is that of the image that is most likely meant."""
    exact: bool = True
    """False: the base is of another release than the index, or not known: names and sizes are near ones."""
    nearness: Nearness = EXACT
    release: str | None = None
    """Of the base, where it is known: ``bookworm``, ``3.20``."""

    @staticmethod
    def from_base(base: BaseImage) -> PackageDatabase | None:
        """Of a base image; None if it has no package manager."""
        if base.manager is None:
            return None
        installed = {p.name: Installed(p.name, p.version, p.automatic) for p in base.packages.values()}
        filters = [(False, pattern) for pattern in base.path_excludes]
        filters += [(True, pattern) for pattern in base.path_includes]
        if base.manager not in ("apk", "apt"):
            index, near = index_name(base.distribution, base.release), EXACT
        elif base.assumed is not None:
            index, near = base.index, assumed(base.release)
        else:
            index = index_for(base.distribution, base.release, base.index)
            # An index of the user's own is of the release itself.
            near = nearness(base.release, exact=base.index_exact or index != base.index)
        return PackageDatabase(
            base.manager,
            index,
            installed,
            tuple(filters),
            exact=base.index_exact,
            nearness=near,
            release=base.release,
        )

    def with_packages(self, packages: Iterable[Installed]) -> PackageDatabase:
        return replace(self, installed={**self.installed, **{p.name: p for p in packages}})

    def without_packages(self, names: Iterable[str]) -> PackageDatabase:
        gone = frozenset(names)
        return replace(self, installed={n: p for n, p in self.installed.items() if n not in gone})

    def marked(self, names: Iterable[str], *, automatic: bool) -> PackageDatabase:
        """The mark of those of the names that are installed, set."""
        return self.with_packages(
            replace(self.installed[name], automatic=automatic) for name in names if name in self.installed
        )

    def manual(self) -> tuple[str, ...]:
        """Names of what is not there for others only, sorted as ``apt-mark showmanual`` does."""
        return tuple(sorted(name for name, package in self.installed.items() if not package.automatic))

    def join(self, other: PackageDatabase) -> PackageDatabase:
        """Where two paths meet: what this one, the likely one, has installed."""
        return self
