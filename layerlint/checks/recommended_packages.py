"""Packages that are installed only because another one recommends them."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.analysis.invocations import invocations
from layerlint.analysis.shipped import knows_apt_configuration, target_commands
from layerlint.analysis.wording import enumerate_names
from layerlint.checks._lines import lines_of, text_of, up_to_verb
from layerlint.checks.model import Check, Observation
from layerlint.domain.size import total
from layerlint.domain.truth import Truth
from layerlint.domain.units import Bytes
from layerlint.effects import InstallPackages
from layerlint.execution.trace import CommandRun, Trace
from layerlint.report import Confidence


@dataclass(frozen=True, slots=True)
class Params:
    minimum: Bytes = 1048576
    """Of one command."""
    commands: tuple[str, ...] = ("apt-get install",)
    """In the literal reading: kinds of command lines."""
    options: tuple[str, ...] = ("--no-install-recommends", "APT::Install-Recommends=false")
    """In the literal reading: with any of these, nothing is added."""
    literal: bool = False
    """The words alone count: in any stage, unexpanded, at the head of a command."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    return _by_words(trace, params) if params.literal else _by_packages(trace, params)


def _by_words(trace: Trace, params: Params) -> Iterator[Observation]:
    lines = lines_of(trace, literal=True)
    for found in invocations(lines, params.commands, literal=True):
        if not any(map(found.has_option, params.options)):
            values = {"command": text_of(trace, found.line), "packages": ""}
            yield Observation(up_to_verb(found), values)


def _by_packages(trace: Trace, params: Params) -> Iterator[Observation]:
    for step, command in target_commands(trace):
        database = step.before.database
        if database is None or not database.known:
            if _may_follow_recommendations(command):
                values = {"command": command.text, "packages": ""}
                yield Observation(command.span, values, confidence=Confidence.LOW)
            continue
        packages = [package for result in command.applied for package in result.recommended]
        packages.sort(key=lambda package: (-package.bytes.likely, package.name))
        size = total(package.bytes for package in packages)
        if packages and size.likely >= params.minimum:
            sure = command.reached is Truth.YES and knows_apt_configuration(step)
            yield Observation(
                span=command.span,
                values={
                    "command": command.text,
                    "packages": f": {enumerate_names([package.name for package in packages], 4)}",
                },
                bytes=size,
                confidence=None if sure else Confidence.MEDIUM,
            )


def _may_follow_recommendations(command: CommandRun) -> bool:
    """On a base that is not known: unless an option or the configuration there says otherwise."""
    return any(
        isinstance(effect, InstallPackages) and effect.manager == "apt" and effect.recommends is None
        for effect in command.effects
    )


CHECK = Check(Params, _run, ("command", "packages"))
