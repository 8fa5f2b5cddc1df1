"""Variables of FROM that no ARG declares: they are empty."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.expand import expand
from layerlint.dockerfile.suggest import did_you_mean
from layerlint.domain.text import UNKNOWN
from layerlint.execution.trace import Trace


def _undefined(trace: Trace, params: NoParams) -> Iterator[Observation]:
    known = {**trace.graph.predefined, **dict.fromkeys(trace.graph.arguments, UNKNOWN)}
    for stage in trace.graph.stages:
        for word in (stage.instruction.platform, stage.instruction.image):
            if word is not None:
                for name in sorted(expand(word.value, known.get, trace.document.escape).unmatched):
                    yield Observation(word.span, {"name": name, "suggestion": did_you_mean(name, known)})


CHECK = Check(NoParams, _undefined, ("name", "suggestion"))
