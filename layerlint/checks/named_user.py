"""USER by a name: what number it is stands in the image alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.instructions import Arg, User
from layerlint.execution.trace import Trace

_PLAIN_USE: Final = pattern(r"\$(?:\{(\w+)\}|(\w+))")


@dataclass(frozen=True, slots=True)
class Params:
    stages: Literal["all", "final"] = "final"
    """Of the final stage the last USER counts, of all stages every one by its words."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    if params.stages == "all":
        yield from _words(trace)
    elif trace.target is not None:
        steps = [step for step in trace.target.chain() if isinstance(step.instruction, User)]
        user = trace.target.final.user.partition(":")[0]
        # Root is another rule's; one that is not known is no name.
        if steps and user[:1].isalpha() and user != "root":
            last = steps[-1].instruction
            assert isinstance(last, User)
            yield Observation(last.user.span, {"user": last.user.value})


def _words(trace: Trace) -> Iterator[Observation]:
    """A name that comes from an ARG may be a number."""
    arguments = set(trace.graph.arguments)
    for stage in trace.graph.stages:
        for instruction in stage.instructions:
            if isinstance(instruction, Arg):
                arguments |= {pair.key.value for pair in instruction.pairs}
            if isinstance(instruction, User):
                word = instruction.user
                name = word.value.partition(":")[0]
                read = {use[1] or use[2] for use in _PLAIN_USE.finditer(word.value)}
                if not name.isdecimal() and not read & arguments:
                    yield Observation(word.span, {"user": word.value})


CHECK = Check(Params, _run, ("user",))
