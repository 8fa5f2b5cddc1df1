"""CMD or ENTRYPOINT in shell form: the shell, not the program, gets the signals."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.checks._triggers import observed
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.instructions import Cmd, Entrypoint, Healthcheck, Shell
from layerlint.execution.trace import Trace
from layerlint.source import Span

_DEFAULT = ("/bin/sh", "-c")


@dataclass(frozen=True, slots=True)
class Params:
    healthcheck: bool = False
    """HEALTHCHECK too, though nothing sends signals to it."""
    despite_shell: bool = False
    """Also where SHELL was set."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    of_stages: set[int] = set()
    for stage in trace.stages:
        # Whoever has set SHELL wants a shell.
        chosen = stage.parent is not None and stage.parent.stage.index in of_stages
        chosen |= stage.base.image is not None and stage.base.image.shell not in ((), _DEFAULT)
        for step in stage.steps:
            chosen |= isinstance(step.instruction, Shell)
            match step.instruction:
                case Cmd(exec_form=False) | Entrypoint(exec_form=False):
                    words = step.instruction.words
                case Healthcheck(kind="CMD-SHELL", words=words) if params.healthcheck:
                    pass
                case _:
                    continue
            if params.despite_shell or not chosen:
                node = step.instruction.node
                span = Span(words[0].span.start, words[-1].span.end) if words else node.keyword_span
                yield observed(stage.stage, step.instruction, span, {"keyword": node.keyword.upper()})
        if chosen:
            of_stages.add(stage.stage.index)


CHECK = Check(Params, _run, ("keyword",))
