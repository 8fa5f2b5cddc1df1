"""``ENV key = value``: the form with a blank takes the sign into the value."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.instructions import Env, Label
from layerlint.execution.trace import Trace


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for stage in trace.graph.stages:
        for instruction in stage.instructions:
            if isinstance(instruction, Env | Label) and instruction.legacy:
                pair = instruction.pairs[0]
                if pair.value is not None and pair.value.value.startswith("="):
                    values = {"key": pair.key.value, "value": pair.value.value}
                    yield Observation(pair.value.span, values)


CHECK = Check(NoParams, _run, ("key", "value"))
