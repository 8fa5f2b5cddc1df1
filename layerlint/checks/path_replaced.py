"""ENV sets PATH and leaves out folders that were in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from layerlint.analysis.context_copies import reachable_steps
from layerlint.analysis.wording import enumerate_names
from layerlint.checks._triggers import observed
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.instructions import Env
from layerlint.execution.trace import Trace
from layerlint.report import Confidence

_SYSTEM: Final = "/usr/bin:/bin"
"""What a base that is not known has in any case."""


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    known = {stage.stage.index: stage.base.environment_known for stage in trace.stages}
    for step in reachable_steps(trace):
        if not isinstance(step.instruction, Env):
            continue
        pair = next((pair for pair in step.instruction.pairs if pair.key.value == "PATH"), None)
        after = step.after.environment.get("PATH")
        if pair is None or not isinstance(after, str):
            continue
        before = step.before.environment.get("PATH", _SYSTEM)
        folders = after.split(":")
        lost = [
            folder
            for folder in (before if isinstance(before, str) else _SYSTEM).split(":")
            if folder and folder not in folders
        ]
        # On a system with one /bin for both, either will do.
        if "/usr/bin" in folders or "/bin" in folders:
            lost = [folder for folder in lost if folder not in ("/bin", "/sbin", "/usr/bin", "/usr/sbin")]
        if lost:
            sure = known[step.stage.index] and "PATH" in step.before.environment
            confidence = None if sure else Confidence.MEDIUM
            values = {"lost": enumerate_names(lost), "value": after}
            span = pair.key.span if pair.value is None else pair.key.span.cover(pair.value.span)
            yield observed(step.stage, step.instruction, span, values, confidence)


CHECK = Check(NoParams, _run, ("lost", "value"))
