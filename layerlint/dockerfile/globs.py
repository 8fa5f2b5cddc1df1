"""Globs over paths: Go's ``filepath.Match`` (sources of COPY and ADD) and moby's ``patternmatcher``.

In both ``*`` and ``?`` stop at ``/``, ``[a-z]`` and ``[^a-z]`` do not, ``\\`` escapes.  ``**`` is known
to ``patternmatcher`` only: ``(.*/)?`` inside a pattern, ``.*`` at its end.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from functools import lru_cache
from typing import TypeAlias

from layerlint._dataclass import dataclass
from layerlint.dockerfile.subject import Subject

MAX_PATH = 4096
"""Characters of a path that is matched (Linux's ``PATH_MAX``); a longer one matches nothing."""

MAX_BACKTRACKING = 2
"""Wildcards up to which a regular expression is used; with more a pattern is matched by sets of
positions.  With three, a path as long as `MAX_PATH` takes most of a minute (a name written in a RUN
has no bound of 255 bytes)."""


class Wild(Enum):
    CHARACTER = "?"
    STRING = "*"
    DIRECTORIES = "**/"
    REST = "**"


@dataclass(frozen=True, slots=True)
class CharacterClass:
    """``[…]``: ranges of characters, ends included."""

    negated: bool
    ranges: tuple[tuple[str, str], ...]

    def holds(self, char: str) -> bool:
        return any(low <= char <= high for low, high in self.ranges) != self.negated

    def regex(self) -> str:
        body = "".join(f"{re.escape(low)}-{re.escape(high)}" for low, high in self.ranges if low <= high)
        if not body:
            return "(?s:.)" if self.negated else "(?!)"
        return f"[{'^' * self.negated}{body}]"


Item: TypeAlias = str | CharacterClass | Wild
Items: TypeAlias = tuple[Item, ...]

BAD_PATTERN = "syntax error in pattern"
"""``filepath.ErrBadPattern``: an open bracket, an empty or open range, a ``\\`` at the end."""


def parse_glob(pattern: str, *, double_star: bool) -> Items | None:
    """The items of a pattern; None where its syntax is bad.

    With ``double_star`` as ``patternmatcher`` reads it, which takes no range that runs backwards
    (``[z-a]``), while in ``filepath.Match`` such a range is empty.
    """
    items: list[Item] = []
    position, size = 0, len(pattern)
    while position < size:
        char = pattern[position]
        position += 1
        if char == "*":
            star, position = _star(pattern, position, double_star)
            items.append(star)
        elif char == "?":
            items.append(Wild.CHARACTER)
        elif char == "[":
            found = _character_class(pattern, position)
            if found is None:
                return None
            character_class, position = found
            if double_star and any(low > high for low, high in character_class.ranges):
                return None
            items.append(character_class)
        elif char == "\\":
            if position == size:
                return None
            items.append(pattern[position])
            position += 1
        else:
            items.append(char)
    return tuple(items)


def _star(pattern: str, position: int, double_star: bool) -> tuple[Wild, int]:
    if not double_star:
        while pattern.startswith("*", position):
            position += 1
        return Wild.STRING, position
    if not pattern.startswith("*", position):
        return Wild.STRING, position
    position += 1
    position += pattern.startswith("/", position)
    return Wild.REST if position == len(pattern) else Wild.DIRECTORIES, position


def _character_class(pattern: str, position: int) -> tuple[CharacterClass, int] | None:
    negated = pattern.startswith("^", position)
    position += negated
    ranges: list[tuple[str, str]] = []
    while not (ranges and pattern.startswith("]", position)):
        low = _class_character(pattern, position)
        if low is None:
            return None
        first, position = low
        last = first
        if pattern.startswith("-", position):
            high = _class_character(pattern, position + 1)
            if high is None:
                return None
            last, position = high
        ranges.append((first, last))
    return CharacterClass(negated, tuple(ranges)), position + 1


def _class_character(pattern: str, position: int) -> tuple[str, int] | None:
    if pattern.startswith(("-", "]"), position):
        return None
    position += pattern.startswith("\\", position)
    # Something has to follow, at least the closing bracket.
    return (pattern[position], position + 1) if position + 1 < len(pattern) else None


def compile_glob(items: Items, *, parents: bool) -> Callable[[str], bool]:
    """Whether a whole path matches; with ``parents``, whether it or a directory above it does."""
    wild = sum(isinstance(item, Wild) and item is not Wild.CHARACTER for item in items)
    if wild > MAX_BACKTRACKING:
        return lambda path: len(path) <= MAX_PATH and _by_positions(items, path, parents)
    tail = r"(?:/.*)?\Z" if parents else r"\Z"
    regex = re.compile("".join(map(_regex, items)) + tail, re.DOTALL)
    return lambda path: len(path) <= MAX_PATH and regex.match(path) is not None


def _regex(item: Item) -> str:
    match item:
        case Wild.CHARACTER:
            return "[^/]"
        case Wild.STRING:
            return "[^/]*"
        case Wild.DIRECTORIES:
            return r"(?:[^\n]*/)?"
        case Wild.REST:
            return r"[^\n]*"
        case CharacterClass():
            return item.regex()
        case _:
            return re.escape(item)


def _by_positions(items: Items, path: str, parents: bool) -> bool:
    subject = Subject(path)
    reached = 1
    for item in items:
        if not reached:
            return False
        match item:
            case Wild.CHARACTER:
                reached = (reached & subject.other_than("/")) << 1
            case Wild.STRING:
                reached = subject.spread(reached, subject.other_than("/"))
            case Wild.DIRECTORIES:
                spread = subject.spread(reached, subject.other_than("\n"))
                reached |= (spread & subject.holding("/")) << 1
            case Wild.REST:
                reached = subject.spread(reached, subject.other_than("\n"))
            case CharacterClass():
                reached = (reached & subject.where(item.holds)) << 1
            case _:
                reached = (reached & subject.holding(item)) << 1
    ends = 1 << subject.size
    return bool(reached & (ends | subject.holding("/") if parents else ends))


def match_source(pattern: str, path: str) -> bool | None:
    """Whether a path matches a source of COPY or ADD (``filepath.Match``); None for bad syntax."""
    test = _source_test(pattern)
    return None if test is None else test(path)


@lru_cache(maxsize=256)
def _source_test(pattern: str) -> Callable[[str], bool] | None:
    items = parse_glob(pattern, double_star=False)
    return None if items is None else compile_glob(items, parents=False)
