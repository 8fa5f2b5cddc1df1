"""A file with a secret ships in the image, by what is in it or, where that is not known, by its name."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from layerlint.analysis.context_copies import context_sources
from layerlint.analysis.secret_files import SecretFile, kind_of_name, secret_files
from layerlint.analysis.wording import enumerate_names, name_paths
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.syntax import Word
from layerlint.execution.trace import Step, Trace
from layerlint.report import Confidence
from layerlint.source import Span


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    if trace.target is None:
        return
    for step in trace.target.chain():
        if trace.context is None:
            yield from _named(step)
        if step.layer is None:
            continue
        groups: dict[Span, list[SecretFile]] = {}
        for secret in secret_files(step.layer.entries):
            groups.setdefault(_span(step, secret.path), []).append(secret)
        for span, secrets in groups.items():
            yield _observation(span, secrets)


def _observation(span: Span, secrets: list[SecretFile]) -> Observation:
    kinds = dict.fromkeys(kind for secret in secrets for kind in secret.kinds)
    return Observation(
        span=span,
        values={
            "path": name_paths(secret.path for secret in secrets),
            "kind": enumerate_names(list(kinds)),
            "holds": "hold" if len(secrets) > 1 else "holds",
        },
        confidence=None if any(secret.sure for secret in secrets) else Confidence.MEDIUM,
    )


def _named(step: Step) -> Iterator[Observation]:
    """Without a build context."""
    for word in context_sources(step.instruction):
        if kind := kind_of_name(word.value):
            yield Observation(
                word.span,
                {"path": word.value, "kind": f"{kind}, by its name", "holds": "holds"},
                confidence=Confidence.MEDIUM,
            )


def _span(step: Step, path: str) -> Span:
    """The source that the file comes from, where its name tells; the keyword of the instruction else."""
    words = context_sources(step.instruction)
    if len(words) == 1:
        return words[0].span
    found = next((word for word in words if _brings(word, path)), None)
    return step.instruction.node.keyword_span if found is None else found.span


def _brings(word: Word, path: str) -> bool:
    return posixpath.basename(word.value.rstrip("/")) == posixpath.basename(path)


CHECK = Check(NoParams, _run, ("path", "kind", "holds"), of_image=True)
