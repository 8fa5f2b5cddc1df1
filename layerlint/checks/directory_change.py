"""``cd`` in front of the commands of a RUN, where WORKDIR would say it for the image as well."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.analysis.command_lines import CommandLine, RunLines, run_lines
from layerlint.checks.model import Check, Observation
from layerlint.domain.truth import Truth
from layerlint.execution.trace import Trace

_NAME = "cd"


@dataclass(frozen=True, slots=True)
class Params:
    literal: bool = False
    """Any ``cd`` counts, in any stage."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    for run in run_lines(trace, literal=params.literal):
        if run.place.trigger or not (params.literal or run.place.built):
            continue
        line = _any(run) if params.literal else _in_front(run)
        if line is not None:
            path = next((str(word.text) for word in line.arguments), "")
            yield Observation(line.span, {"path": path})


def _any(run: RunLines) -> CommandLine | None:
    return next((line for line in run.commands if line.name == _NAME), None)


def _in_front(run: RunLines) -> CommandLine | None:
    """The first of several commands, the only ``cd``, into a directory that is there afterwards."""
    if len(run.commands) < 2 or [line.name for line in run.commands].count(_NAME) > 1:
        return None
    first = run.commands[0]
    if first.name != _NAME or not first.top_level or len(first.arguments) != 1:
        return None
    path = first.arguments[0].text
    step = run.place.step
    if not isinstance(path, str) or path.startswith(("-", "~")):
        return None
    there = step.after.filesystem.presence(posixpath.join(step.before.workdir, path))
    # One that is made to build in, and removed again, is no WORKDIR.
    return first if there is not Truth.NO else None


CHECK = Check(Params, _run, ("path",))
