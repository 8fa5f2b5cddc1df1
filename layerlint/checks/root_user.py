"""The image that is built runs its process as root."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.instructions import User
from layerlint.execution.trace import Trace
from layerlint.report import Confidence

_ROOT = ("", "root", "0")


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    if trace.target is None or trace.target.final.user.partition(":")[0] not in _ROOT:
        return
    users = [step.instruction for step in trace.target.chain() if isinstance(step.instruction, User)]
    if users:
        # An ARG that has no value here is given one on the command line.
        if trace.target.final.user or "$" not in users[-1].user.value:
            yield Observation(users[-1].user.span, {"reason": f"the last USER is {users[-1].user.value}"})
        return
    if trace.target.stage.is_fragment:
        return
    # An unknown base may set a user of its own.
    sure = trace.target.base.known
    yield Observation(
        span=trace.target.stage.instruction.image.span,
        values={"reason": "no USER is set"},
        confidence=None if sure else Confidence.MEDIUM,
    )


CHECK = Check(NoParams, _run, ("reason",))
