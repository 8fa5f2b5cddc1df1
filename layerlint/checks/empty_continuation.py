"""Blank lines inside a continued instruction."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.checks.model import Check, NoParams, Observation
from layerlint.execution.trace import Trace
from layerlint.source import Span


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    """One for each run of neighbouring lines, their ends included."""
    text = trace.document.source.text
    run: Span | None = None
    for blank in trace.document.empty_continuations:
        end = text.find("\n", blank.end)
        whole = Span(blank.start, len(text) if end < 0 else end + 1)
        if run is not None and run.end == whole.start:
            run = Span(run.start, whole.end)
            continue
        if run is not None:
            yield Observation(run, {})
        run = whole
    if run is not None:
        yield Observation(run, {})


CHECK = Check(NoParams, _run)
