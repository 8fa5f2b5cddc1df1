"""What an install brings, in the simplest terms: the first alternative that exists, no conflicts."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from layerlint.catalog.model import Package, Relation
from layerlint.catalog.packages import PackageIndex


def closure(
    index: PackageIndex, names: Iterable[str], installed: Collection[str] = (), recommends: bool = False
) -> dict[str, Package]:
    found: dict[str, Package] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        package = index.get(name)
        if package is None or name in found or name in installed:
            continue
        found[name] = package
        for group in (*package.depends, *(package.recommends if recommends else ())):
            chosen = _choose(index, group, {*found, *installed})
            if chosen:
                waiting.append(chosen)
    return found


def _choose(index: PackageIndex, group: tuple[Relation, ...], there: Collection[str]) -> str | None:
    options = [real for one in group for real in (one.name, *index.providers(one.name)) if index.get(real)]
    return next((real for real in options if real in there), options[0] if options else None)
