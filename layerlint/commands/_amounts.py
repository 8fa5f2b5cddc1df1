"""Numbers with a unit, as the GNU tools take them."""

from __future__ import annotations

import re

_AMOUNT = re.compile(r"(\d{1,20})([cwb]|(?:([kKMGTPEZY])(B|iB)?))?", re.ASCII)
_POWERS = {letter: power for power, letter in enumerate("KMGTPEZY", start=1)}
_LETTERS = {"c": 1, "w": 2, "b": 512}


def amount(text: str) -> int | None:
    """``10``, ``4K`` and ``4KiB`` (1024), ``4kB`` (1000), ``2b`` (512); None for anything else.

    coreutils manual, "Block size"; ``c`` and ``w`` are of dd.
    """
    match = _AMOUNT.fullmatch(text)
    if match is None:
        return None
    number, unit = int(match[1]), match[2]
    if not unit:
        return number
    if unit in _LETTERS:
        return number * _LETTERS[unit]
    base: int = 1000 if match[4] == "B" else 1024
    power: int = _POWERS[match[3].upper()]
    factor: int = base**power
    return number * factor


def product(text: str) -> int | None:
    """dd's ``2x1M``: amounts multiplied."""
    result = 1
    for part in text.split("x", 16):
        factor = amount(part)
        if factor is None:
            return None
        result *= factor
    return result
