"""COPY and ADD of the build context: which words take it as a whole."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from layerlint.dockerfile.instructions import Add, Copy, Instruction
from layerlint.dockerfile.syntax import Word
from layerlint.execution.trace import Step, Trace


def reachable_steps(trace: Trace) -> Iterator[Step]:
    """The steps that a build of the target runs, in the order of the file."""
    for stage in trace.stages:
        if stage.stage.index in trace.graph.reachable:
            yield from stage.steps


def context_sources(instruction: Instruction) -> tuple[Word, ...]:
    """The words that name files of the build context (for ADD perhaps a URL); none of another source."""
    match instruction:
        case Copy(from_=None, transfer=transfer) | Add(transfer=transfer):
            return transfer.sources
        case _:
            return ()


def is_whole(word: Word) -> bool:
    """The source is the root of the context, or everything in it; one with a variable is not known."""
    path = posixpath.normpath("/" + word.value).lstrip("/")
    return path in ("", "*") and word.value != ""


def whole_context_copies(trace: Trace) -> Iterator[tuple[Step, Word]]:
    """The first word of each reachable step that takes the whole context."""
    for step in reachable_steps(trace):
        word = next(filter(is_whole, context_sources(step.instruction)), None)
        if word is not None:
            yield step, word
