"""The last user of the image is root."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from layerlint._dataclass import dataclass
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.instructions import User
from layerlint.execution.trace import StageTrace, Trace
from layerlint.report import Confidence

_ROOT = ("", "root", "0")


@dataclass(frozen=True, slots=True)
class Params:
    stages: Literal["all", "final"] = "final"
    """Only the final stage runs anywhere."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    if params.stages == "all":
        for stage in trace.stages:
            yield from _own(stage)
    elif trace.target is not None:
        yield from _final(trace.target)


def _own(stage: StageTrace) -> Iterator[Observation]:
    """By the last USER of the stage itself."""
    users = [instruction for instruction in stage.stage.instructions if isinstance(instruction, User)]
    # What follows a fragment is not known.
    if users and users[-1].user.value.partition(":")[0] in _ROOT and not stage.stage.is_fragment:
        yield Observation(
            users[-1].user.span, {"runs": "runs", "reason": f"the last USER is {users[-1].user.value}"}
        )


def _final(target: StageTrace) -> Iterator[Observation]:
    if target.stage.is_fragment or target.final.user.partition(":")[0] not in _ROOT:
        return
    users = [step.instruction for step in target.chain() if isinstance(step.instruction, User)]
    if users:
        # An ARG that has no value here is given one on the command line.
        if target.final.user or "$" not in users[-1].user.value:
            yield Observation(
                users[-1].user.span, {"runs": "runs", "reason": f"the last USER is {users[-1].user.value}"}
            )
    else:
        # An unknown base may set a user of its own.
        known = target.base.known
        yield Observation(
            span=target.stage.instruction.image.span,
            values={
                "runs": "runs" if known else "may run",
                "reason": "no USER is set"
                if known
                else "no USER is set here, and what its base sets is not known",
            },
            confidence=None if known else Confidence.MEDIUM,
        )


CHECK = Check(Params, _run, ("runs", "reason"))
