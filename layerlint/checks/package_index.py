"""Package lists that a step fetches and leaves in its layer."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.analysis.package_files import LISTS, is_under
from layerlint.analysis.shipped import new_files
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.instructions import Run
from layerlint.domain.truth import Truth
from layerlint.domain.units import Bytes
from layerlint.effects import Remove, UpdateIndex
from layerlint.execution.trace import CommandRun, Step, Trace
from layerlint.report import Confidence


@dataclass(frozen=True, slots=True)
class Params:
    minimum: Bytes = 65536


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    for step in trace.layer_steps():
        if (command := _unknown_update(step)) is not None:
            yield Observation(command.span, {"command": command.text}, confidence=Confidence.MEDIUM)
            continue
        shipped = new_files(step, (LISTS,))
        if shipped is not None and shipped.bytes.likely >= params.minimum:
            yield Observation(
                span=shipped.cause.span,
                values={"command": shipped.cause.text},
                bytes=shipped.bytes,
                confidence=None if shipped.sure else Confidence.MEDIUM,
            )


def _unknown_update(step: Step) -> CommandRun | None:
    """An update on a base that is not known, after which no command removes the lists."""
    if step.before.database is not None or _mounts_lists(step):
        return None
    update: CommandRun | None = None
    for command in step.commands:
        for effect in command.effects:
            match effect:
                case UpdateIndex(manager="apt") if command.reached is Truth.YES:
                    update = command
                case Remove(path=path) if is_under(path, LISTS) or is_under(LISTS, path):
                    update = None
                case _:
                    pass
    return update


def _mounts_lists(step: Step) -> bool:
    """The lists are kept out of the layer, or may be: the target of a mount may rest on a variable."""
    if not isinstance(step.instruction, Run):
        return False
    return any(
        "$" in mount.target or is_under(LISTS, mount.target) or is_under(mount.target, LISTS)
        for mount in step.instruction.mounts
        if mount.type in ("cache", "tmpfs")
    )


CHECK = Check(Params, _run, ("command",))
