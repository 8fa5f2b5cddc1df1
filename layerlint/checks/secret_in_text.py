"""A secret stands in the Dockerfile itself: in a variable, a label, a command or a here-document."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.checks.model import Check, NoParams, Observation
from layerlint.domain.credentials import find_credentials
from layerlint.execution.trace import Trace
from layerlint.report import Confidence
from layerlint.source import Span


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    text = trace.document.source.text
    nodes = [instruction.node for instruction in trace.instructions]
    for found in sorted(find_credentials(text), key=lambda credential: credential.start):
        node = next((node for node in nodes if node.span.start <= found.start < node.span.end), None)
        if node is not None:  # else it stands in a comment, and is in no image
            yield Observation(
                # A key of several lines is marked at its first characters.
                Span(found.start, min(found.end, _line_end(text, found.start))),
                {"keyword": node.keyword.upper(), "kind": found.kind},
                confidence=None if found.sure else Confidence.MEDIUM,
            )


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start + 1)
    return len(text) if end < 0 else end


CHECK = Check(NoParams, _run, ("keyword", "kind"))
