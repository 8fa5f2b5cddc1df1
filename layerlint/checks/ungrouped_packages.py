"""Packages that are added one by one and taken out one by one again in the same RUN."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.analysis.command_lines import run_lines
from layerlint.analysis.invocations import invocations
from layerlint.analysis.wording import enumerate_names
from layerlint.checks._lines import up_to_verb
from layerlint.checks.model import Check, Observation
from layerlint.execution.trace import Trace

_ADD = ("apk add",)
_REMOVE = ("apk del",)
_GROUP = ("-t", "--virtual")


@dataclass(frozen=True, slots=True)
class Params:
    minimum: int = 2
    """Packages that are named twice."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    for run in run_lines(trace):
        if not run.place.built:
            continue
        removed = {
            word.text
            for found in invocations(run.commands, _REMOVE)
            for word in found.operands
            if isinstance(word.text, str)
        }
        for found in invocations(run.commands, _ADD, _GROUP):
            names = [str(word.text) for word in found.operands if word.text in removed]
            if len(names) >= params.minimum and not any(map(found.has_option, _GROUP)):
                yield Observation(up_to_verb(found), {"packages": enumerate_names(names)})


CHECK = Check(Params, _run, ("packages",))
