"""``FROM --platform`` that says what is so already, or what a build should be free to say."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.checks.model import Check, NoParams, Observation
from layerlint.execution.trace import Trace
from layerlint.graph import Stage

_DEFAULT = frozenset({"$TARGETPLATFORM", "${TARGETPLATFORM}"})


def _redundant(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for stage in trace.graph.stages:
        word = stage.instruction.platform
        if word is not None and word.value.strip("\"'") in _DEFAULT:
            yield Observation(word.span, {"platform": word.value})


def _constant(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for stage in trace.graph.stages:
        word = stage.instruction.platform
        if word is not None and "$" not in word.value and not _named_after(stage, word.value):
            yield Observation(word.span, {"platform": word.value})


def _named_after(stage: Stage, platform: str) -> bool:
    """A stage of one platform on purpose has a name that says so."""
    system, _, rest = platform.partition("/")
    architecture = rest.partition("/")[0]
    return any(part and part in (stage.name or "") for part in (system, architecture))


CONSTANT = Check(NoParams, _constant, ("platform",))
REDUNDANT = Check(NoParams, _redundant, ("platform",))
