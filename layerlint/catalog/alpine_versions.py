"""The order of Alpine version numbers, and the relations that dependencies put on them.

``digits{.digits}[letter]{_suffix[digits]}[-r digits]`` (apk-tools, ``src/version.c``).
"""

from __future__ import annotations

from typing import TypeAlias

from layerlint._pattern import pattern

Key: TypeAlias = tuple[tuple[int, ...], str, tuple[tuple[int, int], ...], int]

_VERSION = pattern(r"([0-9]+(?:\.[0-9]+)*)([a-z]?)((?:_[a-z]+[0-9]*)*)(?:-r([0-9]+))?")
_SUFFIX = pattern(r"_([a-z]+)([0-9]*)")
_RANKS = {"alpha": -4, "beta": -3, "pre": -2, "rc": -1, "cvs": 1, "svn": 2, "git": 3, "hg": 4, "p": 5}
"""Before and after the version without a suffix."""
_DIGITS = 18
"""Of a number that is read: no real one is longer."""


def version_key(version: str) -> Key:
    """A tuple that sorts as versions do; what is not one sorts first."""
    match = _VERSION.match(version[:256])
    if match is None:
        return (), "", (), 0
    numbers = tuple(int(number[:_DIGITS]) for number in match[1].split("."))
    suffixes = tuple(
        (_RANKS.get(name, 0), int(number[:_DIGITS] or 0)) for name, number in _SUFFIX.findall(match[3])
    )
    return numbers, match[2], (*suffixes, (0, 0)), int((match[4] or "0")[:_DIGITS])


def satisfies(version: str, operator: str, bound: str) -> bool:
    """Whether ``version operator bound`` holds; ``~`` is any version that begins so."""
    if not operator:
        return True
    if "~" in operator:
        return version == bound or version.startswith((f"{bound}.", f"{bound}-", f"{bound}_"))
    one, other = version_key(version), version_key(bound)
    return (
        (one == other and "=" in operator)
        or (one < other and "<" in operator)
        or (one > other and ">" in operator)
    )
