"""``--from`` of a name that is no stage of the file and does not look like an image either."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.analysis.references import named_images
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.instructions import Copy
from layerlint.dockerfile.syntax import Word
from layerlint.execution.trace import Trace
from layerlint.graph import EdgeKind


@dataclass(frozen=True, slots=True)
class Params:
    as_written: bool = False
    """COPY alone, by its words: names of stages in their own case, and also what BuildKit refuses."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    if params.as_written:
        for word in _unknown_words(trace):
            yield Observation(word.span, {"name": word.value})
        return
    for image in named_images(trace, built=False):
        if image.kind is not EdgeKind.FROM and image.tag is None and image.digest is None:
            yield Observation(image.span, {"name": image.reference})


def _unknown_words(trace: Trace) -> Iterator[Word]:
    known: set[str] = set()
    for stage in trace.graph.stages:
        if not stage.is_fragment:
            known.add(str(stage.index))
        if stage.instruction.name is not None:
            known.add(stage.instruction.name.value)
        for instruction in stage.instructions:
            word = instruction.from_ if isinstance(instruction, Copy) else None
            if word is not None and ":" not in word.value and word.value not in known:
                yield word


CHECK = Check(Params, _run, ("name",))
