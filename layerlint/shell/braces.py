"""Brace expansion: ``a{b,c}d`` and ``{1..4}`` found among the parts of a word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from layerlint._dataclass import dataclass, field
from layerlint._pattern import pattern
from layerlint.shell.syntax import BraceExpansion, Literal, OpaquePart, Part, Word
from layerlint.source import Span

LONGEST_SEQUENCE = 1000
"""Words of a ``{1..n}`` that are spelt out; a longer one is opaque."""

_DEEPEST = 30
"""Braces within braces; a word with more of them is taken as plain text."""

_SEQUENCE = pattern(r"(-?[0-9]{1,9})\.\.(-?[0-9]{1,9})(?:\.\.(-?[0-9]{1,9}))?")
_LETTERS = pattern(r"([A-Za-z])\.\.([A-Za-z])")


@dataclass(frozen=True, slots=True)
class Mark:
    """An unquoted ``{``, ``,`` or ``}`` in a word."""

    character: str
    start: int


Token: TypeAlias = "Part | Mark"


@dataclass(slots=True)
class _Frame:
    """An open brace: the alternatives that are complete, and the tokens of the last one."""

    start: int
    word_start: int
    alternatives: list[Word] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    written: list[Token] = field(default_factory=list)
    """All tokens since the brace, for when it turns out to be no expansion."""


def merged(tokens: Iterable[Token]) -> tuple[Part, ...]:
    """The parts, with marks as plain text and neighbouring literals as one."""
    parts: list[Part] = []
    run: list[str] = []
    quoted = False
    for token in tokens:
        literal = Literal(token.character, False) if isinstance(token, Mark) else token
        if isinstance(literal, Literal):
            if run and literal.quoted != quoted:
                parts.append(Literal("".join(run), quoted))
                run.clear()
            quoted = literal.quoted
            run.append(literal.text)
        else:
            if run:
                parts.append(Literal("".join(run), quoted))
                run.clear()
            parts.append(literal)
    if run:
        parts.append(Literal("".join(run), quoted))
    return tuple(parts)


def assemble(tokens: Sequence[Token], text: str) -> tuple[Part, ...]:
    """The parts, with each balanced ``{…}`` that has a comma or ``..`` as a `BraceExpansion`.

    One pass with a stack of bounded height, so that a word of nothing but braces takes linear time.
    """
    if not any(isinstance(token, Mark) and token.character == "{" for token in tokens):
        return merged(tokens)
    bottom = _Frame(0, 0)
    open_frames = [bottom]
    for token in tokens:
        frame = open_frames[-1]
        if not isinstance(token, Mark) or (frame is bottom and token.character != "{"):
            frame.tokens.append(token)
            frame.written.append(token)
        elif token.character == "{":
            opened = _Frame(token.start, token.start + 1)
            opened.written.append(token)
            open_frames.append(opened)
            if len(open_frames) > _DEEPEST:
                return merged(tokens)
        elif token.character == ",":
            frame.alternatives.append(Word(merged(frame.tokens), Span(frame.word_start, token.start)))
            frame.word_start = token.start + 1
            frame.tokens.clear()
            frame.written.append(token)
        else:
            frame.written.append(token)
            open_frames.pop()
            closed = _close(frame, token.start, text)
            open_frames[-1].tokens.extend(closed)
            open_frames[-1].written.extend(closed)
    for frame in open_frames[1:]:
        bottom.tokens.extend(frame.written)
    return merged(bottom.tokens)


def _close(frame: _Frame, end: int, text: str) -> list[Token]:
    written = text[frame.start : end + 1]
    if frame.alternatives:
        last = Word(merged(frame.tokens), Span(frame.word_start, end))
        return [BraceExpansion((*frame.alternatives, last), written)]
    elements = _sequence(written[1:-1])
    if elements is None:
        return frame.written
    if not elements:
        return [OpaquePart(written)]
    span = Span(frame.start, end + 1)
    words = tuple(Word((Literal(element, False),), span) for element in elements)
    return [BraceExpansion(words, written)]


def _sequence(body: str) -> list[str] | None:
    """The words of ``1..4``, ``01..10..2`` or ``a..e``; none if they are too many, None if it is no sequence."""
    if match := _LETTERS.fullmatch(body):
        first, last = ord(match[1]), ord(match[2])
        step = 1 if first <= last else -1
        return [chr(code) for code in range(first, last + step, step)]
    match = _SEQUENCE.fullmatch(body)
    if match is None:
        return None
    first, last = int(match[1]), int(match[2])
    distance = abs(int(match[3] or 1)) or 1
    if abs(last - first) // distance >= LONGEST_SEQUENCE:
        return []
    padded = any(re.match("-?0[0-9]", limit) for limit in (match[1], match[2]))
    width = max(len(match[1]), len(match[2])) if padded else 0
    step = distance if first <= last else -distance
    return [f"{number:0{width}d}" for number in range(first, last + (1 if step > 0 else -1), step)]
