"""More layers than one wants to look through."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.checks.model import Check, Observation
from layerlint.execution.trace import Trace


@dataclass(frozen=True, slots=True)
class Params:
    maximum: int = 40
    """Of this file's own, beside those of the base image."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    steps = trace.layer_steps()
    if len(steps) > params.maximum:
        yield Observation(steps[params.maximum].instruction.node.keyword_span, {"count": len(steps)})


CHECK = Check(Params, _run, ("count",))
