"""WORKDIR with a blank in it that no quotes ask for."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.instructions import Workdir
from layerlint.execution.trace import Trace


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for stage in trace.graph.stages:
        for instruction in stage.instructions:
            if isinstance(instruction, Workdir):
                path = instruction.path
                quoted = path.value[:1] in "\"'" or trace.document.escape in path.value
                if len(path.value.split()) > 1 and not quoted and "${" not in path.value:
                    yield Observation(path.span, {"path": path.value})


CHECK = Check(NoParams, _run, ("path",))
