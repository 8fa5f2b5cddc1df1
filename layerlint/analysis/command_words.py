"""The words of a command line: where they stand, and what they say to those who match words."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Container, Sequence
from typing import assert_never

from layerlint._dataclass import dataclass, replace
from layerlint.dockerfile.instructions import Run
from layerlint.dockerfile.syntax import SourceMap
from layerlint.domain.text import UNKNOWN, Text
from layerlint.execution.trace import CommandRun
from layerlint.shell.syntax import (
    ArithmeticExpansion,
    BraceExpansion,
    CommandSubstitution,
    Literal,
    OpaquePart,
    Parameter,
    Word,
)
from layerlint.source import Span


@dataclass(frozen=True, slots=True)
class Argument:
    text: Text
    span: Span
    """Of the word of the Dockerfile that it comes from: several, where a variable holds several words."""


def declared(word: Word) -> tuple[str, Word | None]:
    """Name and value of a word of ``export``."""
    first = word.parts[0] if word.parts else None
    if not isinstance(first, Literal) or first.quoted or "=" not in first.text:
        return word.literal or "", None
    name, _, rest = first.text.partition("=")
    return name, replace(word, parts=(Literal(rest, False), *word.parts[1:]))


def literal_text(word: Word, script: str, declared: Container[str]) -> str:
    """``${X}`` stands for a variable that ENV or ARG declares, ``$(X)`` for any other, and for a substitution."""
    texts: list[str] = []
    for part in word.parts:
        match part:
            case Literal(text):
                texts.append(text)
            case Parameter(name=name, operator="") if name in declared:
                texts.append(f"${{{name}}}")
            case Parameter(name=name, operator=operator, argument=argument):
                inside = "" if argument is None else script[argument.span.start : argument.span.end]
                texts.append(f"$({name}{operator}{inside})")
            case CommandSubstitution(body) if "`" not in script[word.span.start : word.span.end]:
                texts.append(f"$({script[body.span.start : body.span.end]})")
            case CommandSubstitution() | ArithmeticExpansion():
                texts.append("$(…)")
            case BraceExpansion() | OpaquePart():
                pass
            case _:
                assert_never(part)
    return "".join(texts)


def has_plain_text(word: Word) -> bool:
    """Nothing in it is expanded, and no character is one of a pattern: not so ``$X``, ``/opt/*/run`` and ``[``."""
    return all(
        isinstance(part, Literal) and (part.quoted or not any(each in part.text for each in "*?["))
        for part in word.parts
    )


def of_module(words: Sequence[Argument]) -> Sequence[Argument]:
    """``python -m pip …`` is ``pip …``."""
    if not posixpath.basename(str(words[0].text)).startswith("python"):
        return words
    for position, word in enumerate(words[1:], 1):
        if word.text == "-m" and position + 1 < len(words) and words[position + 1].text == "pip":
            return words[position + 1 :]
        if not isinstance(word.text, str) or not word.text.startswith("-"):
            break
    return words


def texts_of(words: Sequence[Argument]) -> list[Text]:
    return [word.text for word in words]


def words_inside(words: Sequence[Argument], fields: Sequence[Text]) -> list[Argument]:
    """The words that a wrapper runs: the last of its own, and behind them what it adds (``xargs``)."""
    for start in range(1, len(words)):
        own = words[start:]
        if all(one.text is other for one, other in zip(own, fields, strict=False)):
            return [*own, *(Argument(field, own[0].span) for field in fields[len(own) :])]
    whole = Span(words[0].span.start, words[-1].span.end)
    return [Argument(field, whole) for field in fields]


def placed_script(
    script: str, words: Sequence[Argument], span: Span, source: str
) -> tuple[str, Callable[[Span], Span]]:
    """A script that is a word of a command, and where its parts stand: in the word, if that has no escapes."""
    for word in words:
        text = word.text
        # What an option of the shell puts in front, a line `set -e`, is no part of the word.
        if isinstance(text, str) and text and f"\n{script}".endswith(f"\n{text}"):
            start = word.span.start + 1
            as_written = source[start : word.span.end - 1] == text
            return text, _shifted(start) if as_written else always(word.span)
    return script, always(span)


def _shifted(start: int) -> Callable[[Span], Span]:
    return lambda span: Span(start + span.start, start + span.end)


def always(place: Span) -> Callable[[Span], Span]:
    return lambda span: place


def joined_words(run: Run) -> tuple[str, Callable[[Span], Span]]:
    """The words of the exec form with blanks between, and where each stands."""
    texts: list[str] = []
    starts: list[int] = []
    origins: list[int] = []
    size = 0
    for word in run.exec_form or ():
        starts.append(size)
        origins.append(word.span.start + 1)
        texts.append(word.value)
        size += len(word.value) + 1
    if not starts:
        return "", always(run.node.keyword_span)
    places = SourceMap(tuple(starts), tuple(origins))
    return " ".join(texts), lambda at: places.span(at.start, at.end)


def is_run_of(run: CommandRun, words: Sequence[Argument]) -> bool:
    """The trace's command at a place may be another of the same script: their known words agree."""
    return run.name == posixpath.basename(str(words[0].text)) and all(
        UNKNOWN in (one, word.text) or one == word.text
        for one, word in zip(run.argv[1:], words[1:], strict=False)
    )
