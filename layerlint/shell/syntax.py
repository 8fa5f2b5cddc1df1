"""Shell text as a tree (POSIX sh names), every part with its span in the script.

Words are kept as parts, unexpanded: expansion needs a state and is the interpreter's work.
"""

from __future__ import annotations

from typing import TypeAlias

from layerlint._dataclass import dataclass
from layerlint.source import Span

# --------------------------------------------------------------------------- words


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that stands for itself; quotes and escapes are already removed."""

    text: str
    quoted: bool
    """Quoted or escaped: no globbing, no field splitting, no tilde."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """``$name``, ``${name}`` or ``${name<operator>argument}`` (``:-``, ``%%``, ``//`` …)."""

    name: str
    operator: str
    """Empty, or the operator; ``#`` as a prefix operator (length) is ``length``; anything that is
    not understood (arrays, indirection) is ``?unsupported``."""
    argument: Word | None
    replacement: Word | None
    """Of ``/`` and ``//``."""
    quoted: bool


@dataclass(frozen=True, slots=True)
class CommandSubstitution:
    """``$(…)`` or backquotes."""

    body: Command
    quoted: bool


@dataclass(frozen=True, slots=True)
class ArithmeticExpansion:
    """``$((…))``, its expression as text."""

    expression: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class BraceExpansion:
    """``{a,b}`` or ``{1..3}`` of bash (dash leaves it as it is): the alternatives, each a word."""

    alternatives: tuple[Word, ...]
    text: str
    """As written, for a shell without brace expansion."""


@dataclass(frozen=True, slots=True)
class OpaquePart:
    """A part that is not understood: process substitution, extended glob …"""

    text: str


Part: TypeAlias = (
    Literal | Parameter | CommandSubstitution | ArithmeticExpansion | BraceExpansion | OpaquePart
)


@dataclass(frozen=True, slots=True)
class Word:
    parts: tuple[Part, ...]
    span: Span

    @property
    def literal(self) -> str | None:
        """The text, if nothing in it has to be expanded (globs are left as they are)."""
        if all(isinstance(part, Literal) for part in self.parts):
            return "".join(part.text for part in self.parts if isinstance(part, Literal))
        return None


# ------------------------------------------------------------------------ commands


@dataclass(frozen=True, slots=True)
class Redirect:
    """``[fd]op target``: ``<``, ``>``, ``>>``, ``>|``, ``<>``, ``<&``, ``>&``, ``&>``, ``&>>``, ``<<``, ``<<<``."""

    descriptor: int | None
    operator: str
    """``<<-`` is given as ``<<`` with the tabs removed."""
    target: Word
    """The file, the descriptor or ``-``; the body of a here-document (one quoted `Literal` if its
    delimiter was quoted)."""
    span: Span


@dataclass(frozen=True, slots=True)
class Assignment:
    name: str
    value: Word
    append: bool
    """``+=``"""
    span: Span


@dataclass(frozen=True, slots=True)
class SimpleCommand:
    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Pipeline:
    """``[!] a | b``; ``|&`` is given as a redirect ``2>&1`` of its left side."""

    commands: tuple[Command, ...]
    negated: bool
    span: Span


@dataclass(frozen=True, slots=True)
class AndOr:
    """``left && right`` or ``left || right``, left-associative."""

    left: Command
    operator: str
    right: Command
    span: Span

    @property
    def operands(self) -> tuple[tuple[str, Command], ...]:
        """The whole list in order, each command with the operator before it (none: ``""``).

        The left spine of a list is as deep as the list is long: walk this, do not recur on ``left``.
        """
        backwards: list[tuple[str, Command]] = []
        node: Command = self
        while isinstance(node, AndOr):
            backwards.append((node.operator, node.right))
            node = node.left
        return (("", node), *reversed(backwards))


@dataclass(frozen=True, slots=True)
class Sequence:
    """Commands by ``;``, ``&`` or newlines; those that run in the background are in ``background``."""

    commands: tuple[Command, ...]
    background: frozenset[int]
    span: Span


@dataclass(frozen=True, slots=True)
class Subshell:
    body: Command
    redirects: tuple[Redirect, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Group:
    """``{ …; }``"""

    body: Command
    redirects: tuple[Redirect, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class If:
    condition: Command
    then: Command
    otherwise: Command | None
    """``elif`` is an `If` here."""
    redirects: tuple[Redirect, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class For:
    """``for variable in words``; ``words`` is None without ``in`` (the positional parameters)."""

    variable: str
    words: tuple[Word, ...] | None
    body: Command
    redirects: tuple[Redirect, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class While:
    condition: Command
    until: bool
    body: Command
    redirects: tuple[Redirect, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class CaseItem:
    patterns: tuple[Word, ...]
    body: Command
    falls_through: bool
    """Ends with ``;&`` or ``;;&`` (bash)."""


@dataclass(frozen=True, slots=True)
class Case:
    subject: Word
    items: tuple[CaseItem, ...]
    redirects: tuple[Redirect, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    body: Command
    span: Span


@dataclass(frozen=True, slots=True)
class Test:
    """``[[ … ]]`` of bash, as the words between."""

    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Opaque:
    """Text that is no shell we understand (an error of syntax, ``((…))``, ``select``, coproc)."""

    text: str
    span: Span


Command: TypeAlias = (
    SimpleCommand
    | Pipeline
    | AndOr
    | Sequence
    | Subshell
    | Group
    | If
    | For
    | While
    | Case
    | Function
    | Test
    | Opaque
)


@dataclass(frozen=True, slots=True)
class Script:
    """A parsed shell text.  ``complete`` is False where a part of it is `Opaque` or was mended.

    Spans of commands lie inside one another, except that the body of a here-document (the target of
    its redirect) lies after the command.
    """

    text: str
    body: Command
    complete: bool
