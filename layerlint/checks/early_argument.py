"""An ARG that is another one in each build, declared in front of steps that do not need it.

Each RUN gets every ARG of the stage that stands above it, so that a new value runs them all again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.analysis.wording import name_lines
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.instructions import Arg, Run
from layerlint.domain.size import total
from layerlint.domain.truth import Truth
from layerlint.domain.units import Bytes, format_size
from layerlint.effects import InstallPackages
from layerlint.execution.trace import Step, Trace

_NAMES = (
    "APP_VERSION", "BUILD_DATE", "BUILD_ID", "BUILD_NUMBER", "BUILD_TIME", "BUILD_TIMESTAMP",
    "BUILD_VERSION", "COMMIT", "COMMIT_HASH", "COMMIT_SHA", "GIT_COMMIT", "GIT_HASH", "GIT_REF",
    "GIT_REVISION", "GIT_SHA", "REVISION", "SOURCE_COMMIT", "TIMESTAMP", "VCS_REF",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Params:
    names: tuple[str, ...] = _NAMES
    """Of arguments that change with every commit or every build, in any case."""
    minimum: Bytes = 1 << 20
    """Of the layers that are made again; an install counts whatever it weighs."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    for stage in trace.stages:
        left = {name.lower() for name in params.names}
        for index, step in enumerate(stage.steps):
            if not isinstance(step.instruction, Arg) or stage.stage.index not in trace.graph.reachable:
                continue
            for pair in step.instruction.pairs:
                name = pair.key.value
                # Once each, so that the steps are not looked through again and again.
                if name.lower() not in left:
                    continue
                left.discard(name.lower())
                again = _until_use(stage.steps[index + 1 :], name)
                size = total(each.layer.bytes for each in again if each.layer is not None)
                if again and (size.likely >= params.minimum or any(map(_installs, again))):
                    lines = name_lines(each.instruction.node.start_line for each in again)
                    values = {"name": name, "lines": lines, "amount": format_size(size)}
                    yield Observation(pair.key.span, values)


def _until_use(steps: tuple[Step, ...], name: str) -> list[Step]:
    """The RUNs in front of the first instruction that names it."""
    use = re.compile(rf"\b{re.escape(name)}\b")
    found: list[Step] = []
    for step in steps:
        node = step.instruction.node
        if use.search(node.text) or any(use.search(heredoc.content) for heredoc in node.heredocs):
            break
        if isinstance(step.instruction, Run):
            found.append(step)
    return found


def _installs(step: Step) -> bool:
    return any(
        isinstance(effect, InstallPackages)
        for command in step.commands
        if command.reached is Truth.YES
        for effect in command.effects
    )


CHECK = Check(Params, _run, ("name", "lines", "amount"))
