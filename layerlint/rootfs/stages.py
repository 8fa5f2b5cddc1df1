"""Which steps stand on a FROM line, and how they are pointed at."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.domain.credentials import redact
from layerlint.execution.instructions import one_line
from layerlint.execution.trace import StageTrace, State, Step, Trace
from layerlint.programs.model import Evidence
from layerlint.rootfs.model import At
from layerlint.shell.render import shorten
from layerlint.source import Span

_LONGEST = 100
"""Characters of an evidence's text."""


def root_stage(target: StageTrace) -> StageTrace:
    """The stage at the end of the chain: its FROM names the base."""
    while target.parent is not None:
        target = target.parent
    return target


def standing_on(trace: Trace, root: StageTrace) -> Iterator[tuple[At, Step]]:
    """The steps of the stages that a build makes on that stage's base, in the order of the file."""
    for stage in trace.stages:
        if stage.stage.index in trace.graph.reachable and root_stage(stage).stage.index == root.stage.index:
            for number, step in enumerate(stage.steps):
                yield At(stage.stage.index, number), step


def state_at(trace: Trace, at: At | None) -> State | None:
    """The state that a step finds, or the finished one; None where the file has no such step."""
    if at is None:
        return None if trace.target is None else trace.target.final
    if at.stage >= len(trace.stages) or at.step >= len(trace.stages[at.stage].steps):
        return None
    return trace.stages[at.stage].steps[at.step].before


def evidence_of(trace: Trace, step: Step) -> Evidence:
    """The instruction of a step."""
    return evidence_at(trace, step.instruction.node.span, one_line(step.instruction))


def evidence_at(trace: Trace, span: Span, text: str) -> Evidence:
    source = trace.document.source
    line, _ = source.position(span.start)
    return Evidence(source.path, line, shorten(redact(" ".join(text.split())), _LONGEST))
