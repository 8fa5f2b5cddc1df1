"""What EXPOSE comes to once its variables are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from layerlint.dockerfile.expand import expand
from layerlint.dockerfile.instructions import Expose
from layerlint.dockerfile.syntax import Word
from layerlint.domain.text import Unknown
from layerlint.execution.instructions import lookup
from layerlint.execution.trace import Trace
from layerlint.graph import Stage


def exposed(trace: Trace) -> Iterator[tuple[Stage, Expose, Word, Sequence[str]]]:
    """Each word of each EXPOSE with its ports; none where they are not known."""
    for stage in trace.stages:
        for step in stage.steps:
            if isinstance(step.instruction, Expose):
                look = lookup(step.before, known_base=stage.base.environment_known)
                for word in step.instruction.ports:
                    ports = expand(word.value, look, trace.document.escape).words
                    yield stage.stage, step.instruction, word, () if isinstance(ports, Unknown) else ports
