"""A command that upgrades every package of the image, with the bytes that it adds."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.analysis.invocations import Invocation, invocations
from layerlint.checks._lines import lines_of, text_of, up_to_verb
from layerlint.checks.model import Check, Observation
from layerlint.domain.size import Size, total
from layerlint.domain.units import format_size
from layerlint.execution.trace import Trace


@dataclass(frozen=True, slots=True)
class Params:
    commands: tuple[str, ...] = ()
    """Kinds of command lines; one that names packages upgrades only these."""
    values: tuple[str, ...] = ()
    """Options that take a value."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    for found in invocations(lines_of(trace, literal=False), params.commands, params.values):
        if found.operands or found.partial:
            continue
        size = _added(found) if found.line.place.ships else None
        cost = "" if size is None else f", and adds {format_size(size)}"
        yield Observation(
            up_to_verb(found), {"command": text_of(trace, found.line), "cost": cost}, bytes=size
        )


def _added(found: Invocation) -> Size | None:
    """New files of packages that lie in a layer below as well."""
    packages = [package for run in found.line.runs for result in run.applied for package in result.installed]
    size = total(package.bytes for package in packages)
    return size if size.likely else None


CHECK = Check(Params, _run, ("command", "cost"))
