"""Where an instruction out of ONBUILD is reported: at the FROM that runs it, as BuildKit does.

The words of the trigger stand in another stage, which may be without a fault; each stage that is FROM it
has a finding of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from layerlint.checks.model import Observation
from layerlint.dockerfile.instructions import Instruction
from layerlint.graph import Stage
from layerlint.report import Confidence
from layerlint.source import Span


def with_triggers(stage: Stage) -> Iterator[Instruction]:
    """What a stage runs, in that order."""
    yield from stage.triggers
    yield from stage.instructions


def is_trigger(stage: Stage, instruction: Instruction) -> bool:
    """Triggers stand in a stage above."""
    return instruction.node.span.start < stage.instruction.node.span.start


def observed(
    stage: Stage,
    instruction: Instruction,
    span: Span,
    values: Mapping[str, str],
    confidence: Confidence | None = None,
) -> Observation:
    """A case of some words of an instruction that a stage runs."""
    if is_trigger(stage, instruction):
        related = ((span, "the trigger that runs here"),)
        return Observation(stage.instruction.image.span, values, related=related, confidence=confidence)
    return Observation(span, values, confidence=confidence)
