"""Patterns that are compiled when they are first used: a run uses few of those that the modules have.

To compile one takes up to a millisecond, and there are some two hundred.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from re import compile as pattern
else:
    import re as _re

    class pattern:  # noqa: N801
        """As `re.compile`; what it has is that of the compiled pattern."""

        def __init__(self, text, flags=0):
            self._given = text, flags

        def __getattr__(self, name):
            # Only what is not there yet is asked for here.
            compiled = _re.compile(*self._given)
            self.__dict__.update({each: getattr(compiled, each) for each in _KEPT})
            return getattr(compiled, name)

    _KEPT = ("findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn")


__all__ = ["pattern"]
