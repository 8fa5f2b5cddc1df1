"""A RUN that only sets what ends with its shell: variables, the working directory, aliases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from layerlint.checks.model import Check, NoParams, Observation
from layerlint.execution.trace import Trace

_OF_THE_SHELL: Final = frozenset({".", "alias", "cd", "export", "set", "source", "ulimit", "umask", "unset"})


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for step in trace.steps():
        commands = step.commands
        if commands and step.complete and all(command.name in _OF_THE_SHELL for command in commands):
            changes = step.layer is not None and step.layer.entries
            if not changes:
                yield Observation(commands[-1].span, {"command": commands[-1].text})


CHECK = Check(NoParams, _run, ("command",))
