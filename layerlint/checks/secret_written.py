"""A secret out of a variable is written to a file that stays in the layer."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Set
from typing import Final

from layerlint.analysis.command_lines import RunLines, run_lines
from layerlint.analysis.secret_names import is_secret_name
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.instructions import Run
from layerlint.domain.truth import Truth
from layerlint.execution.trace import Step, Trace
from layerlint.report import Confidence
from layerlint.shell.syntax import (
    Command,
    Parameter,
    Pipeline,
    Redirect,
    SimpleCommand,
    Word,
)
from layerlint.shell.walk import walk
from layerlint.source import Span

_WRITERS: Final = ("echo", "printf")
_OUTPUT: Final = (">", ">>", ">|")


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for run in run_lines(trace):
        place = run.place
        if not place.built:
            continue
        state = place.step.before
        declared = (state.environment, state.arguments, state.declared, _mounted(place.run))
        names: set[str] | None = None
        for name, path, span in _written(run):
            if names is None:
                entries = () if place.step.layer is None else place.step.layer.entries
                names = {posixpath.basename(entry.path) for entry in entries}
            there = _presence(place.step, names, path)
            if there is not Truth.NO and any(name in group for group in declared):
                sure = place.ships and place.step.complete and there is Truth.YES
                confidence = None if sure else Confidence.MEDIUM
                yield Observation(span, {"name": name, "path": path}, confidence=confidence)


def _written(run: RunLines) -> Iterator[tuple[str, str, Span]]:
    for command in walk(run.body):
        match command:
            case SimpleCommand(redirects=redirects):
                targets = [each.target for each in redirects if _is_output(each)]
                yield from _pairs(run, command, targets)
            case Pipeline(commands=(first, *_, SimpleCommand(words=(tee, *words)))) if tee.literal == "tee":
                targets = [word for word in words if not (word.literal or "").startswith("-")]
                yield from _pairs(run, first, targets)
            case _:
                pass


def _pairs(run: RunLines, command: Command, targets: list[Word]) -> Iterator[tuple[str, str, Span]]:
    if (
        not isinstance(command, SimpleCommand)
        or not command.words
        or command.words[0].literal not in _WRITERS
    ):
        return
    for word in command.words[1:]:
        for part in word.parts:
            if isinstance(part, Parameter) and part.operator == "" and is_secret_name(part.name):
                for target in targets:
                    yield part.name, target.literal or "", run.locate(word.span)
                return


def _is_output(redirect: Redirect) -> bool:
    return redirect.operator in _OUTPUT and redirect.descriptor in (None, 1)


def _mounted(run: Run) -> set[str]:
    """Variables of ``--mount=type=secret,env=NAME``."""
    return {
        value
        for mount in run.mounts
        if mount.type == "secret"
        for key, value in mount.options
        if key == "env"
    }


def _presence(step: Step, names: Set[str], path: str) -> Truth:
    """Whether the layer has a file of that name: it may be removed again, or lie in a mount."""
    name = posixpath.basename(path)
    if not name or path.startswith("/dev/"):
        return Truth.NO
    if name in names:
        return Truth.YES
    return Truth.NO if step.complete else Truth.MAYBE


CHECK = Check(NoParams, _run, ("name", "path"))
