"""Commands of one kind several times in one RUN, where one would do."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.analysis.command_lines import run_lines
from layerlint.analysis.invocations import Invocation, invocations
from layerlint.checks._lines import text_of, up_to_verb
from layerlint.checks.model import Check, Observation
from layerlint.execution.trace import Trace


@dataclass(frozen=True, slots=True)
class Params:
    commands: tuple[str, ...] = ()
    """Kinds of command lines."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    for run in run_lines(trace):
        first: dict[str, Invocation] = {}
        for found in invocations(run.commands, params.commands) if run.place.built else ():
            before = first.setdefault(found.line.name, found)
            # Those of several branches, or of a loop, stand alone.
            if before is not found and found.line.span.start > before.line.span.end:
                yield Observation(
                    up_to_verb(found),
                    {"command": text_of(trace, found.line), "name": found.line.name},
                    related=((up_to_verb(before), "the first one"),),
                )


CHECK = Check(Params, _run, ("command", "name"))
