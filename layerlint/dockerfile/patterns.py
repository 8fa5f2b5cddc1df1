"""Shell patterns of ``${name#pattern}`` and its kin: ``*``, ``?`` and ``\\``, no brackets.

BuildKit turns them into regular expressions (``convertShellPatternToRegex``); here they are matched
by sets of positions, so that no pattern is slow.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import TypeAlias

from layerlint.dockerfile.subject import Subject, each, highest, lowest
from layerlint.domain.text import UNKNOWN, Text

MAX_WORK = 1 << 28
"""Bits that one substitution may touch; past it the result is unknown (a 64 KiB value under a
pattern of 4096 characters is within it)."""

MAX_RESULT = 1 << 17
"""Characters that replacements may come to: Linux takes no longer variable (``MAX_ARG_STRLEN``)."""


class Wildcard(Enum):
    ANY_STRING = "*"
    ANY_CHARACTER = "?"


Pattern: TypeAlias = "tuple[str | Wildcard, ...]"
"""Characters and wildcards, in order; a wildcard matches no newline (Go's ``.``)."""


def compile_pattern(text: str) -> Pattern | str:
    """The pattern of a text, or what is wrong with it (an escape of a plain character)."""
    found: list[str | Wildcard] = []
    characters = iter(text)
    for char in characters:
        if char == "*":
            found.append(Wildcard.ANY_STRING)
        elif char == "?":
            found.append(Wildcard.ANY_CHARACTER)
        elif char == "\\":
            escaped = next(characters, "\ufffd")
            if escaped not in "*?\\}/":
                return f"invalid escape '\\{escaped}'"
            found.append(escaped)
        else:
            found.append(char)
    return tuple(found)


def remove_prefix(pattern: Pattern, value: str, *, longest: bool) -> Text:
    """``${name#pattern}`` (shortest) and ``${name##pattern}``."""
    if _too_much(pattern, value):
        return UNKNOWN
    ends = _reach(Subject(value), pattern, 1)
    if not ends:
        return value
    return value[highest(ends) if longest else lowest(ends) :]


def remove_suffix(pattern: Pattern, value: str, *, longest: bool) -> Text:
    """``${name%pattern}`` (shortest) and ``${name%%pattern}``."""
    kept = remove_prefix(pattern[::-1], value[::-1], longest=longest)
    return kept[::-1] if isinstance(kept, str) else kept


def replace(pattern: Pattern, value: str, replacement: str, *, every: bool) -> Text:
    """``${name/pattern/replacement}`` (the first match) and ``${name//pattern/replacement}``.

    Matches are leftmost and longest; ``every`` follows Go's ``Regexp.ReplaceAllString``, so an
    empty match counts unless it touches the match before it, and ``$`` in the replacement is a
    template.
    """
    if _too_much(pattern, value):
        return UNKNOWN
    parts: list[str] = []
    copied = 0
    budget = MAX_WORK
    room = MAX_RESULT
    for start, end in _matches(pattern, value):
        if not every:
            return value[:start] + replacement + value[end:]
        parts.append(value[copied:start])
        if end > copied or start == 0:
            # As if each ``$`` stood for the match: an upper bound, known before anything is put together.
            room -= len(replacement) + replacement.count("$") * (end - start)
            if room < 0:
                return UNKNOWN
            parts.append(_template(replacement, value[start:end]))
        copied = end
        budget -= (len(pattern) + 1) * len(value)
        if budget < 0:
            return UNKNOWN
    return "".join(parts) + value[copied:]


def _too_much(pattern: Pattern, value: str) -> bool:
    return len(pattern) * len(value) > MAX_WORK


def _matches(pattern: Pattern, value: str) -> Iterator[tuple[int, int]]:
    size = len(value)
    # Where a match can begin: the reversed pattern, from every end, on the reversed value.
    backwards = _reach(Subject(value[::-1]), pattern[::-1], (1 << (size + 1)) - 1)
    starts = sorted(size - position for position in each(backwards))
    subject = Subject(value)
    position = 0
    for start in starts:
        if start < position:
            continue
        end = highest(_reach(subject, pattern, 1 << start))
        yield start, end
        position = max(end, start + 1)


def _reach(subject: Subject, pattern: Pattern, positions: int) -> int:
    """The positions behind a match of the pattern that begins at one of ``positions``."""
    for item in pattern:
        if not positions:
            break
        if item is Wildcard.ANY_STRING:
            positions = subject.spread(positions, subject.other_than("\n"))
        elif item is Wildcard.ANY_CHARACTER:
            positions = (positions & subject.other_than("\n")) << 1
        else:
            positions = (positions & subject.holding(item)) << 1
    return positions


def _template(replacement: str, match: str) -> str:
    """Go's ``Regexp.Expand``: ``$0`` is the match, every other ``$name`` nothing, ``$$`` a dollar."""
    if "$" not in replacement:
        return replacement
    parts = replacement.split("$")
    out = [parts[0]]
    index = 1
    while index < len(parts):
        part = parts[index]
        if not part and index + 1 < len(parts):
            out += ["$", parts[index + 1]]
            index += 2
            continue
        name, rest = _reference(part)
        out.append(f"${part}" if name is None else (match if name == "0" else "") + rest)
        index += 1
    return "".join(out)


def _reference(text: str) -> tuple[str | None, str]:
    """The name behind a ``$`` and the text behind the name; None where it is no reference."""
    braced = text.startswith("{")
    body = text[braced:]
    size = next((i for i, char in enumerate(body) if not (char == "_" or char.isalnum())), len(body))
    if not size or (braced and body[size : size + 1] != "}"):
        return None, text
    return body[:size], body[size + braced :]
