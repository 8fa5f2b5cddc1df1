"""Package managers on the abstract file system: what is installed, what a request comes to, its bytes.

Each manager has a module with a function ``apply``; it opens the index that it needs.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping

from layerlint._dataclass import replace
from layerlint.domain.truth import Truth
from layerlint.effects import PackageEffect
from layerlint.execution.packages.applied import Applied
from layerlint.execution.packages.database import Installed, PackageDatabase
from layerlint.execution.packages.nearness import ASSUMED
from layerlint.filesystem.union import FileSystem

__all__ = ["Applied", "Installed", "PackageDatabase", "apply"]

_MANAGERS = frozenset({"apk", "apt"})
"""Those that have a module of their name here."""
_LIKELY: Mapping[str, str] = {"apk": "alpine:latest", "apt": "debian:bookworm-slim"}
"""The base image that is taken for one of which nothing is known."""
_NOT_KNOWN = "the packages of the base image are not known"


def apply(
    effect: PackageEffect, filesystem: FileSystem, database: PackageDatabase | None, because: str
) -> Applied:
    """Do a package effect.

    ``database`` is None where the base image, and so what is installed, is not known: then, and without
    an index for it, nothing is done and a problem says so.
    """
    if database is None:
        database = _assumed(effect.manager)
        if database is None:
            return Applied(filesystem, None, Truth.YES, (_NOT_KNOWN,))
    if database.manager != effect.manager or effect.manager not in _MANAGERS:
        problem = f"the base image has {database.manager}, not {effect.manager}"
        return Applied(filesystem, database, Truth.MAYBE, (problem,))
    # Imported here: a Dockerfile without packages needs no index.
    module = importlib.import_module(f"{__name__}.{effect.manager}")
    run: Callable[[PackageEffect, FileSystem, PackageDatabase, str], Applied] = module.apply
    applied = run(effect, filesystem, database, because)
    return applied if database.known else replace(applied, problems=(_NOT_KNOWN, *applied.problems))


def _assumed(manager: str) -> PackageDatabase | None:
    """What an image most likely has of which only the package manager is known, by the command that is run."""
    from layerlint.catalog.bases import find

    base = find(_LIKELY[manager]) if manager in _LIKELY else None
    database = None if base is None else PackageDatabase.from_base(base)
    return None if database is None else replace(database, exact=False, known=False, nearness=ASSUMED)
