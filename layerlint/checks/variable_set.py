"""A variable that is set to what it should not be, by ENV, by ARG or in a script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.analysis.command_lines import run_lines
from layerlint.analysis.context_copies import reachable_steps
from layerlint.checks._triggers import observed
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.expand import expand
from layerlint.dockerfile.instructions import Arg, Env
from layerlint.domain.text import UNKNOWN, Text
from layerlint.execution.trace import Step, Trace
from layerlint.shell.glob import matches
from layerlint.shell.syntax import Command, SimpleCommand
from layerlint.shell.walk import walk
from layerlint.source import Span

_SETTERS: Final = frozenset({"declare", "env", "export", "readonly", "typeset"})


@dataclass(frozen=True, slots=True)
class Params:
    variables: tuple[str, ...] = ()
    """``NAME=VALUE``: the value is a pattern, in any case; ``!NAME=VALUE`` takes out again.  An empty value
    sets nothing, unless the pattern is empty too."""
    kept: bool = False
    """Only by ENV, and as it is in the image that is built: what a later ENV resets does not count."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    patterns = _Patterns(params.variables)
    if params.kept:
        yield from _kept(trace, patterns)
        return
    for step in reachable_steps(trace):
        yield from _set(trace, step, patterns, _values_after(step))
    for run in run_lines(trace):
        if run.place.built:
            for name, text, span in _assigned(run.body):
                if patterns.match(name, text):
                    yield Observation(run.locate(span), {"keyword": "RUN", "name": name, "value": text})


def _kept(trace: Trace, patterns: _Patterns) -> Iterator[Observation]:
    if trace.target is None:
        return
    final = trace.target.final.environment
    last: dict[str, Observation] = {}
    for step in trace.target.chain():
        if isinstance(step.instruction, Env):
            for observation in _set(trace, step, patterns, final):
                last[str(observation.values["name"])] = observation
    yield from last.values()


def _set(trace: Trace, step: Step, patterns: _Patterns, values: Mapping[str, Text]) -> Iterator[Observation]:
    instruction = step.instruction
    if not isinstance(instruction, Arg | Env):
        return
    for pair in instruction.pairs:
        name = expand(pair.key.value, lambda name: UNKNOWN, trace.document.escape).text
        value = values.get(name, UNKNOWN) if isinstance(name, str) else UNKNOWN
        if isinstance(name, str) and isinstance(value, str) and patterns.match(name, value):
            span = pair.key.span if pair.value is None else pair.key.span.cover(pair.value.span)
            facts = {"keyword": instruction.node.keyword.upper(), "name": name, "value": value}
            yield observed(step.stage, instruction, span, facts)


def _values_after(step: Step) -> Mapping[str, Text]:
    return step.after.environment if isinstance(step.instruction, Env) else step.after.arguments


def _assigned(body: Command) -> Iterator[tuple[str, str, Span]]:
    """What a script sets to a value that is known: for one command, or for what follows."""
    for command in walk(body):
        if not isinstance(command, SimpleCommand):
            continue
        for assignment in command.assignments:
            if (text := assignment.value.literal) is not None:
                yield assignment.name, text, assignment.span
        first = command.words[0].literal if command.words else None
        for word in command.words[1:] if first in _SETTERS else ():
            name, equals, text = (word.literal or "").partition("=")
            if equals:
                yield name, text, word.span


class _Patterns:
    def __init__(self, variables: Sequence[str]) -> None:
        self._by_name: dict[str, list[tuple[str, bool]]] = {}
        for text in variables:
            name, _, value = text.removeprefix("!").partition("=")
            self._by_name.setdefault(name, []).append((value.lower(), not text.startswith("!")))

    def match(self, name: str, value: str) -> bool:
        """The last pattern that fits decides."""
        found = [wanted for pattern, wanted in self._by_name.get(name, ()) if matches(pattern, value.lower())]
        return bool(found) and found[-1]


CHECK = Check(Params, _run, ("keyword", "name", "value"))
