"""Pattern matching notation of POSIX sh (2.13): ``*``, ``?``, ``[…]`` and backslash escapes.

Matched by remembering the last star only, which costs at most the product of the two lengths; no
regular expression is made of a pattern, so that none can hang.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

_CLASSES: Mapping[str, Callable[[str], bool]] = {
    "alnum": str.isalnum,
    "alpha": str.isalpha,
    "blank": lambda char: char in " \t",
    "digit": lambda char: char in "0123456789",
    "lower": str.islower,
    "space": str.isspace,
    "upper": str.isupper,
    "xdigit": lambda char: char in "0123456789abcdefABCDEF",
    "punct": lambda char: char.isascii() and char.isprintable() and not char.isalnum() and char != " ",
}


def matches(pattern: str, text: str, *, pathname: bool = False) -> bool:
    """Whether the whole text matches.

    With ``pathname`` (one path component): a dot in front is matched by a dot only.
    """
    if pathname and text.startswith(".") and not pattern.startswith((".", "\\.")):
        return False
    at = star = mark = -1
    at, position = 0, 0
    while position < len(text):
        if at < len(pattern):
            if pattern[at] == "*":
                star, mark = at, position
                at += 1
                continue
            hit, after = _one(pattern, at, text[position])
            if hit:
                at, position = after, position + 1
                continue
        if star < 0:
            return False
        mark += 1
        at, position = star + 1, mark
    while at < len(pattern) and pattern[at] == "*":
        at += 1
    return at == len(pattern)


def _one(pattern: str, at: int, char: str) -> tuple[bool, int]:
    """Whether the element at ``at`` matches the character, and where the next element begins."""
    element = pattern[at]
    if element == "?":
        return True, at + 1
    if element == "\\" and at + 1 < len(pattern):
        return pattern[at + 1] == char, at + 2
    if element == "[":
        bracket = _bracket(pattern, at, char)
        if bracket is not None:
            return bracket
    return element == char, at + 1


def _bracket(pattern: str, at: int, char: str) -> tuple[bool, int] | None:
    """A bracket expression; None where it is not closed (then ``[`` is a character like others)."""
    position = at + 1
    negated = pattern[position : position + 1] in ("!", "^")
    position += negated
    first, found = position, False
    while position < len(pattern):
        if pattern[position] == "]" and position > first:
            return found is not negated, position + 1
        if pattern.startswith("[:", position):
            end = pattern.find(":]", position + 2)
            test = _CLASSES.get(pattern[position + 2 : end]) if end > 0 else None
            if test is not None:
                found = found or bool(test(char))
                position = end + 2
                continue
        low, position = _member(pattern, position)
        high = low
        if pattern[position : position + 1] == "-" and pattern[position + 1 : position + 2] not in ("", "]"):
            high, position = _member(pattern, position + 1)
        found = found or low <= char <= high
    return None


def _member(pattern: str, position: int) -> tuple[str, int]:
    if pattern[position] == "\\" and position + 1 < len(pattern):
        position += 1
    return pattern[position], position + 1
