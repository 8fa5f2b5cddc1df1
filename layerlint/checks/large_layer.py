"""A layer that is larger than one wants to pull at once."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.checks.model import Check, Observation
from layerlint.domain.units import Bytes
from layerlint.execution.trace import Trace
from layerlint.report import Confidence


@dataclass(frozen=True, slots=True)
class Params:
    maximum: Bytes = 500 << 20


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    for step in trace.layer_steps():
        if step.layer is not None and (size := step.layer.bytes).likely > params.maximum:
            yield Observation(
                span=step.instruction.node.keyword_span,
                values={"instruction": step.instruction.node.keyword.upper()},
                bytes=size,
                confidence=None if step.complete and size.low > params.maximum else Confidence.MEDIUM,
            )


CHECK = Check(Params, _run, ("instruction",), of_image=True)
