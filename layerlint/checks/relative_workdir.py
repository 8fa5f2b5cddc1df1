"""The first WORKDIR of an image is relative: where it leads is up to the base image."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.checks._triggers import observed
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.expand import expand
from layerlint.dockerfile.instructions import Workdir
from layerlint.execution.instructions import lookup
from layerlint.execution.trace import StageTrace, Step, Trace

_ABSOLUTE = pattern(r"/|\\|[A-Za-z]:")
"""Of Windows, too: one look at the path must do for both."""


_ABSOLUTE_TEXT = pattern(r"""['"]?(?:/|\$|[A-Za-z]:)""")


@dataclass(frozen=True, slots=True)
class Params:
    as_written: bool = False
    """Every WORKDIR by its words, not the first by what it comes to."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    if params.as_written:
        yield from _relative_words(trace)
        return
    of_stages: set[int] = set()
    for stage in trace.stages:
        first = _first(stage)
        inherited = stage.parent is not None and stage.parent.stage.index in of_stages
        if inherited or first is not None:
            of_stages.add(stage.stage.index)
        if inherited or first is None:
            continue
        assert isinstance(first.instruction, Workdir)
        word = first.instruction.path
        look = lookup(first.before, known_base=stage.base.environment_known)
        path = expand(word.value, look, trace.document.escape).text
        if isinstance(path, str) and not _ABSOLUTE.match(path):
            yield observed(stage.stage, first.instruction, word.span, {"path": path or word.value})


def _relative_words(trace: Trace) -> Iterator[Observation]:
    for stage in trace.graph.stages:
        for instruction in stage.instructions:
            if isinstance(instruction, Workdir) and not _ABSOLUTE_TEXT.match(instruction.path.value):
                yield Observation(instruction.path.span, {"path": instruction.path.value})


def _is_workdir(step: Step) -> bool:
    return isinstance(step.instruction, Workdir)


def _first(stage: StageTrace) -> Step | None:
    return next(filter(_is_workdir, stage.steps), None)


CHECK = Check(Params, _run, ("path",))
