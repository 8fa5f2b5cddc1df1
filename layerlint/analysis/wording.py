"""Lists of paths, names and lines as the words of a message."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from typing import Final

_CONTINUED: Final = re.compile(r"[\\`][ \t]*\r?\n(?:[ \t]*#[^\n]*\n)*")


def enumerate_names(names: Sequence[str], limit: int = 3) -> str:
    """``a``, ``a and b``, ``a, b and 5 more``: at most ``limit`` of them by name."""
    if len(names) > limit:
        return f"{', '.join(names[: limit - 1])} and {len(names) - limit + 1} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def name_paths(paths: Iterable[str]) -> str:
    """The first two paths, and how many more; a summary of many files is named by its folder."""
    return enumerate_names(list(dict.fromkeys(_without_summary(path) for path in paths)))


def name_lines(lines: Iterable[int]) -> str:
    """``line 7``, ``lines 7 and 8``, ``lines 2, 3 and 4``"""
    numbers = [str(line) for line in sorted(set(lines))]
    return f"line{'s' if len(numbers) > 1 else ''} {enumerate_names(numbers, 4)}"


def in_one_line(text: str) -> str:
    """A piece of a Dockerfile with its continued lines joined."""
    return " ".join(_CONTINUED.sub(" ", text).split())


def _without_summary(path: str) -> str:
    folder, name = posixpath.split(path)
    return folder if name.startswith("<") else path
