"""A command that has no place in a build, or a better one."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.analysis.invocations import invocations
from layerlint.checks._lines import lines_of, text_of, up_to_verb
from layerlint.checks.model import Check, Observation
from layerlint.execution.trace import Trace
from layerlint.source import Span


@dataclass(frozen=True, slots=True)
class Params:
    commands: tuple[str, ...] = ()
    """Kinds of command lines: ``ssh``, ``zypper dist-upgrade``."""
    last: bool = False
    """The word of a kind is the last of the line: ``ln`` to it."""
    literal: bool = False
    """The words alone count: in any stage, unexpanded, at the head of a command, and in any order."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    seen: set[Span] = set()
    lines = lines_of(trace, literal=params.literal)
    for found in invocations(lines, params.commands, literal=params.literal or params.last):
        if params.last and not params.literal and found.verb is not found.line.arguments[-1]:
            continue
        # What is wrapped twice, or in a script of several commands, is one word of the file.
        span = found.line.name_span if found.verb is None else up_to_verb(found)
        if span not in seen:
            seen.add(span)
            values = {"name": found.line.name, "command": text_of(trace, found.line)}
            yield Observation(span, values)


CHECK = Check(Params, _run, ("name", "command"))
