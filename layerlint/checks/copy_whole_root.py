"""``COPY --from=… / /``: a whole root file system on top of another one."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.instructions import Copy
from layerlint.execution.trace import Trace
from layerlint.graph import Scratch


@dataclass(frozen=True, slots=True)
class Params:
    onto_scratch: bool = False
    """Also where the stage is ``FROM scratch``: to copy all into it is how an image is squashed."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    for stage in trace.graph.stages:
        if isinstance(stage.base, Scratch) and not params.onto_scratch:
            continue
        for instruction in stage.instructions:
            if not isinstance(instruction, Copy) or instruction.from_ is None:
                continue
            transfer = instruction.transfer
            root = [word for word in transfer.sources if word.value.strip("\"'") == "/"]
            if root and transfer.destination.value.strip("\"'") == "/":
                yield Observation(root[0].span, {"source": instruction.from_.value})


CHECK = Check(Params, _run, ("source",))
