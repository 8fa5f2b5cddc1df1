"""COPY to a relative path where no WORKDIR says from where."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.checks._triggers import observed
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.expand import expand
from layerlint.dockerfile.instructions import Add, Copy, Workdir
from layerlint.execution.instructions import lookup
from layerlint.execution.trace import Trace

_ABSOLUTE = pattern(r"/|\\|[A-Za-z]:")
_ABSOLUTE_TEXT = pattern(r"""['"]?(?:/|\$|[A-Za-z]:)""")


@dataclass(frozen=True, slots=True)
class Params:
    as_written: bool = False
    """COPY alone, by its words."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    of_stages: set[int] = set()
    for stage in trace.stages:
        chosen = stage.parent is not None and stage.parent.stage.index in of_stages
        for step in stage.steps:
            chosen |= isinstance(step.instruction, Workdir)
            match step.instruction:
                case Copy(transfer=transfer) if params.as_written:
                    relative = not _ABSOLUTE_TEXT.match(transfer.destination.value)
                case Copy(transfer=transfer) | Add(transfer=transfer) if not params.as_written:
                    look = lookup(step.before, known_base=stage.base.environment_known)
                    path = expand(transfer.destination.value, look, trace.document.escape).text
                    relative = isinstance(path, str) and not _ABSOLUTE.match(path)
                case _:
                    continue
            if relative and not chosen:
                word = transfer.destination
                yield observed(stage.stage, step.instruction, word.span, {"path": word.value})
        if chosen:
            of_stages.add(stage.stage.index)


CHECK = Check(Params, _run, ("path",))
