"""A command line with an option, or words, that it should not have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from layerlint._dataclass import dataclass
from layerlint.analysis.command_words import Argument
from layerlint.analysis.invocations import invocations
from layerlint.checks._lines import lines_of, text_of
from layerlint.checks.model import Check, Observation
from layerlint.execution.trace import Trace
from layerlint.shell.glob import matches
from layerlint.source import Span


@dataclass(frozen=True, slots=True)
class Params:
    commands: tuple[str, ...] = ()
    """Kinds of command lines: ``curl``, ``npm install``."""
    options: tuple[str, ...] = ()
    """Any of these is enough: ``-k`` (a letter, alone or among others), ``--insecure`` (with or without
    ``=VALUE``), or words that follow one another, as patterns in any case: ``strict-ssl false``."""
    values: tuple[str, ...] = ()
    """Options that take a value, which is no option itself."""
    unless: tuple[str, ...] = ()
    """With any of these, as above, it does no harm."""
    shipped: bool = False
    """Only where the layer is one of the image that is built."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    values = frozenset(params.values)
    seen: set[Span] = set()
    for found in invocations(lines_of(trace, literal=False), params.commands, params.values):
        line = found.line
        if params.shipped and not line.place.ships:
            continue
        span = _first(line.arguments, params.options, values)
        if span is None or span in seen or _first(line.arguments, params.unless, values) is not None:
            continue
        seen.add(span)
        option = " ".join(trace.document.source.text[span.start : span.end].split())
        yield Observation(span, {"name": line.name, "command": text_of(trace, line), "option": option})


def _first(arguments: Sequence[Argument], options: Sequence[str], values: frozenset[str]) -> Span | None:
    """Of the words that any of the options is written with."""
    places = [place for option in options if (place := _place(arguments, option, values)) is not None]
    if not places:
        return None
    first, last = min(places)
    return arguments[first].span.cover(arguments[last - 1].span)


def _place(arguments: Sequence[Argument], option: str, values: frozenset[str]) -> tuple[int, int] | None:
    """Positions of the first of its words and behind the last."""
    patterns = option.lower().split()
    if len(patterns) > 1 or not option.startswith("-"):
        for start in range(len(arguments) - len(patterns) + 1):
            words = arguments[start : start + len(patterns)]
            if all(_fits(pattern, word) for pattern, word in zip(patterns, words, strict=True)):
                return start, start + len(patterns)
        return None
    takes_next = False
    for position, word in enumerate(arguments):
        text = word.text
        if takes_next:
            takes_next = False
        elif text == "--":
            return None
        elif isinstance(text, str) and text.startswith("-"):
            if _has(text, option, values):
                return position, position + 1
            takes_next = _takes_next(text, values)
    return None


def _fits(pattern: str, word: Argument) -> bool:
    return isinstance(word.text, str) and matches(pattern, word.text.lower())


def _has(text: str, option: str, values: frozenset[str]) -> bool:
    if option.startswith("--"):
        return text.lower() == option.lower() if "=" in option else text.partition("=")[0] == option
    if text.startswith("--"):
        return False
    return text == option or (len(option) == 2 and option[1] in _letters(text, values))


def _letters(text: str, values: frozenset[str]) -> str:
    """Of ``-fsSLo``: up to the first that takes a value, which the rest of the word may be."""
    for end, letter in enumerate(text[1:], 1):
        if f"-{letter}" in values:
            return text[1 : end + 1]
    return text[1:]


def _takes_next(text: str, values: frozenset[str]) -> bool:
    """``-o`` and ``-fo`` take the next word; ``-oFILE`` and ``--output=FILE`` hold their value."""
    letters = "" if text.startswith("--") else _letters(text, values)
    return text in values or (len(letters) == len(text) - 1 and f"-{letters[-1:]}" in values)


CHECK = Check(Params, _run, ("name", "command", "option"))
