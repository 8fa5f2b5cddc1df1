"""ENV that reads a variable which the same ENV sets: it reads what was there before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.checks._triggers import observed
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.conversion import part_of
from layerlint.dockerfile.expand import expand
from layerlint.dockerfile.instructions import Arg, Env
from layerlint.domain.text import UNKNOWN
from layerlint.execution.trace import State, Trace
from layerlint.report import Confidence
from layerlint.source import Span

_USE: Final = pattern(r"\$(?:\{(\w+)[^}]*\}?|(\w+))")
_PLAIN_USE: Final = pattern(r"\$(?:\{(\w+)\}|(\w+))")


@dataclass(frozen=True, slots=True)
class Params:
    as_written: bool = False
    """A variable inside single quotes or behind a backslash counts, one with a modifier does not."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    written: set[str] = set()
    for stage in trace.stages:
        # Any variable may come with a base that is not known.
        sure = None if stage.base.environment_known or params.as_written else Confidence.MEDIUM
        for step in stage.steps:
            if isinstance(step.instruction, Env) and len(step.instruction.pairs) > 1:
                known = written if params.as_written else _known(step.before)
                for span, name in _read(step.instruction, known, trace.document.escape, params):
                    yield observed(stage.stage, step.instruction, span, {"name": name}, sure)
            if isinstance(step.instruction, Arg | Env):
                written |= {pair.key.value for pair in step.instruction.pairs}


def _known(state: State) -> set[str]:
    """PATH has a default."""
    return {*state.environment, *state.arguments, *state.declared, "PATH"}


def _read(env: Env, known: set[str], escape: str, params: Params) -> Iterator[tuple[Span, str]]:
    """The first such use in each value."""
    keys = Counter(pair.key.value for pair in env.pairs)
    use = _PLAIN_USE if params.as_written else _USE
    for pair in env.pairs if len(env.pairs) > 1 else ():
        if pair.value is None or "$" not in pair.value.value:
            continue
        read = expand(pair.value.value, lambda name: UNKNOWN, escape).matched
        for found in use.finditer(pair.value.value):
            name = found[1] or found[2]
            by_another = keys[name] > (name == pair.key.value)
            if by_another and name not in known and (params.as_written or name in read):
                yield part_of(env.node, pair.value, found.span()), name
                break


CHECK = Check(Params, _run, ("name",))
