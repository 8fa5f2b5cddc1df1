"""COPY or ADD of a path above the build context."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from layerlint.analysis.context_copies import context_sources
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.expand import expand
from layerlint.execution.instructions import lookup
from layerlint.execution.trace import Trace


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for stage in trace.stages:
        for step in stage.steps:
            failing = {fault.span for fault in step.faults}
            look = lookup(step.before, known_base=stage.base.environment_known)
            for word in context_sources(step.instruction):
                path = expand(word.value, look, trace.document.escape).text
                # That the build fails there is said already.
                if isinstance(path, str) and _is_above(path) and word.span not in failing:
                    yield Observation(word.span, {"path": path})


def _is_above(path: str) -> bool:
    return "://" not in path and posixpath.normpath(path).split("/")[0] == ".."


CHECK = Check(NoParams, _run, ("path",))
