"""The values of a YAML or TOML file, each with its place: what a reader of it needs to name a fault."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from layerlint._dataclass import dataclass
from layerlint.errors import Problem


@dataclass(frozen=True, slots=True)
class Location:
    """Line and column from 1; line 0 is no place in a file: ``path`` is then an argument, say."""

    path: str
    line: int = 0
    column: int = 0

    def problem(self, message: str) -> Problem:
        return Problem(self.path, self.line, self.column, message)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value by its text, so that ``off``, ``no`` and ``3.10`` stay what was written."""

    text: str
    location: Location
    plain: bool = False
    """Without quotes: it may stand for a number, a truth or nothing."""

    @property
    def is_null(self) -> bool:
        return self.plain and self.text in _NULLS


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple[Value, ...]
    location: Location


@dataclass(frozen=True, slots=True)
class Mapping:
    """Every key once, in the order of the file."""

    entries: tuple[tuple[Scalar, Value], ...]
    location: Location


Value: TypeAlias = "Scalar | Sequence | Mapping"

_NULLS = ("", "~", "null", "Null", "NULL")
"""What stands for nothing in YAML 1.2's core schema (10.3.2)."""


def kind(value: Value) -> str:
    """What a value is, for a message."""
    match value:
        case Scalar():
            return "nothing" if value.is_null else f'"{shortened(value.text)}"'
        case Sequence():
            return "a list"
        case Mapping():
            return "a mapping"


def shortened(text: str) -> str:
    """One line of at most 40 characters."""
    line = " ".join(text[:80].split())
    return line if len(line) <= 40 else line[:39] + "…"


def suggestion(word: str, names: Iterable[str]) -> str:
    """`` (did you mean NAME?)`` with the nearest name, or nothing if none is near."""
    from difflib import get_close_matches  # only for a message of a fault

    folded = {name.lower(): name for name in names}
    near = get_close_matches(word[:80].lower(), folded, n=1, cutoff=0.7)
    return f" (did you mean {folded[near[0]]}?)" if near else ""
