"""The text of a Dockerfile as it may be shown: without the values of secrets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from layerlint.analysis.secret_names import is_secret_name
from layerlint.dockerfile.instructions import Arg, Env, Instruction, OnBuild
from layerlint.domain.credentials import MASK, redact_lines
from layerlint.execution.trace import Trace
from layerlint.source import Span


def shown_text(trace: Trace) -> str:
    """All lines of it, each where it was: values that look like credentials, and those of ARG and ENV
    whose name is that of a secret, are masked."""
    text = trace.document.source.text
    parts: list[str] = []
    position = 0
    for span in sorted(_values(trace.instructions)):
        value = text[span.start : span.end]
        parts += [text[position : span.start], "\n".join(MASK for _ in value.split("\n"))]
        position = span.end
    return redact_lines("".join((*parts, text[position:])))


def _values(instructions: Iterable[Instruction]) -> Iterator[Span]:
    for instruction in instructions:
        inner = instruction.instruction if isinstance(instruction, OnBuild) else instruction
        if not isinstance(inner, Arg | Env):
            continue
        for pair in inner.pairs:
            # What a variable stands for is not written here.
            if pair.value is not None and "$" not in pair.value.value and is_secret_name(pair.key.value):
                yield pair.value.span
