"""Folders and files as a rule names them: one path, one in any home, or one of that name anywhere.

``/var/cache/apt`` is that folder, ``~/.npm`` lies in ``/root`` or a folder of ``/home``, ``.git/objects``
anywhere.  ``*`` stands for what one component may hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

_HOME = "(?:/root|/home/[^/]*)"
_ANYWHERE = "(?:/[^/]*)*"


@lru_cache(maxsize=256)
def places(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether an absolute path is at or under one of them."""
    if not patterns:
        return lambda path: False
    found = re.compile(f"(?:{'|'.join(map(_expression, patterns))})(?:/|\\Z)").match
    return lambda path: found(path) is not None


def _expression(pattern: str) -> str:
    prefix = "" if pattern.startswith("/") else _ANYWHERE
    if pattern.startswith("~/"):
        prefix, pattern = _HOME, pattern[1:]
    parts = [part for part in pattern.split("/") if part]
    return prefix + "".join("/" + "[^/]*".join(map(re.escape, part.split("*"))) for part in parts)
