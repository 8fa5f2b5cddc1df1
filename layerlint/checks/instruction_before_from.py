"""An instruction other than ARG in front of the first FROM."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.instructions import Arg, UnknownInstruction
from layerlint.execution.trace import Trace


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    """The first of them: it is the lack of a FROM that is at fault."""
    for stage in trace.graph.stages:
        for instruction in stage.instructions if stage.is_fragment else ():
            if not isinstance(instruction, Arg | UnknownInstruction):
                yield Observation(
                    instruction.node.keyword_span, {"keyword": instruction.node.keyword.upper()}
                )
                return


CHECK = Check(NoParams, _run, ("keyword",), refused=True)
