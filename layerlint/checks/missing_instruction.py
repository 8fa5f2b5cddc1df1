"""An instruction that an image lacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from layerlint._dataclass import dataclass
from layerlint.checks._built_from import heirs
from layerlint.checks.model import Check, Observation
from layerlint.execution.trace import Trace


@dataclass(frozen=True, slots=True)
class Params:
    keyword: Literal["CMD", "ENTRYPOINT", "EXPOSE", "HEALTHCHECK", "LABEL", "USER", "WORKDIR"] = "HEALTHCHECK"
    or_else: tuple[str, ...] = ()
    """Keywords that will do as well."""
    stages: Literal["all", "final"] = "final"
    """``all``: every stage that neither has it, nor is FROM one, nor is the base of one that has it."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    keywords = {params.keyword, *params.or_else}
    having: set[int] = set()
    for stage in trace.stages:
        inherited = stage.parent is not None and stage.parent.stage.index in having
        if inherited or any(step.instruction.node.keyword.upper() in keywords for step in stage.steps):
            having.add(stage.stage.index)
    for stage in trace.stages if params.stages == "all" else filter(None, [trace.target]):
        if not stage.stage.is_fragment and not heirs(trace, stage) & having:
            yield Observation(stage.stage.instruction.image.span, {"keyword": params.keyword})


CHECK = Check(Params, _run, ("keyword",))
