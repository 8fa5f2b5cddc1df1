"""A variable that is set to what it should not be, by ENV, by ARG or in a script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.analysis.by_identity import ByIdentity
from layerlint.analysis.command_lines import RunLines, run_lines
from layerlint.analysis.context_copies import reachable_steps
from layerlint.checks._triggers import observed
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.expand import expand
from layerlint.dockerfile.instructions import Arg, Env, KeyValue
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
    for step, pair, name, value in _known_pairs(ByIdentity(trace)):
        if patterns.match(name, value):
            yield _observation(step, pair, name, value)
    for run, name, text, span in _assignments(ByIdentity(trace)):
        if patterns.match(name, text):
            yield Observation(run.locate(span), {"keyword": "RUN", "name": name, "value": text})


def _kept(trace: Trace, patterns: _Patterns) -> Iterator[Observation]:
    if trace.target is None:
        return
    final = trace.target.final.environment
    last: dict[str, Observation] = {}
    for step in trace.target.chain():
        if isinstance(step.instruction, Env):
            for pair, name, value in _known(step, final, trace.document.escape):
                if patterns.match(name, value):
                    last[name] = _observation(step, pair, name, value)
    yield from last.values()


@lru_cache(maxsize=1)  # several rules ask for them
def _known_pairs(key: ByIdentity) -> tuple[tuple[Step, KeyValue, str, str], ...]:
    """Those of every step that a build runs."""
    return tuple(
        (step, *known)
        for step in reachable_steps(key.trace)
        for known in _known(step, _values_after(step), key.trace.document.escape)
    )


def _known(step: Step, values: Mapping[str, Text], escape: str) -> Iterator[tuple[KeyValue, str, str]]:
    """The pairs of an ENV or ARG, each with its name and value."""
    if not isinstance(step.instruction, Arg | Env):
        return
    for pair in step.instruction.pairs:
        name = expand(pair.key.value, lambda name: UNKNOWN, escape).text
        value = values.get(name, UNKNOWN) if isinstance(name, str) else UNKNOWN
        if isinstance(name, str) and isinstance(value, str):
            yield pair, name, value


def _observation(step: Step, pair: KeyValue, name: str, value: str) -> Observation:
    span = pair.key.span if pair.value is None else pair.key.span.cover(pair.value.span)
    facts = {"keyword": step.instruction.node.keyword.upper(), "name": name, "value": value}
    return observed(step.stage, step.instruction, span, facts)


def _values_after(step: Step) -> Mapping[str, Text]:
    return step.after.environment if isinstance(step.instruction, Env) else step.after.arguments


@lru_cache(maxsize=1)  # several rules ask for them
def _assignments(key: ByIdentity) -> tuple[tuple[RunLines, str, str, Span], ...]:
    """Those of every RUN that is built."""
    runs = (run for run in run_lines(key.trace) if run.place.built)
    return tuple((run, *assigned) for run in runs for assigned in _assigned(run.body))


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
