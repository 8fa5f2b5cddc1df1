"""How the text is laid out: case of keywords, length of lines, order of packages, notes to oneself."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.effects import InstallPackages
from layerlint.execution.trace import CommandRun, Trace
from layerlint.source import Span

_NOTE: Final = pattern(r"\b(?:FIXME|TODO|XXX)\b")

_FEW: Final = 3
"""Packages that need no order."""


@dataclass(frozen=True, slots=True)
class Length:
    maximum: int = 120
    """Characters of one line."""


def _lower(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for instruction in trace.instructions:
        node = instruction.node
        if node.keyword != node.keyword.upper():
            yield Observation(node.keyword_span, {"keyword": node.keyword})


def _long(trace: Trace, params: Length) -> Iterator[Observation]:
    """One for each instruction: its first such line."""
    source = trace.document.source
    for instruction in trace.instructions:
        node = instruction.node
        for line in range(node.start_line, node.end_line + 1) if node.keyword.upper() == "RUN" else ():
            start, end = source.line_start(line), source.line_start(line + 1)
            length = len(source.text[start:end].rstrip("\r\n"))
            if length > params.maximum:
                yield Observation(Span(start + params.maximum, start + length), {"length": length})
                break


def _unsorted(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for step in trace.steps():
        for command in step.commands:
            if any(isinstance(effect, InstallPackages) for effect in command.effects):
                names = _packages(command)
                late = [name for before, name in pairwise(names) if name < before]
                if len(names) > _FEW and late:
                    yield Observation(command.span, {"package": late[0]})


def _packages(command: CommandRun) -> list[str]:
    """The words behind the verb that are no options."""
    words = [word for word in command.argv[1:] if isinstance(word, str) and not word.startswith("-")]
    return words[1:]


def _notes(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for comment in trace.document.comments:
        if _NOTE.search(comment.text):
            yield Observation(comment.span, {"comment": comment.text})


LONG = Check(Length, _long, ("length",))
LOWER = Check(NoParams, _lower, ("keyword",))
NOTES = Check(NoParams, _notes, ("comment",))
UNSORTED = Check(NoParams, _unsorted, ("package",))
