"""Calls with literal arguments in sources of languages that are not parsed here: modest, and line by line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from layerlint.programs.facts import Found, line_at
from layerlint.programs.model import NeedKind
from layerlint.programs.shell_commands import SHELLS, called
from layerlint.report import Confidence

_LONGEST = 2_000
"""Characters of a line that is looked at: a longer one is generated."""
_COMMENT = ("//", "#", "*", "/*", "--", ";")
_PROGRAM = re.compile(r"[A-Za-z0-9_./+@-]{1,255}")
STRING = r"""(?P<quote>["'`])(?P<text>[^"'`\n]{1,500})(?P=quote)"""
"""A literal without quotes in it."""


def matches(lines: list[str], pattern: re.Pattern[str]) -> Iterator[tuple[int, re.Match[str]]]:
    """In code (as far as the beginning of a line tells), with the line from 1."""
    for number, line in enumerate(lines, 1):
        if len(line) <= _LONGEST and not line.lstrip().startswith(_COMMENT):
            for match in pattern.finditer(line):
                yield number, match


def program(
    name: str, line: int, lines: list[str], sure: Confidence = Confidence.HIGH, because: str = ""
) -> Iterator[Found]:
    """A program that is started by name; nothing where the name is no literal."""
    if _PROGRAM.fullmatch(name) and not name.endswith((".exe", ".bat", ".cmd")):
        shell = name.rpartition("/")[2] in SHELLS and "/" not in name
        kind = NeedKind.SHELL if shell else NeedKind.BINARY
        sure = Confidence.LOW if name.startswith(".") else sure
        yield Found(kind, name, line, line_at(lines, line), sure, because=because)


def script(text: str, line: int, lines: list[str], because: str) -> Iterator[Found]:
    """A text that a shell runs; what is filled in (``${x}``, ``#{x}``) is not known."""
    yield Found(NeedKind.SHELL, "sh", line, line_at(lines, line), because=because)
    readable = re.sub(r"[$#]\{[^}]{0,200}\}", "$_", text)
    for each in called(readable)[0]:
        sure = Confidence.LOW if each.asked else Confidence.HIGH if each.certain else Confidence.MEDIUM
        yield from program(each.name, line, lines, sure)


def certain(found: Iterable[Found]) -> tuple[Found, ...]:
    """Each once."""
    return tuple(dict.fromkeys(found))
