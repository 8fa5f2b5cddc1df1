"""COPY or ADD of several sources to what is not written as a directory."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.checks._triggers import observed
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.expand import expand
from layerlint.dockerfile.instructions import Add, Copy
from layerlint.execution.instructions import lookup
from layerlint.execution.trace import Trace

_DIRECTORIES = ("/", "/.", "/..")


@dataclass(frozen=True, slots=True)
class Params:
    as_written: bool = False
    """COPY alone, by its words: ``.`` and a variable are not told apart from files."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    for stage in trace.stages:
        for step in stage.steps:
            match step.instruction:
                case Copy(transfer=transfer):
                    pass
                case Add(transfer=transfer) if not params.as_written:
                    pass
                case _:
                    continue
            word = transfer.destination
            count = len(transfer.sources) + len(transfer.heredocs)
            if count < 2:
                continue
            if params.as_written:
                fault = not word.value.strip("\"'").endswith("/")
            else:
                look = lookup(step.before, known_base=stage.base.environment_known)
                path = expand(word.value, look, trace.document.escape).text
                fault = isinstance(path, str) and path not in (".", "..") and not path.endswith(_DIRECTORIES)
            if fault:
                values = {"path": word.value, "count": str(count)}
                yield observed(stage.stage, step.instruction, word.span, values)


CHECK = Check(Params, _run, ("path", "count"))
