"""Command lines as checks show them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from layerlint.analysis.by_identity import ByIdentity
from layerlint.analysis.command_lines import CommandLine, command_lines
from layerlint.analysis.invocations import Invocation
from layerlint.analysis.wording import in_one_line
from layerlint.execution.trace import Trace
from layerlint.shell.render import shorten
from layerlint.source import Span

_LONGEST = 200


def lines_of(trace: Trace, *, literal: bool, triggers: bool = True) -> Iterator[CommandLine]:
    """Those of the stages that are built; the literal reading knows no stages."""
    return iter(_lines(ByIdentity(trace), literal, triggers))


@lru_cache(maxsize=4)  # which many rules ask for
def _lines(key: ByIdentity, literal: bool, triggers: bool) -> tuple[CommandLine, ...]:
    return tuple(
        line
        for line in command_lines(key.trace, literal=literal)
        if (literal or line.place.built) and (triggers or not line.place.trigger)
    )


def text_of(trace: Trace, line: CommandLine) -> str:
    """The command in one line."""
    return shorten(in_one_line(trace.document.source.text[line.span.start : line.span.end]), _LONGEST)


def up_to_verb(found: Invocation) -> Span:
    """``apt-get install``, where the words can be told apart."""
    span = found.line.span
    if found.verb is None or not span.start < found.verb.span.end <= span.end:
        return span
    return Span(span.start, found.verb.span.end)
