"""The words of a file that are about the whole image: what it is made from, what it starts."""

from __future__ import annotations

from layerlint.dockerfile.instructions import Cmd, Entrypoint
from layerlint.execution.trace import StageTrace
from layerlint.source import Span


def first_image(target: StageTrace) -> Span:
    """The image in the FROM at the end of the target's chain of stages."""
    while target.parent is not None:
        target = target.parent
    return target.stage.instruction.image.span


def start_span(target: StageTrace) -> Span | None:
    """The last ENTRYPOINT, else the last CMD."""
    found: dict[type, Span] = {}
    for step in target.chain():
        if isinstance(step.instruction, Cmd | Entrypoint):
            found[type(step.instruction)] = step.instruction.node.keyword_span
    return found.get(Entrypoint, found.get(Cmd))
