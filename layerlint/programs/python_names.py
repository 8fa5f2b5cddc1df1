"""Which distribution has which module, as far as it is known without asking an index."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from layerlint.catalog.distributions import measured, normalised

_DATA: Final = Path(__file__).parent / "data"
_RETIRED = frozenset(
    ("asynchat", "asyncore", "distutils", "imp", "smtpd", "binhex", "formatter", "parser", "symbol",
     "macpath", "dummy_threading", "tomllib", "annotationlib", "compression", "graphlib", "zoneinfo",
     "_typeshed", "audioop", "cgi", "cgitb", "chunk", "crypt", "imghdr", "mailcap", "msilib", "nis",
     "nntplib", "ossaudiodev", "pipes", "sndhdr", "spwd", "sunau", "telnetlib", "uu", "xdrlib", "lib2to3")
)  # fmt: skip
"""Of the standard library of one Python 3 or another."""
STANDARD: Final = frozenset(sys.stdlib_module_names) | _RETIRED | {"__main__"}


def _lines(name: str) -> list[str]:
    lines = (_DATA / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@cache
def modules() -> Mapping[str, tuple[str, ...]]:
    """Modules of a distribution, where they are not its name with underscores."""
    rows = (line.split() for line in _lines("python-modules.txt"))
    return {normalised(name): tuple(names) for name, *names in rows}


@cache
def libraries() -> frozenset[str]:
    """Distributions that do nothing unless they are imported."""
    return frozenset(_lines("python-libraries.txt"))


@cache
def _owners() -> Mapping[str, tuple[str, ...]]:
    owners: dict[str, list[str]] = defaultdict(list)
    for name, names in modules().items():
        for module in names:
            owners[module].append(name)
    return {module: tuple(sorted(names)) for module, names in owners.items()}


def modules_of(distribution: str) -> tuple[str, ...]:
    return modules().get(distribution) or (distribution.replace("-", "_"),)


def owners_of(module: str) -> tuple[str, ...]:
    """Distributions that have the module or its longest known parent; the name itself where none is listed."""
    parts = module.split(".")
    for length in range(min(len(parts), 8), 0, -1):
        found = _owners().get(".".join(parts[:length]))
        if found:
            return found
    return (normalised(parts[0]),)


def is_listed(module: str) -> bool:
    """Whether the module's distribution is known, rather than taken to have the module's name."""
    parts = module.split(".")
    return any(".".join(parts[:length]) in _owners() for length in range(1, min(len(parts), 8) + 1)) or (
        normalised(parts[0]) in measured()
    )


def closure(distributions: Iterable[tuple[str, tuple[str, ...]]]) -> tuple[frozenset[str], frozenset[str]]:
    """All that the distributions (name, extras) bring, themselves included; and those of which it is not known."""
    waiting = list(distributions)
    found: set[str] = set()
    unknown: set[str] = set()
    seen: set[tuple[str, tuple[str, ...]]] = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        found.add(name)
        known = measured().get(name)
        if known is None:
            unknown.add(name)
            continue
        wanted = list(known.requires)
        listed = dict(known.extras)
        for extra in extras:
            wanted += listed.get(extra, ())
        for each in wanted:
            inner, _, rest = each.partition("[")
            waiting.append((normalised(inner), tuple(sorted(filter(None, rest.rstrip("]").split(","))))))
    return frozenset(found), frozenset(unknown)
