"""MAINTAINER, which BuildKit and Docker call deprecated."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.instructions import Maintainer
from layerlint.execution.trace import Trace


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for stage in trace.graph.stages:
        for instruction in stage.instructions:
            if isinstance(instruction, Maintainer):
                yield Observation(instruction.node.keyword_span, {})


CHECK = Check(NoParams, _run)
