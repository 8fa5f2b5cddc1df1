"""An archive that is unpacked and still ships beside what was in it."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.analysis.causes import cause_of
from layerlint.analysis.shipped import target_commands
from layerlint.checks.model import Check, Observation
from layerlint.domain.truth import Truth
from layerlint.domain.units import Bytes
from layerlint.effects import Decompress, Extract
from layerlint.execution.trace import CommandRun, Trace
from layerlint.filesystem.node import BASE_LAYER, Inode
from layerlint.report import Confidence


@dataclass(frozen=True, slots=True)
class Params:
    minimum: Bytes = 65536


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    steps = trace.layer_steps()
    seen: set[int] = set()
    for step, command in target_commands(trace):
        for path in _archives(command):
            inode = step.after.filesystem.lookup(path)
            if not isinstance(inode, Inode) or inode.layer == BASE_LAYER or id(inode) in seen:
                continue
            if inode.size.likely < params.minimum:
                continue
            seen.add(id(inode))
            made = cause_of(steps[inode.layer], inode.because)
            sure = step.complete and inode.presence is Truth.YES and command.reached is Truth.YES
            yield Observation(
                span=command.span,
                values={"command": command.text, "path": path},
                bytes=inode.size,
                related=() if made.span == command.span else ((made.span, f"{path} comes from here"),),
                confidence=None if sure else Confidence.MEDIUM,
            )


def _archives(command: CommandRun) -> Iterator[str]:
    for effect in command.effects:
        match effect:
            case Extract(archive=path) | Decompress(path=path, keep=True):
                yield path
            case _:
                pass


CHECK = Check(Params, _run, ("command", "path"))
