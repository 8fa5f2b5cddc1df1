"""The message of a rule: a text with ``{field}`` fields and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from layerlint._dataclass import dataclass
from layerlint.domain.credentials import redact
from layerlint.domain.size import Size
from layerlint.domain.units import format_size

BYTES = "bytes"
"""The field that every check has: what the finding costs."""

_LONGEST_VALUE = 100
"""Characters of one value: a path or a command out of the Dockerfile may be of any length."""

_PROBLEM = "problem"
_LONGEST_PROBLEM = 300
"""Characters of a reason: it may quote two such values, and its point is at its end."""


@dataclass(frozen=True, slots=True)
class Field:
    name: str


@dataclass(frozen=True, slots=True)
class Message:
    """A template that was taken apart."""

    text: str
    parts: tuple[str | Field, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(part.name for part in self.parts if isinstance(part, Field))

    def fill(self, values: Mapping[str, str | int | Size], cost: Size | None = None) -> str:
        """The message of one case, in one line; ``cost`` stands for ``{bytes}`` where no value does."""
        return "".join(
            part if isinstance(part, str) else _shown(part.name, values, cost) for part in self.parts
        )


def parse(text: str) -> Message:
    """Take a template apart.

    Raises ValueError, with a message for the rule's author, at a brace that is no part of a ``{field}``,
    ``{{`` or ``}}``.
    """
    parts: list[str | Field] = []
    literal: list[str] = []
    position = 0
    while position < len(text):
        char = text[position]
        if char not in "{}":
            literal.append(char)
            position += 1
        elif text[position + 1 : position + 2] == char:
            literal.append(char)
            position += 2
        elif char == "}":
            raise ValueError("a single } (write }} for a brace)")
        else:
            end = text.find("}", position)
            name = text[position + 1 : end]
            if end < 0:
                raise ValueError("{ without its } (write {{ for a brace)")
            if not (name.isascii() and name.isidentifier()):
                raise ValueError(f"{{{name[:40]}}} is not a field: a name alone stands in the braces")
            parts += ["".join(literal), Field(name)]
            literal.clear()
            position = end + 1
    parts.append("".join(literal))
    return Message(text, tuple(part for part in parts if part))


def _shown(name: str, values: Mapping[str, str | int | Size], cost: Size | None) -> str:
    value = values.get(name) if name == BYTES else values[name]
    if value is None:
        return "an unknown amount" if cost is None else format_size(cost)
    if isinstance(value, Size):
        return format_size(value)
    line = redact(" ".join(str(value).split()))
    longest = _LONGEST_PROBLEM if name == _PROBLEM else _LONGEST_VALUE
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
