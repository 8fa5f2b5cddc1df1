"""Package managers on the abstract file system: what is installed, what a request comes to, its bytes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from layerlint.domain.truth import Truth
from layerlint.effects import (
    CleanCache,
    InstallPackages,
    MarkPackages,
    PackageEffect,
    RemovePackages,
    RemoveUnused,
    UpdateIndex,
    UpgradePackages,
)
from layerlint.execution.packages.applied import Applied
from layerlint.execution.packages.database import Installed, PackageDatabase
from layerlint.filesystem.union import FileSystem

if TYPE_CHECKING:
    from layerlint.execution.packages.apt import Machine

__all__ = ["Applied", "Installed", "PackageDatabase", "apply"]


def apply(
    effect: PackageEffect, filesystem: FileSystem, database: PackageDatabase | None, because: str
) -> Applied:
    """Do a package effect.

    ``database`` is None where the base image, and so what is installed, is not known: then, and without
    an index for it, nothing is done and a problem says so.
    """
    # Imported here: a Dockerfile without packages needs no index.
    from layerlint.catalog.packages import open_index
    from layerlint.execution.packages import apt

    if database is None:
        database = _assumed(effect.manager)
        if database is None:
            return Applied(filesystem, None, Truth.YES, (_NOT_KNOWN,))
    if database.manager != effect.manager:
        problem = f"the base image has {database.manager}, not {effect.manager}"
        return Applied(filesystem, database, Truth.MAYBE, (problem,))
    index = open_index(database.index) if database.index is not None else None
    if index is None:
        problem = f"no package index for {database.index or 'the base image'}"
        return Applied(filesystem, database, Truth.YES, (problem,))
    applied = _apply(effect, apt.Machine(filesystem, database, index, because))
    return applied if database.known else replace(applied, problems=(_NOT_KNOWN, *applied.problems))


_LIKELY = {"apt": "debian:bookworm-slim"}
"""The base image that is taken for one of which nothing is known."""
_NOT_KNOWN = "the packages of the base image are not known"


def _assumed(manager: str) -> PackageDatabase | None:
    """What an image most likely has of which only the package manager is known, by the command that is run."""
    from layerlint.catalog.bases import find

    base = find(_LIKELY[manager]) if manager in _LIKELY else None
    database = None if base is None else PackageDatabase.from_base(base)
    return None if database is None else replace(database, exact=False, known=False)


def _apply(effect: PackageEffect, machine: Machine) -> Applied:
    from layerlint.execution.packages import apt

    match effect:
        case UpdateIndex():
            return apt.update(machine)
        case InstallPackages():
            return _with_unseen(apt.install(machine, effect))
        case RemovePackages():
            return apt.remove(machine, effect)
        case RemoveUnused():
            return apt.remove_unused(machine, effect)
        case UpgradePackages():
            return _with_unseen(apt.upgrade(machine, effect))
        case CleanCache():
            return apt.clean(machine)
        case MarkPackages():
            return apt.mark(machine, effect)
        case never:
            assert_never(never)


def _with_unseen(applied: Applied) -> Applied:
    """Packages bring small files and directories that are not forecast one by one."""
    if not applied.installed:
        return applied
    return replace(applied, filesystem=applied.filesystem.having_packages())
