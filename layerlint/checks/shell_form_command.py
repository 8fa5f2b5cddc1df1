"""CMD or ENTRYPOINT in shell form: the shell, not the program, gets the signals."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.instructions import Cmd, Entrypoint, Shell
from layerlint.execution.trace import Trace
from layerlint.source import Span

_DEFAULT = ("/bin/sh", "-c")


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for stage in trace.stages:
        # Whoever sets SHELL wants a shell.
        shells = [step for step in stage.chain() if isinstance(step.instruction, Shell)]
        of_base = stage.base.image is not None and stage.base.image.shell not in ((), _DEFAULT)
        for step in stage.steps:
            match step.instruction:
                case (
                    Cmd(node=node, words=(first, *_) as words, exec_form=False)
                    | Entrypoint(node=node, words=(first, *_) as words, exec_form=False)
                ) if not shells and not of_base:
                    span = Span(first.span.start, words[-1].span.end)
                    yield Observation(span, {"keyword": node.keyword.upper()})
                case _:
                    pass


CHECK = Check(NoParams, _run, ("keyword",))
