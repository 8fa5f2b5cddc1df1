"""The outcomes that many models share."""

from __future__ import annotations

from layerlint.domain.size import Size
from layerlint.domain.truth import Truth
from layerlint.effects import NOTHING, Effect, Outcome, Stream, Unmodelled

SUCCESS = Outcome()
FAILURE = Outcome(status=Truth.NO)
"""The command refuses: nothing is done, and the status is not zero."""


def said(verbose: bool) -> Stream:
    """What a tool tells of its work (``-v``): not followed."""
    return Stream(Size(0, 0, None)) if verbose else NOTHING


def unmodelled(reason: str, *effects: Effect, stdout: Stream = NOTHING) -> Outcome:
    """What is known of a command of which something is not."""
    return Outcome((*effects, Unmodelled(reason)), stdout=stdout)


ANSWER = Outcome(stdout=Stream(Size(0, 2000, None)))
"""Some text of a length that is not known, and nothing else."""
