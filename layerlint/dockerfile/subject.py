"""A text under a pattern, as sets of positions: one integer with a bit a position.

A step of a pattern (a character, a wildcard) maps a set of positions to the set behind it, so that a
match costs ``len(pattern) * len(text) / 64`` word operations, whatever the pattern is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator


class Subject:
    """Masks of the positions at which a text holds certain characters."""

    __slots__ = ("_masks", "size", "text")

    def __init__(self, text: str) -> None:
        self.text: str = text
        self.size: int = len(text)
        self._masks: dict[str, int] = {}

    def where(self, holds: Callable[[str], bool]) -> int:
        """The positions of the characters for which a condition holds."""
        digits = "".join("1" if holds(char) else "0" for char in reversed(self.text))
        return int(digits or "0", 2)

    def holding(self, char: str) -> int:
        """The positions of one character."""
        if char not in self._masks:
            self._masks[char] = self.where(char.__eq__)
        return self._masks[char]

    def other_than(self, char: str) -> int:
        """The positions of every other character."""
        return ((1 << self.size) - 1) & ~self.holding(char)

    def spread(self, positions: int, over: int) -> int:
        """The positions, and all that are reached from them over characters of a mask."""
        step = 1
        while step <= self.size and over:
            positions |= (positions & over) << step
            over &= over >> step
            step *= 2
        return positions


def lowest(positions: int) -> int:
    return (positions & -positions).bit_length() - 1


def highest(positions: int) -> int:
    return positions.bit_length() - 1


def each(positions: int) -> Iterator[int]:
    """The positions of a set, in order."""
    for position, digit in enumerate(reversed(f"{positions:b}")):
        if digit == "1":
            yield position
