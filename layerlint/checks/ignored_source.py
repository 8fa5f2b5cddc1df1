"""COPY or ADD of what an ignore file leaves out of the build context."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from layerlint.analysis.context_copies import context_sources, reachable_steps
from layerlint.checks._triggers import observed
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.dockerignore import Matcher
from layerlint.dockerfile.expand import expand
from layerlint.execution.instructions import lookup
from layerlint.execution.trace import Trace

_EVERYTHING = frozenset({"*", "**", "**/*"})
"""Patterns that leave nothing of the context."""


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    context = trace.context
    if context is None or context.ignore is None:
        return
    for step in reachable_steps(trace):
        look = lookup(step.before, known_base=True)
        faulty = {fault.span for fault in step.faults if fault.ignored}
        for word in context_sources(step.instruction):
            source = expand(word.value, look, trace.document.escape).text
            if word.span in faulty or (isinstance(source, str) and _is_ignored(source, context.ignore)):
                values = {"source": str(source), "file": str(context.ignore_file)}
                yield observed(step.stage, step.instruction, word.span, values)


def _is_ignored(source: str, ignore: Matcher) -> bool:
    """By its text, so that patterns are told too; like BuildKit, not where ``!`` may bring some of it back."""
    path = posixpath.normpath(f"/{source}").lstrip("/")
    if ignore.has_exceptions or "://" in source:
        return False
    if not path:
        return any(pattern.text in _EVERYTHING for pattern in ignore.patterns)
    return ignore.matches(path)


CHECK = Check(NoParams, _run, ("source", "file"), of_image=True)
