"""A command line without an option that it needs in a build."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.analysis.invocations import Invocation, invocations
from layerlint.analysis.shipped import knows_apt_configuration
from layerlint.checks._lines import lines_of, text_of, up_to_verb
from layerlint.checks.model import Check, Observation
from layerlint.domain.truth import Truth
from layerlint.effects import InstallPackages
from layerlint.execution.trace import Trace
from layerlint.execution.view import read_data
from layerlint.filesystem.node import Inode
from layerlint.report import Confidence


@dataclass(frozen=True, slots=True)
class Params:
    commands: tuple[str, ...] = ()
    """Kinds of command lines: ``apt-get install``."""
    options: tuple[str, ...] = ()
    """Any of these will do: ``-y``, ``-qq`` (a letter twice), ``--yes``, or a word as written."""
    values: tuple[str, ...] = ()
    """Options that take a value."""
    given: tuple[str, ...] = ()
    """Only a line that has one of these needs it."""
    settings: tuple[str, ...] = ()
    """Configuration files that may hold the option too."""
    question: bool = False
    """The option answers a question, which standard input or the configuration may answer too."""
    literal: bool = False
    """The words alone count: in any stage, unexpanded, at the head of a command."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    lines = lines_of(trace, literal=params.literal)
    for found in invocations(lines, params.commands, params.values, literal=params.literal):
        if found.partial or any(map(found.has_option, params.options)):
            continue
        if (params.given and not any(map(found.has_option, params.given))) or _is_set(found, params):
            continue
        if params.question and not params.literal and _is_answered(found):
            continue
        yield Observation(
            span=up_to_verb(found),
            values={"command": text_of(trace, found.line), "name": found.line.name},
            confidence=None if params.literal or _is_sure(found, params) else Confidence.MEDIUM,
        )


def _is_sure(found: Invocation, params: Params) -> bool:
    """The command runs, and no configuration that is not seen can answer its question."""
    runs = found.line.reached is Truth.YES
    return runs and (not params.question or knows_apt_configuration(found.line.place.step))


def _is_set(found: Invocation, params: Params) -> bool:
    """A configuration file holds one of the options, or may: what is in it is not known."""
    filesystem = found.line.place.step.before.filesystem
    for path in params.settings:
        node = filesystem.lookup(path)
        data = read_data(node) if isinstance(node, Inode) else b""
        if data is None or any(option in data.decode("utf-8", "replace") for option in params.options):
            return True
    return False


def _is_answered(found: Invocation) -> bool:
    """Something is piped in, or apt's configuration says yes."""
    effects = [effect for run in found.line.runs for effect in run.effects]
    asked = [each for each in effects if isinstance(each, InstallPackages) and each.manager == "apt"]
    if asked:
        return all(each.assume_yes for each in asked)
    return found.line.answered


CHECK = Check(Params, _run, ("command", "name"))
