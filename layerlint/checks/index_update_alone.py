"""A step that fetches package lists and installs nothing: the cache keeps the lists as they were."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.analysis.context_copies import reachable_steps
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.instructions import Run
from layerlint.domain.truth import Truth
from layerlint.effects import InstallPackages, RemovePackages, UpdateIndex, UpgradePackages
from layerlint.execution.trace import CommandRun, Step, Trace


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for step in reachable_steps(trace):
        update = next(filter(_updates, step.commands), None)
        if update is not None and not _may_use_lists(step):
            yield Observation(update.span, {"command": update.text})


def _updates(command: CommandRun) -> bool:
    return command.reached is Truth.YES and any(isinstance(effect, UpdateIndex) for effect in command.effects)


def _may_use_lists(step: Step) -> bool:
    """A command of the step installs something, or is not known; or the lists lie in a cache mount."""
    # On a base that is not known a package manager's own commands are gaps too.
    understood = {command.text for command in step.commands if command.applied}
    if any(gap.command not in understood for gap in step.not_understood):
        return True
    if isinstance(step.instruction, Run) and any(mount.type == "cache" for mount in step.instruction.mounts):
        return True
    return any(
        isinstance(effect, InstallPackages | UpgradePackages | RemovePackages)
        for command in step.commands
        for effect in command.effects
    )


CHECK = Check(NoParams, _run, ("command",))
