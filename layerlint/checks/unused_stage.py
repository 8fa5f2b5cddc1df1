"""A stage that a build of the target leaves out."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.checks.model import Check, NoParams, Observation
from layerlint.execution.trace import Trace
from layerlint.report import Confidence


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    graph = trace.graph
    for stage in graph.stages:
        # What stands behind the target is not for it, but perhaps for another.
        if stage.index in graph.reachable or graph.target is None or stage.index > graph.target:
            continue
        word = stage.instruction.name or stage.instruction.image
        # A stage with a name may be built by `--target`.
        confidence = Confidence.MEDIUM if stage.name is not None else None
        yield Observation(word.span, {"stage": stage.label}, confidence=confidence)


CHECK = Check(NoParams, _run, ("stage",))
