"""A command of a RUN whose failure nothing sees: it does not stand last, and no ``set -e`` is in force."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.analysis.command_lines import Place, run_lines
from layerlint.analysis.line_index import LineIndex
from layerlint.analysis.wording import in_one_line
from layerlint.checks.model import Check, Observation
from layerlint.execution.trace import Trace
from layerlint.report import Confidence
from layerlint.shell.render import shorten
from layerlint.shell.syntax import (
    AndOr,
    Case,
    Command,
    For,
    Function,
    Group,
    If,
    Opaque,
    Pipeline,
    Sequence,
    SimpleCommand,
    Subshell,
    Test,
    While,
)

_LONGEST: Final = 200
_SHELLS: Final = frozenset({"ash", "bash", "dash", "ksh", "sh", "zsh"})
_MEANT: Final = ("true", ":", "exit")
"""What stands last in a list whose failures do not matter, and says so."""


@dataclass(frozen=True, slots=True)
class Params:
    harmless: tuple[str, ...] = (
        ":", "[", "alias", "chmod", "cmp", "command", "date", "declare", "diff", "echo", "env", "exit", "export",
        "getent", "grep", "hash", "id", "kill", "killall", "local", "ls", "printf", "pwd", "readonly", "rm", "rmdir",
        "set", "shopt", "sleep", "sync", "test", "trap", "true", "type", "typeset", "ulimit", "umask", "uname", "unset",
        "wait", "which",
    )  # fmt: skip
    """Commands that ask, or whose failure changes nothing that others rest on."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    for run in run_lines(trace):
        place = run.place
        if not place.built or place.run.exec_form is not None or not _is_watched(place):
            continue
        command = next(_unseen(run.body, params), None)
        if command is not None:
            span = run.locate(command.span)
            text = in_one_line(trace.document.source.text[span.start : span.end])
            # A base that is not known may have a SHELL of its own; of a program that is not known it cannot be
            # said what its failure comes to.
            sure = place.stage.base.known and any(
                ran.modelled for line in LineIndex(run.commands).within(span) for ran in line.runs
            )
            confidence = None if sure else Confidence.MEDIUM
            yield Observation(span, {"command": shorten(text, _LONGEST)}, confidence=confidence)


def _is_watched(place: Place) -> bool:
    """The script is for a POSIX shell that goes on after a failure."""
    shell = place.step.before.shell or ("/bin/sh", "-c")
    first, _, _ = place.run.script.partition("\n")
    words = first[2:].split() if first.startswith("#!") else shell
    words = words[1:] if words and posixpath.basename(words[0]) == "env" else words
    return bool(words) and posixpath.basename(words[0]) in _SHELLS and not _sets_errexit(words[1:])


def _sets_errexit(words: tuple[str, ...] | list[str]) -> bool:
    return "errexit" in words or any(
        word.startswith("-") and not word.startswith("--") and "e" in word[1:] for word in words
    )


def _unseen(command: Command, params: Params) -> Iterator[Command]:
    """The commands whose failure is lost, in a place whose own status counts."""
    match command:
        case Sequence(commands=commands, background=background):
            last = commands[-1] if commands else None
            if isinstance(last, SimpleCommand) and last.words and last.words[0].literal in _MEANT:
                return
            guarded = False
            for position, each in enumerate(commands):
                guarded = guarded or _turns_on(each)
                if position == len(commands) - 1:
                    yield from () if guarded else _unseen(each, params)
                elif position not in background:
                    yield from _unguarded(each, params) if guarded else _lost(each, params)
        case Subshell(body) | Group(body) | While(body=body) | For(body=body):
            yield from _unseen(body, params)
        case If(then=then, otherwise=otherwise):
            yield from _unseen(then, params)
            if otherwise is not None:
                yield from _unseen(otherwise, params)
        case AndOr():
            for _, operand in command.operands:
                if _turns_on(operand):
                    return
                yield from _unseen(operand, params)
        case Case() | Function() | Opaque() | Pipeline() | SimpleCommand() | Test():
            pass


def _lost(command: Command, params: Params) -> Iterator[Command]:
    """It fails, and what follows runs all the same."""
    match command:
        case SimpleCommand(words=words):
            name = posixpath.basename(words[0].literal or "") if words else ""
            if name and name not in params.harmless:
                yield command
        case AndOr():
            operands = command.operands
            answered = any(operator == "||" for operator, _ in operands)
            if not answered and any(list(_lost(operand, params)) for _, operand in operands):
                yield command
        case Pipeline(commands=commands, negated=False):
            if list(_lost(commands[-1], params)):
                yield command
        case Subshell(body) | Group(body) | While(body=body) | For(body=body):
            yield from _lost(body, params)
        case Sequence(commands=commands):
            for each in commands:
                yield from _lost(each, params)
        case If(then=then, otherwise=otherwise):
            yield from _lost(then, params)
            if otherwise is not None:
                yield from _lost(otherwise, params)
        case Case() | Function() | Opaque() | Pipeline() | Test():
            pass


def _unguarded(command: Command, params: Params) -> Iterator[Command]:
    """`set -e` passes over what fails in front of a ``&&``, and over the list that fails with it."""
    match command:
        case AndOr(operands=(*front, _)) if all(operator != "||" for operator, _ in command.operands):
            if any(list(_lost(operand, params)) for _, operand in front):
                yield command
        case _:
            pass


def _turns_on(command: Command) -> bool:
    """``set -e``, alone or in a list."""
    match command:
        case SimpleCommand(words=(first, *rest)) if first.literal == "set":
            return _sets_errexit([word.literal or "" for word in rest])
        case AndOr():
            return any(
                _turns_on(operand) for _, operand in command.operands if isinstance(operand, SimpleCommand)
            )
        case _:
            return False


CHECK = Check(Params, _run, ("command",))
