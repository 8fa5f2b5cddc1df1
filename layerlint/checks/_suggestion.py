"""The nearest name, as the end of a message."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from layerlint.dockerfile.suggest import MAX_DISTANCE, did_you_mean

_COMPARED: Final = 2000
"""Comparisons in one file: each costs up to half a millisecond, and names times uses may be millions."""

_LOOKS: Final = 100
"""Names whose length is looked at for the price of one comparison."""


class Suggestions:
    """Those of one run of a check; a file with very many names at fault has some without."""

    def __init__(self) -> None:
        self._left = _COMPARED

    def ending(self, name: str, known: Collection[str]) -> str:
        """``; did you mean NAME?``, or nothing: a value of a message has no blanks at its ends."""
        if self._left <= 0:
            return ""
        self._left -= 1 + len(known) // _LOOKS
        near = [other for other in known if abs(len(other) - len(name)) <= MAX_DISTANCE]
        near = near[: max(0, self._left)]
        self._left -= len(near)
        found = did_you_mean(name, near)
        return f"; {found[2:-1]}" if found else ""
