"""Which steps stand on a FROM line, and how they are pointed at."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import replace
from layerlint.dockerfile.instructions import one_line
from layerlint.domain.credentials import redact
from layerlint.execution.trace import StageTrace, State, Step, Trace
from layerlint.report import Evidence
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
    step = step_at(trace, at)
    if step is None:
        return None
    number = command_at(step, at)
    return step.before if number is None else _before_command(step, number)


def steps_before(trace: Trace, at: At | None) -> Iterator[Step]:
    """The steps whose results a step finds, or the finished image has."""
    if trace.target is None:
        return
    stage = trace.target if at is None or at.stage >= len(trace.stages) else trace.stages[at.stage]
    last = None if at is None else step_at(trace, at)
    for step in stage.chain():
        if step is last:
            return
        yield step


def step_at(trace: Trace, at: At) -> Step | None:
    if at.stage >= len(trace.stages) or at.step >= len(trace.stages[at.stage].steps):
        return None
    return trace.stages[at.stage].steps[at.step]


def command_at(step: Step, at: At) -> int | None:
    """Which of the step's commands it is in this run; None where the step does not come to it."""
    if at.command < 0:
        return None
    if at.command < len(step.commands) and step.commands[at.command].text == at.text:
        return at.command
    return next((n for n, command in enumerate(step.commands) if command.text == at.text), None)


def _before_command(step: Step, number: int) -> State:
    """What the packages make of it that the commands in front install; what others do is not followed."""
    state, command = step.before, step.commands[number]
    for run in step.commands[:number]:
        for applied in run.applied:
            state = replace(state, filesystem=applied.filesystem, database=applied.database)
    sets_path = any("PATH=" in run.text for run in step.commands[:number])
    if sets_path or any(gap.span.start < command.span.start for gap in step.not_understood):
        state = replace(state, filesystem=state.filesystem.disturb())
    return state


def evidence_of(trace: Trace, step: Step) -> Evidence:
    """The instruction of a step."""
    return evidence_at(trace, step.instruction.node.span, one_line(step.instruction))


def evidence_at(trace: Trace, span: Span, text: str) -> Evidence:
    source = trace.document.source
    line, _ = source.position(span.start)
    return Evidence(source.path, line, shorten(redact(" ".join(text.split())), _LONGEST))
