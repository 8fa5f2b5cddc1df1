"""What stands in for a package that the index has not: another release calls it by another name.

``libpng12-dev`` is ``libpng-dev`` today, ``php7.0-cli`` is ``php8.2-cli``, ``python-dev`` is ``python3-dev``.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Protocol, TypeVar

from layerlint.domain.size import Size
from layerlint.execution.packages.resolver import Index

UNKNOWN_PACKAGE = Size(20_000, 8_000_000, None)
"""Bytes of a package of which nothing is known but that somebody asks for it, with what it needs.  Install
steps come to 109 MB at the median (1,240 of 2020), and name about a dozen packages."""

MAX_PATTERN = 128
"""Characters of a pattern of names that is looked up."""

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_RENAMED = (
    (re.compile(r"\Apython2?(?:\.[0-9]+)?-"), "python3-"),
    (re.compile(r"\Apython2?(?:\.[0-9]+)?\Z"), "python3"),
    (re.compile(r"\Attf-"), "fonts-"),
    (re.compile(r"\Ampich2\b"), "mpich"),
    (re.compile(r"\Amysql-"), "mariadb-"),
    (re.compile(r"\Amysql-"), "default-mysql-"),
    (re.compile(r"\A(?=lib)"), "default-"),
    (re.compile(r"\Alibgl1-mesa-\Z"), "libgl1-mesa-dri"),
    (re.compile(r"\Apy2?-"), "py3-"),
    (re.compile(r"\Anodejs-npm\Z"), "npm"),
    (re.compile(r"\Alibressl"), "openssl"),
)
"""What is called otherwise since."""


_PYTHON_2 = re.compile(r"python(?:2(?:\.[0-9])?)?(?:-|\Z)")

P_co = TypeVar("P_co", covariant=True)


class Names(Protocol[P_co]):
    """An index of any package manager."""

    def get(self, name: str) -> P_co | None: ...

    def names(self) -> tuple[str, ...]: ...


def nearest(name: str, index: Names[P_co]) -> P_co | None:
    """The package of the index that the name most likely means; None if none is like it."""
    for other in _candidates(name, index.names):
        package = index.get(other)
        if package is not None:
            return package
    return None


def interpreter(name: str, index: Names[P_co]) -> P_co | None:
    """What comes with a package for Python 2 where Python 3 is there already; None of any other package."""
    return index.get("python2") if _PYTHON_2.match(name) else None


def _candidates(name: str, names: Callable[[], tuple[str, ...]]) -> Iterator[str]:
    for pattern, replacement in ((re.compile(r"\A"), ""), *_RENAMED):
        other = pattern.sub(replacement, name, count=1)
        if other == name and replacement:
            continue
        if other != name:
            yield other
        stem = _stem(other)
        # The last is of the latest version: a release has one or two of a kind.
        yield from reversed(_of_stem(stem, names))
        if "#" in stem:
            bare = re.sub(r"-?#", "", stem)
            yield bare
            yield from reversed(_of_stem(bare, names))


def _stem(name: str) -> str:
    return _NUMBER.sub("#", name[:MAX_PATTERN])


@lru_cache(maxsize=1024)
def _of_stem(stem: str, names: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    """The names of an index that differ from one another in numbers alone; they are sorted."""
    start = stem.partition("#")[0]
    known = _read(names)
    low, high = bisect_left(known, start), bisect_left(known, f"{start}\U0010ffff")
    return tuple(name for name in known[low:high] if _stem(name) == stem)


@lru_cache(maxsize=32)
def _read(names: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    """To read them takes a tenth of a second."""
    return names()


def matching(pattern: str, index: Index) -> tuple[str, ...] | None:
    """The names that a pattern of apt means: a glob, else a regular expression found anywhere in them.

    None for an expression with more in it than ``.``, ``.*``, ``^``, ``$`` and plain characters.
    """
    if len(pattern) > MAX_PATTERN:
        return None
    plain = re.compile(r"[a-z0-9+_-]|\\?\.")
    expression, position = "", 0
    while position < len(pattern):
        if pattern.startswith(".*", position):
            expression, position = f"{expression}.*?", position + 2
        elif pattern[position] in "^$":
            expression, position = expression + pattern[position], position + 1
        elif (found := plain.match(pattern, position)) is not None:
            expression, position = expression + found[0].replace("+", r"\+"), found.end()
        elif pattern[position] in "*?":
            glob = re.escape(pattern).replace(r"\*", ".*?").replace(r"\?", ".")
            if glob.count(".*?") > _MAX_STARS or "[" in pattern:
                return None
            return tuple(filter(re.compile(glob).fullmatch, index.names()))
        else:
            return None
    if expression.count(".*?") > _MAX_STARS:
        return None
    return tuple(filter(re.compile(expression).search, index.names()))


_MAX_STARS = 3
"""With more, a search of 60,000 names could take seconds."""
