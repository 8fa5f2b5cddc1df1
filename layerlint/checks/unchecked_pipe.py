"""A pipe of which only the last command can fail the RUN."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.analysis.command_lines import Place, RunLines, run_lines
from layerlint.analysis.wording import in_one_line
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.instructions import Shell
from layerlint.execution.trace import Trace
from layerlint.report import Confidence
from layerlint.shell.render import shorten
from layerlint.shell.syntax import Command, Pipeline, SimpleCommand
from layerlint.shell.walk import walk

_LONGEST = 200
_PIPEFAIL = "pipefail"


_HARMLESS: Final = (
    "apk", "apt-cache", "apt-mark", "awk", "basename", "cat", "cut", "date", "dirname", "dpkg", "dpkg-query", "echo",
    "egrep", "fgrep", "find", "getent", "grep", "head", "id", "ldd", "ls", "lsb_release", "nproc", "printf", "readelf",
    "readlink", "rpm", "scanelf", "sed", "sort", "tail", "tee", "tr", "true", "type", "uname", "uniq", "wc", "which",
    "xargs", "yes",
)  # fmt: skip
"""They read what is there.  Of 42 pipes in a sixth of the well-kept files of a corpus (binnacle) all but two begin
with one of these; those whose failure was missed in the wild begin with a download."""


@dataclass(frozen=True, slots=True)
class Params:
    harmless: tuple[str, ...] = _HARMLESS
    """What is piped out of these alone has no failure to hide."""
    exempt: tuple[str, ...] = ("cmd", "cmd.exe", "powershell", "powershell.exe", "pwsh", "pwsh.exe")
    """Shells that are no POSIX shells."""
    literal: bool = False
    """Only a SHELL of the stage itself, with a shell of ``shells``, says pipefail."""
    shells: tuple[str, ...] = ("ash", "bash", "zsh")


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    for run in run_lines(trace, literal=params.literal):
        place = run.place
        if params.literal:
            if place.trigger or _says_pipefail(_own_shell(place), params):
                continue
        elif not place.built or _is_checked(place.step.before.shell, params):
            continue
        pipe = next(_pipes(run, params), None)
        if pipe is not None:
            span = run.locate(pipe.span)
            text = in_one_line(trace.document.source.text[span.start : span.end])
            # A base that is not known may have a SHELL of its own.
            sure = params.literal or place.stage.base.known
            confidence = None if sure else Confidence.MEDIUM
            yield Observation(span, {"pipe": shorten(text, _LONGEST)}, confidence=confidence)


def _own_shell(place: Place) -> Sequence[str]:
    """The words of the last SHELL in front, of this stage alone."""
    shell: Sequence[str] = ()
    for instruction in place.stage.stage.instructions:
        if instruction.node.span.start >= place.run.node.span.start:
            break
        if isinstance(instruction, Shell):
            shell = [part for word in instruction.words for part in word.value.split()]
    return shell


def _says_pipefail(shell: Sequence[str], params: Params) -> bool:
    if not shell:
        return False
    name = posixpath.basename(shell[0])
    return name in params.exempt or (name in params.shells and _has_pipefail(shell))


def _is_checked(shell: Sequence[str], params: Params) -> bool:
    return bool(shell) and (posixpath.basename(shell[0]) in params.exempt or _has_pipefail(shell))


def _has_pipefail(words: Sequence[str]) -> bool:
    return any(
        word == _PIPEFAIL and before.startswith("-") and before.endswith("o")
        for before, word in pairwise(words)
    )


def _pipes(run: RunLines, params: Params) -> Iterator[Pipeline]:
    for command in walk(run.body):
        match command:
            case Pipeline(commands=(_, _, *_)):
                if params.literal or not all(_is_harmless(each, params) for each in command.commands[:-1]):
                    yield command
            case SimpleCommand(words=(first, *rest)) if first.literal == "set" and not params.literal:
                if _has_pipefail([word.literal or "" for word in rest]):
                    return
            case _:
                pass


def _is_harmless(command: Command, params: Params) -> bool:
    # What stands in the words of a simple command is not piped.
    inside = (command,) if isinstance(command, SimpleCommand) else walk(command)
    return all(
        not isinstance(each, SimpleCommand) or not each.words or each.words[0].literal in params.harmless
        for each in inside
    )


CHECK = Check(Params, _run, ("pipe",))
