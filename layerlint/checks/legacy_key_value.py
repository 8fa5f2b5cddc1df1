"""``ENV key value`` and ``LABEL key value``: the form without ``=``."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.checks._triggers import observed, with_triggers
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.instructions import Env, Label
from layerlint.execution.trace import Trace
from layerlint.source import Span


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for stage in trace.graph.stages:
        for instruction in with_triggers(stage):
            if isinstance(instruction, Env | Label) and instruction.legacy:
                pair = instruction.pairs[0]
                end = pair.key.span.end if pair.value is None else pair.value.span.end
                values = {"keyword": instruction.node.keyword.upper(), "key": pair.key.value}
                yield observed(stage, instruction, Span(pair.key.span.start, end), values)


CHECK = Check(NoParams, _run, ("keyword", "key"))
