"""The order of Debian version numbers (deb-version(7)), as a key for ``sorted`` and ``<``."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

from layerlint._pattern import pattern

Part: TypeAlias = tuple[tuple[tuple[int, ...], int], ...]
Key: TypeAlias = tuple[int, Part, Part]

_RUN = pattern(r"([^0-9]*)([0-9]*)")


@lru_cache(maxsize=16384)
def version_key(version: str) -> Key:
    """``[epoch:]upstream[-revision]`` as a tuple; two texts with equal keys are the same version."""
    epoch, colon, rest = version.strip().partition(":")
    if not colon or not (epoch.isascii() and epoch.isdigit()):
        epoch, rest = "0", version.strip()
    upstream, dash, revision = rest.rpartition("-")
    if not dash:
        upstream, revision = rest, ""
    return int(epoch[:9]), _part(upstream), _part(revision)


def _part(text: str) -> Part:
    """What is absent equals ``0``: 1.0 and 1.0-0 are the same version."""
    runs = [
        (_letters(word), int(digits[:18] or 0))
        for word, digits in _RUN.findall(text or "0")
        if word or digits
    ]
    return (*runs, (_letters(""), 0))


def _letters(text: str) -> tuple[int, ...]:
    """A tilde sorts before the end, the end before letters, letters before everything else."""
    return (*(-1 if c == "~" else ord(c) if c.isalpha() else ord(c) + 0x110000 for c in text), 0)


def satisfies(version: str, operator: str, bound: str) -> bool:
    """Whether ``version operator bound`` holds, for the five operators of a control field (and none)."""
    if not operator:
        return True
    one, other = version_key(version), version_key(bound)
    match operator:
        case "<<":
            return one < other
        case "<=":
            return one <= other
        case "=":
            return one == other
        case ">=":
            return one >= other
        case ">>":
            return one > other
        case _:
            return False
