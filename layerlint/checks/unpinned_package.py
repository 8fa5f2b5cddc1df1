"""A package that is installed in whatever version there is on the day of the build."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from layerlint._dataclass import dataclass
from layerlint.analysis.command_words import Argument
from layerlint.analysis.invocations import Invocation, invocations
from layerlint.analysis.wording import enumerate_names
from layerlint.checks._lines import lines_of, text_of
from layerlint.checks.model import Check, Observation
from layerlint.execution.trace import Trace
from layerlint.shell.glob import matches


@dataclass(frozen=True, slots=True)
class Params:
    commands: tuple[str, ...] = ()
    """Kinds of command lines: ``apt-get install``."""
    pinned: tuple[str, ...] = ()
    """Patterns of a word with a version, or of no name at all; the last that matches decides, ``!`` denies."""
    options: tuple[str, ...] = ()
    """With any of these, versions are given elsewhere."""
    values: tuple[str, ...] = ()
    """Options that take a value."""
    single: tuple[str, ...] = ()
    """Subcommands whose first word is a package and the rest are its arguments."""
    dashes: bool = False
    """What stands behind ``--`` names no packages."""
    literal: bool = False
    """The words alone count: in any stage, unexpanded, at the head of a command."""
    leading: bool = False
    """In the literal reading: the words of a kind come before all others."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    lines = lines_of(trace, literal=params.literal)
    for found in invocations(
        lines, params.commands, params.values, literal=params.literal, leading=params.leading
    ):
        if any(map(found.has_option, params.options)):
            continue
        names = [word for word in _packages(found, params) if _is_unpinned(word, params.pinned)]
        if names:
            yield Observation(
                span=names[0].span,
                values={
                    "packages": enumerate_names([str(word.text) for word in names], 4),
                    "command": text_of(trace, found.line),
                },
            )


def _packages(found: Invocation, params: Params) -> Sequence[Argument]:
    words = found.operands
    if params.dashes:
        end = next((word.span.start for word in found.line.arguments if word.text == "--"), None)
        words = words if end is None else tuple(word for word in words if word.span.start < end)
    if found.verb is not None and found.verb.text in params.single:
        words = words[:1]
    return words


def _is_unpinned(word: Argument, patterns: Sequence[str]) -> bool:
    if not isinstance(word.text, str):
        return False
    pinned = False
    for pattern in patterns:
        if matches(pattern.removeprefix("!"), word.text):
            pinned = not pattern.startswith("!")
    return not pinned


CHECK = Check(Params, _run, ("packages", "command"))
