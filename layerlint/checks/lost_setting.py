"""A RUN that ends by setting what ends with its shell: variables, the working directory, aliases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from layerlint.checks.model import Check, NoParams, Observation
from layerlint.domain.truth import Truth
from layerlint.execution.trace import CommandRun, Step, Trace

_OF_THE_SHELL: Final = frozenset({".", "alias", "cd", "export", "set", "source", "ulimit", "umask", "unset"})


_VARIABLES: Final = frozenset({"export", "unset"})


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for step in trace.steps():
        last = _last(step)
        if last is not None:
            yield Observation(last.span, {"command": last.text})


def _last(step: Step) -> CommandRun | None:
    """The last command, where it sets something for nobody."""
    commands = step.commands
    if not commands or commands[-1].reached is not Truth.YES or len(commands[-1].argv) < 2:
        return None
    if commands[-1].name in _VARIABLES:
        return commands[-1]
    changes = step.layer is not None and step.layer.entries
    alone = step.complete and not changes and all(command.name in _OF_THE_SHELL for command in commands)
    return commands[-1] if alone else None


CHECK = Check(NoParams, _run, ("command",))
