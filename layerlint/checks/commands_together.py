"""Two programs for one purpose in one stage."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.analysis.command_lines import CommandLine
from layerlint.checks._lines import lines_of, text_of
from layerlint.checks.model import Check, Observation
from layerlint.domain.size import Size
from layerlint.execution.trace import Trace


@dataclass(frozen=True, slots=True)
class Params:
    commands: tuple[str, ...] = ()
    literal: bool = False
    """The words alone count: in any stage, unexpanded, at the head of a command."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    first: dict[tuple[int, bool], dict[str, CommandLine]] = {}
    for line in lines_of(trace, literal=params.literal):
        if line.name not in params.commands:
            continue
        # Triggers run in another stage.
        known = first.setdefault((line.place.stage.stage.index, line.place.trigger), {})
        if line.name not in known:
            if known:
                other = next(iter(known.values()))
                yield Observation(
                    line.name_span,
                    {"name": line.name, "other": other.name, "line": _number(trace, other)},
                    bytes=_installed(line) or _installed(other),
                    related=((other.name_span, f"`{text_of(trace, other)}`"),),
                )
            known[line.name] = line


def _installed(line: CommandLine) -> Size | None:
    """Bytes of the package of the program's name, where the image has it from one of its own steps."""
    if not line.place.ships:
        return None
    for step in line.place.stage.chain():
        for result in (result for command in step.commands for result in command.applied):
            for package in result.installed:
                if package.name == line.name and package.bytes.likely:
                    return package.bytes
    return None


def _number(trace: Trace, line: CommandLine) -> int:
    return trace.document.source.position(line.name_span.start)[0]


CHECK = Check(Params, _run, ("name", "other", "line"))
