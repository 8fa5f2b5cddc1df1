"""A CMD, ENTRYPOINT or HEALTHCHECK that a later one of the same stage takes the place of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from layerlint._dataclass import dataclass
from layerlint.checks._triggers import is_trigger, with_triggers
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.instructions import Cmd, Entrypoint, Healthcheck
from layerlint.execution.trace import Trace
from layerlint.source import Span


@dataclass(frozen=True, slots=True)
class Params:
    keywords: tuple[Literal["CMD", "ENTRYPOINT", "HEALTHCHECK"], ...] = ("CMD", "ENTRYPOINT", "HEALTHCHECK")


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    for stage in trace.graph.stages:
        earlier: dict[str, Span] = {}
        for instruction in with_triggers(stage):
            if isinstance(instruction, Cmd | Entrypoint | Healthcheck):
                keyword = instruction.node.keyword.upper()
                if keyword not in params.keywords:
                    continue
                span = instruction.node.keyword_span
                if keyword in earlier:
                    related = ((span, "the one that counts"),)
                    yield Observation(earlier[keyword], {"keyword": keyword}, related=related)
                # A trigger stands in another stage: what it does to this one is seen at its FROM.
                earlier[keyword] = stage.instruction.image.span if is_trigger(stage, instruction) else span


CHECK = Check(Params, _run, ("keyword",))
