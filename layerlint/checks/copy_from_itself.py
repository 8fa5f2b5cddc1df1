"""``COPY --from`` of the stage that it stands in."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.instructions import Copy
from layerlint.execution.trace import Trace


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for stage in trace.graph.stages:
        names = {stage.name, str(stage.index)} if not stage.is_fragment else set()
        for instruction in stage.instructions:
            word = instruction.from_ if isinstance(instruction, Copy) else None
            if word is not None and word.value.lower() in names:
                yield Observation(word.span, {"name": word.value})


CHECK = Check(NoParams, _run, ("name",), refused=True)
