"""Folders and files as a rule names them: one path, one in any home, or one of that name anywhere.

``/var/cache/apt`` is that folder, ``~/.npm`` lies in ``/root`` or a folder of ``/home``, ``.git/objects``
anywhere.  ``*`` stands for what one component may hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from functools import lru_cache

_HOME = "(?:/root|/home/[^/]*)"
_ANYWHERE = "(?:/[^/]*)*"


class Places:
    """Whether an absolute path is at or under one of the patterns."""

    __slots__ = ("_match", "_patterns", "_required")

    def __init__(self, patterns: tuple[str, ...]) -> None:
        self._patterns = patterns
        self._match: Callable[[str], object] | None = None
        self._required = tuple(frozenset(filter(_is_literal, pattern.split("/"))) for pattern in patterns)

    def __call__(self, path: str) -> bool:
        if self._match is None:
            # Compiled when it is needed: most files have none of the names.
            expression = "|".join(map(_expression, self._patterns))
            self._match = re.compile(f"(?:{expression})(?:/|\\Z)").match if self._patterns else _nothing
        return self._match(path) is not None

    def may_hold(self, names: Set[str]) -> bool:
        """A path that is made of these names may lie there."""
        # A loop, not `any`: it is asked of every layer by many rules, with a few patterns each.
        for required in self._required:  # noqa: SIM110
            if required <= names:
                return True
        return False


def _is_literal(part: str) -> bool:
    return part not in ("", "~") and "*" not in part


def _nothing(path: str) -> None:
    return None


@lru_cache(maxsize=256)
def places(patterns: tuple[str, ...]) -> Places:
    return Places(patterns)


def _expression(pattern: str) -> str:
    prefix = "" if pattern.startswith("/") else _ANYWHERE
    if pattern.startswith("~/"):
        prefix, pattern = _HOME, pattern[1:]
    parts = [part for part in pattern.split("/") if part]
    return prefix + "".join("/" + "[^/]*".join(map(re.escape, part.split("*"))) for part in parts)
