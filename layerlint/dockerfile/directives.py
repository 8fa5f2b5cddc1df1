"""Parser directives: ``# syntax=``, ``# escape=`` and ``# check=`` in the first lines.

BuildKit reads them twice, by rules that differ: the parser takes white space in front of ``#``, and a
``#!`` line ends them; ``syntax`` and ``check`` are looked up once more, without such white space, and
behind a ``#!`` line.
"""

from __future__ import annotations

import json

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.dockerfile.gostrings import WHITE_SPACE
from layerlint.dockerfile.lexer import Line, physical_lines
from layerlint.dockerfile.syntax import Directive, Problem
from layerlint.source import Span

NAMES = ("check", "escape", "syntax")

BYTE_ORDER_MARK = "\ufeff"

_KEY = pattern(r"([A-Za-z][A-Za-z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*")


@dataclass(slots=True)
class DirectiveReader:
    """Takes the lines of a file one by one until one is no directive."""

    prefix: str
    done: bool
    found: list[Directive]
    problems: list[Problem]

    @classmethod
    def new(cls, prefix: str = "#") -> DirectiveReader:
        return cls(prefix, False, [], [])

    def read(self, line: Line, start: int) -> Directive | None:
        """The directive of a line whose text begins at ``start``, if it is one."""
        if self.done:
            return None
        directive = directive_of(line, start, self.prefix)
        if directive is None or directive.name not in NAMES:
            self.done = True
            return None
        if any(directive.name == other.name for other in self.found):
            message = f"only one {directive.name} parser directive can be used"
            whole = Span(directive.name_span.start, directive.span.end)
            self.problems.append(Problem(message, whole))
            return None
        self.found.append(directive)
        if directive.name == "escape" and directive.value not in ("\\", "`"):
            message = f"invalid escape token '{directive.value}' does not match ` or \\"
            self.problems.append(Problem(message, directive.value_span))
        return directive


def directive_of(line: Line, start: int, prefix: str = "#") -> Directive | None:
    """``prefix NAME = VALUE`` with any name; None for any other line."""
    text = line.content[start - line.start :]
    if not text.startswith(prefix):
        return None
    body = text[len(prefix) :].lstrip(WHITE_SPACE)
    offset = line.end - len(body)
    key = _KEY.match(body)
    if key is None or body[key.end() - 1 :] == "=":
        return None
    # Where nothing but blanks follows the sign, the last of them is the value.
    at = min(key.end(), len(body) - 1)
    value = body[at:].rstrip("\t\n\f\r ") or body[at:]
    value_span = Span(offset + at, offset + at + len(value))
    name_span = Span(offset, offset + len(key[1]))
    return Directive(key[1].lower(), value, Span(start, value_span.end), value_span, name_span)


def lookup(text: str, prefix: str = "#") -> tuple[Directive, ...]:
    """The directives as ``syntax`` and ``check`` are looked up in a file, its byte order mark removed."""
    reader = DirectiveReader.new(prefix)
    for line in physical_lines(text, len(BYTE_ORDER_MARK) * text.startswith(BYTE_ORDER_MARK)):
        if line.number == 1 and line.content.startswith("#!"):
            continue
        reader.read(line, line.start)
        if reader.done or reader.problems:
            break
    return tuple(reader.found)


def takes_devices(text: str) -> bool:
    """Whether the frontend of a file takes ``RUN --device``.

    Docker's own does in its ``labs`` versions only; of another frontend nothing is known.
    """
    syntax = detect_syntax(text)
    name, _, tag = (syntax or "docker/dockerfile").removeprefix("docker.io/").partition(":")
    return name not in ("docker/dockerfile", "docker/dockerfile-upstream") or "labs" in tag


def detect_syntax(text: str) -> str | None:
    """The frontend that a file asks for: by ``# syntax=``, ``// syntax=`` or as one JSON object."""
    for prefix in ("#", "//"):
        for directive in lookup(text, prefix):
            if directive.name == "syntax":
                return directive.value.split(" ", 1)[0]
    body = text.removeprefix(BYTE_ORDER_MARK)
    if body.startswith("#!"):
        body = body.partition("\n")[2]
    if not body.lstrip().startswith("{"):
        return None
    try:
        value = json.loads(body)["syntax"]
    except (ValueError, RecursionError, KeyError):
        return None
    return value if isinstance(value, str) else None
