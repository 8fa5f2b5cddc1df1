"""Many files are copied in front of an install, which then runs again whenever one of them changes."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.analysis.context_copies import context_sources, is_whole
from layerlint.analysis.installs import installs_dependencies
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.syntax import Word
from layerlint.domain.size import total
from layerlint.domain.truth import Truth
from layerlint.domain.units import format_size
from layerlint.execution.trace import CommandRun, Step, Trace
from layerlint.filesystem.layer import EntryKind


@dataclass(frozen=True, slots=True)
class Params:
    files: int = 20
    """A COPY of this many files is many, also where it does not take the whole context."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    ships = {id(step) for step in trace.layer_steps()}
    for stage in trace.stages:
        if stage.stage.index not in trace.graph.reachable:
            continue
        copied: Word | None = None
        installs: list[tuple[Step, CommandRun]] = []
        for step in stage.steps:
            if copied is None:
                copied = _many(step, params.files)
            elif (command := _install(step)) is not None:
                installs.append((step, command))
        if copied is None or not installs:
            continue
        # What the install adds is pushed and pulled again where it ships; elsewhere it is only made again.
        size = total(step.layer.bytes for step, _ in installs if step.layer is not None)
        first = installs[0][1]
        yield Observation(
            span=copied.span,
            values={
                "source": copied.value,
                "command": first.text,
                "line": trace.document.source.position(first.span.start)[0],
                "rebuilt": f", {format_size(size)} of layers" if size.likely else "",
            },
            bytes=size if size.likely and id(installs[0][0]) in ships else None,
            related=tuple((command.span, f"`{command.text}` runs again") for _, command in installs),
        )


def _many(step: Step, files: int) -> Word | None:
    """The word that takes many files of the context, where the step has one."""
    words = context_sources(step.instruction)
    whole = next(filter(is_whole, words), None)
    if whole is not None or not words or step.layer is None:
        return whole
    count = sum(entry.kind is EntryKind.FILE for entry in step.layer.entries)
    # Files of an archive that ADD unpacks change together: the archive is one file.
    unpacked = len(words) == 1 and step.instruction.node.keyword.upper() == "ADD"
    return words[0] if count >= files and not unpacked else None


def _install(step: Step) -> CommandRun | None:
    return next(
        (
            command
            for command in step.commands
            if command.reached is Truth.YES and installs_dependencies(command)
        ),
        None,
    )


CHECK = Check(Params, _run, ("source", "command", "line", "rebuilt"))
