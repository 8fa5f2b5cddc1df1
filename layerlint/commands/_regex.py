"""POSIX regular expressions as Python's, where both match the same and in bounded time."""

from __future__ import annotations

import re

from layerlint._dataclass import dataclass

MAX_LENGTH = 1000
"""Characters of an expression that is translated."""
BUDGET = 20_000_000
"""Steps that a search may take: a line's length to the power of its unbounded repetitions, and one more."""

_CLASSES = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "blank": " \\t", "cntrl": "\\x00-\\x1f\\x7f", "digit": "0-9",
    "graph": "!-~", "lower": "a-z", "print": " -~", "punct": "!-/:-@\\[-`{-~", "space": " \\t-\\r",
    "upper": "A-Z", "xdigit": "0-9A-Fa-f",
}  # fmt: skip
"""In the C locale, for inside the brackets: a build has no other."""
_SWAPPED = "(){}+?|"
"""Special with a backslash in a basic expression, without one in an extended one."""
_CLASS = re.compile(r"\[:([a-z]+):\]")
_INTERVAL = re.compile(r"(\d{1,3})(,(\d{0,3}))?")
_ESCAPES = {"n": "\\n", "t": "\\t", "w": "[0-9A-Za-z_]", "W": "[^0-9A-Za-z_]", "s": "[ \\t-\\r]", "S": "[^ \\t-\\r]",
            "b": "\\b"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Regex:
    """A translated expression; its text is matched byte by byte (Latin-1)."""

    pattern: re.Pattern[str]
    repetitions: int
    """Unbounded ones."""
    choices: int
    """Ways through the bounded ones."""

    def fits(self, line: str) -> bool:
        """A search in the line stays within `BUDGET`."""
        steps: int = self.choices * (len(line) + 1) ** (self.repetitions + 1)
        return steps <= BUDGET


def translate(text: str, *, extended: bool, ignore_case: bool = False) -> Regex | None:
    """The expression in Python's syntax; None for what is not the same there, or may take long.

    Left out: alternatives (POSIX takes the longest, Python the first), back references, repeated groups.
    """
    if len(text) > MAX_LENGTH:
        return None
    parts: list[str] = []
    opened = repetitions = position = 0
    choices = 1
    repeatable = False
    while position < len(text):
        token = text[position]
        position += 1
        if token == "\\":
            if position == len(text):
                return None
            following = text[position]
            token = following if extended and following in _SWAPPED else "\\" + following
            position += 1
        elif extended and token in _SWAPPED:
            token = "\\" + token
        elif not extended and token == "*" and not repeatable:
            if parts and parts[-1] not in ("(", "^"):
                return None  # a star of a repetition: not followed
            token = "\\*"
        # From here a special character of either syntax is spelled as in a basic expression.
        elif extended and token == "*" and not repeatable:
            return None
        match token:
            case "\\(":
                parts.append("(")
                opened += 1
                repeatable = False
                continue
            case "\\)":
                if not opened:
                    return None
                opened -= 1
                parts.append(")")
                repeatable = False
                if text[position : position + 1] == "*" or _repeats(text, position, extended):
                    return None
                continue
            case "*" | "\\+" | "\\?":
                if not repeatable:
                    return None
                parts.append(token[-1])
                repetitions += token != "\\?"
                choices *= 2 if token == "\\?" else 1
                repeatable = False
                continue
            case "\\{":
                match = _INTERVAL.match(text, position)
                end = "}" if extended else "\\}"
                if not repeatable or match is None or not text.startswith(end, match.end()):
                    return None
                parts.append("{" + match[0] + "}")
                if match[2] and not match[3]:
                    repetitions += 1
                choices *= max(int(match[3] or 0) - int(match[1]) + 1, 1)
                position = match.end() + len(end)
                repeatable = False
                continue
            case "\\|" | "\\}" | "\\<" | "\\>" | "\\`" | "\\'" | "\\B":
                return None
            case "^" if extended or not parts or parts[-1] == "(":
                parts.append("^")
                repeatable = False
                continue
            case "$" if extended or position == len(text) or text.startswith("\\)", position):
                parts.append(r"\Z")
                repeatable = False
                continue
            case ".":
                parts.append(".")
            case "[":
                end_ = _bracket_end(text, position)
                if end_ is None:
                    return None
                parts.append(_bracket(text[position:end_]))
                position = end_ + 1
            case _ if token[0] == "\\" and len(token) == 2:
                escaped = token[1]
                if escaped.isdigit() or (escaped.isalnum() and escaped not in _ESCAPES):
                    return None
                parts.append(_ESCAPES.get(escaped, re.escape(escaped)))
            case _:
                parts.append(re.escape(token[-1]))
        repeatable = True
    if opened:
        return None
    try:
        pattern = re.compile("".join(parts), re.DOTALL | re.ASCII | (re.IGNORECASE if ignore_case else 0))
    except (re.error, OverflowError):
        return None
    return Regex(pattern, repetitions, choices)


def _repeats(text: str, position: int, extended: bool) -> bool:
    """A repetition follows."""
    ahead = text[position : position + 2]
    return ahead[:1] in ("+", "?", "{") if extended else ahead in ("\\+", "\\?", "\\{")


def _bracket_end(text: str, start: int) -> int | None:
    """Where the ``]`` is: not in first place, nor in a ``[:class:]``."""
    position = start + (text[start : start + 1] == "^")
    position += text[position : position + 1] == "]"
    while position < len(text):
        if text.startswith(("[:", "[.", "[="), position):
            end = text.find(text[position + 1] + "]", position + 2)
            if end < 0:
                return None
            position = end + 2
        elif text[position] == "]":
            return position
        else:
            position += 1
    return None


def _bracket(body: str) -> str:
    """A bracket expression in Python's spelling; GNU sed reads ``\\n`` and ``\\t`` in it."""
    negated = body.startswith("^")
    parts: list[str] = []
    position = int(negated)
    while position < len(body):
        match = _CLASS.match(body, position)
        if match is not None and match[1] in _CLASSES:
            parts.append(_CLASSES[match[1]])
            position = match.end()
        elif body.startswith(("\\n", "\\t"), position):
            parts.append(body[position : position + 2])
            position += 2
        else:
            character = body[position]
            dash = character == "-" and bool(parts) and position + 1 < len(body)
            parts.append("-" if dash else re.escape(character))
            position += 1
    return ("[^" if negated else "[") + "".join(parts) + "]"
