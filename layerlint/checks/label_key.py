"""Keys of labels that break Docker's rules for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from layerlint._pattern import pattern
from layerlint.checks._triggers import observed, with_triggers
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.expand import expand
from layerlint.dockerfile.instructions import Label
from layerlint.domain.text import UNKNOWN
from layerlint.execution.trace import Trace

_KEY: Final = pattern(r"[a-z](?:[a-z0-9._/-]*[a-z0-9])?\Z")
"""As docs.docker.com/engine/manage-resources/labels says, with ``_`` and ``/``, which are in wide use."""

_RESERVED: Final = ("com.docker.", "io.docker.", "org.dockerproject.")


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for stage in trace.graph.stages:
        for instruction in with_triggers(stage):
            if isinstance(instruction, Label):
                for pair in instruction.pairs:
                    text = expand(pair.key.value, lambda name: UNKNOWN, trace.document.escape).text
                    fault = _fault(text if isinstance(text, str) else pair.key.value)
                    if fault is not None:
                        values = {"key": pair.key.value, "fault": fault}
                        yield observed(stage, instruction, pair.key.span, values)


def _fault(key: str) -> str | None:
    if key.startswith(_RESERVED):
        return "is in a name space that is kept for Docker"
    if not _KEY.match(key):
        return "is not of lower-case letters, digits, dots and dashes from a letter to a letter or digit"
    return "has two dots or dashes in a row" if ".." in key or "--" in key else None


CHECK = Check(NoParams, _run, ("key", "fault"))
