"""Who did what to a file: from hidden bytes back to the words of the Dockerfile."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from layerlint._dataclass import dataclass
from layerlint.dockerfile.instructions import one_line
from layerlint.effects import Compress, Decompress, Effect, Move, Remove
from layerlint.execution.trace import CommandRun, Step, Trace
from layerlint.filesystem.accounting import Hidden
from layerlint.filesystem.node import BASE_LAYER
from layerlint.source import Span


@dataclass(frozen=True, slots=True)
class Cause:
    """A command of a RUN, or an instruction as a whole."""

    step: Step
    command: CommandRun | None
    """None where the instruction did it, or a redirect that stands alone."""
    text: str

    @property
    def span(self) -> Span:
        """The command, or the keyword of the instruction."""
        return self.step.instruction.node.keyword_span if self.command is None else self.command.span


@dataclass(frozen=True, slots=True)
class HiddenGroup:
    """All that one cause hides."""

    cause: Cause
    items: tuple[Hidden, ...]
    """The largest first."""
    makers: tuple[tuple[Cause, tuple[Hidden, ...]], ...]
    """Who made what of it, in the order of the file, less what the base image ships."""


def command_of(step: Step, because: str) -> CommandRun | None:
    """The last command of the step with this text (`Inode.because`)."""
    return next((command for command in reversed(step.commands) if command.text == because), None)


def cause_of(step: Step, because: str) -> Cause:
    """The cause of an inode of the step's layer."""
    return Cause(step, command_of(step, because), because or one_line(step.instruction))


def by_hider(trace: Trace, items: Iterable[Hidden]) -> Iterator[HiddenGroup]:
    """Hidden data by the command that hides it, in the order of the file."""
    steps = trace.layer_steps()
    removers: dict[int, _Removers] = {}

    @cache
    def cause(layer: int, because: str) -> Cause:
        return cause_of(steps[layer], because)

    def hider(item: Hidden) -> Cause:
        layer = item.hidden_by
        if item.replacement is not None:
            return cause(layer, item.replacement.because)
        if layer not in removers:
            removers[layer] = _Removers.of(steps[layer])
        command = removers[layer].find(item)
        return cause(layer, "" if command is None else command.text)

    groups: dict[tuple[int, Span], tuple[Cause, list[Hidden]]] = {}
    for item in items:
        by = hider(item)
        groups.setdefault((item.hidden_by, by.span), (by, []))[1].append(item)
    for _, (by, found) in sorted(groups.items(), key=lambda group: group[0]):
        makers: dict[Span, tuple[Cause, list[Hidden]]] = {}
        for item in found:
            if item.created != BASE_LAYER:
                maker = cause(item.created, item.inode.because)
                makers.setdefault(maker.span, (maker, []))[1].append(item)
        yield HiddenGroup(
            by, tuple(found), tuple((maker, tuple(made)) for _, (maker, made) in sorted(makers.items()))
        )


@dataclass(frozen=True, slots=True)
class _Removers:
    """The commands of a step that take paths away."""

    paths: Mapping[str, CommandRun]
    labels: Mapping[str, CommandRun]
    """Of packages (`Inode.label`)."""
    only: CommandRun | None
    """The one command that removes anything, if there is one alone: paths may lead through symlinks."""

    @staticmethod
    def of(step: Step) -> _Removers:
        paths: dict[str, CommandRun] = {}
        labels: dict[str, CommandRun] = {}
        removing: list[CommandRun] = []
        for command in step.commands:
            taken = [path for effect in command.effects for path in _taken(effect)]
            paths.update(dict.fromkeys(taken, command))
            for package in (package for result in command.applied for package in result.removed):
                paths.update(dict.fromkeys(package.paths or (), command))
                labels[package.name] = command
            if taken or any(result.removed for result in command.applied):
                removing.append(command)
        return _Removers(paths, labels, removing[0] if len(removing) == 1 else None)

    def find(self, item: Hidden) -> CommandRun | None:
        path = item.path
        while path != "/":
            if (command := self.paths.get(path)) is not None:
                return command
            path = posixpath.dirname(path)
        label = (item.inode.label or "").partition(":")[2]
        return self.labels.get(label, self.only)


def _taken(effect: Effect) -> tuple[str, ...]:
    match effect:
        case Remove(path=path) | Compress(path=path, keep=False) | Decompress(path=path, keep=False):
            return (posixpath.normpath(path),)
        case Move(source=source):
            return (posixpath.normpath(source),)
        case _:
            return ()
