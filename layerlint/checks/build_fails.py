"""A step at which the real build stops."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.analysis.context_copies import reachable_steps
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.execution.trace import Fault, Step, Trace
from layerlint.report import Confidence


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    seen: set[Fault] = set()
    for step in reachable_steps(trace):
        for fault in step.faults:
            # A trigger of ONBUILD may fail in several stages; what is ignored has a check of its own.
            if fault not in seen and not fault.ignored:
                seen.add(fault)
                confidence = None if fault.certain else Confidence.MEDIUM
                yield Observation(fault.span, {"problem": _problem(step, fault)}, confidence=confidence)


def _problem(step: Step, fault: Fault) -> str:
    """The reason alone where the words of the finding are the command itself: those may be long."""
    for command in step.commands:
        if command.span == fault.span:
            return fault.message.removeprefix(f"`{command.text}` fails: ")
    return fault.message


CHECK = Check(NoParams, _run, ("problem",), of_image=True)
