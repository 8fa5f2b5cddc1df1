"""The whole build context is copied, and no file says what to leave out of it."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.analysis.context_copies import whole_context_copies
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.execution.trace import Trace


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    if trace.context is None or trace.context.ignore_file is not None:
        return
    for _, word in whole_context_copies(trace):
        yield Observation(word.span, {"source": word.value})
        return  # one ignore file mends them all


CHECK = Check(NoParams, _run, ("source",), of_image=True)
