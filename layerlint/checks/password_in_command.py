"""A password that stands in the words of a command, as text: it is in the image's history.

The password itself never leaves this module.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from layerlint.analysis.command_lines import CommandLine, RunLines, run_lines
from layerlint.analysis.command_words import Argument
from layerlint.analysis.line_index import LineIndex
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.execution.trace import Trace
from layerlint.shell.syntax import Command, Pipeline, Redirect, SimpleCommand
from layerlint.shell.walk import walk
from layerlint.source import Span

_OPTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "groupadd": ("-p", "--password"),
    "sshpass": ("-p",),
    "useradd": ("-p", "--password"),
    "usermod": ("-p", "--password"),
}
_READERS: Final = ("chpasswd", "passwd")
"""Of these the password is what they read."""
_LOCKED: Final = ("", "!", "*", "!!", "x")
"""No password, or none that fits."""


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for run in run_lines(trace):
        if run.place.built:
            for name, span in (*_piped(run), *_given(run.commands)):
                yield Observation(span, {"name": name})


def _piped(run: RunLines) -> Iterator[tuple[str, Span]]:
    """``echo user:password | chpasswd``, and the same by a here-document."""
    index = LineIndex(run.commands)
    for command in walk(run.body):
        match command:
            case Pipeline(commands=(first, *_, last)) if (name := _reader(last)) is not None:
                source = run.locate(first.span)
                words = [
                    word
                    for line in index.within(source)
                    if line.name in ("echo", "printf")
                    for word in line.arguments
                ]
                if any(_holds_password(word, name) for word in words):
                    yield name, source
            case SimpleCommand(redirects=redirects) if (name := _reader(command)) is not None:
                for redirect in redirects:
                    if _here_text(redirect) and _is_text((redirect.target.literal or "").rpartition(":")[2]):
                        yield name, run.locate(redirect.span)
            case _:
                pass


def _reader(command: Command) -> str | None:
    """The program that reads passwords, behind what wraps it."""
    words = [word.literal for word in command.words] if isinstance(command, SimpleCommand) else []
    for position, word in enumerate(words):
        name = (word or "").rpartition("/")[2]
        if name in _READERS and position < 3 and (name == "chpasswd" or "--stdin" in words):
            return None if "-e" in words or "--encrypted" in words else name
    return None


def _here_text(redirect: Redirect) -> bool:
    return redirect.operator in ("<<", "<<<") and redirect.target.literal is not None


def _holds_password(word: Argument, reader: str) -> bool:
    if not isinstance(word.text, str) or word.text.startswith("-"):
        return False
    user, colon, password = word.text.partition(":")
    return _is_text(password if reader == "chpasswd" else user) and bool(colon or reader != "chpasswd")


def _given(lines: Sequence[CommandLine]) -> Iterator[tuple[str, Span]]:
    """``useradd -p …``"""
    for line in lines:
        options = _OPTIONS.get(line.name, ())
        for option, value in pairwise(line.arguments):
            if option.text in options and isinstance(value.text, str) and _is_text(value.text):
                yield line.name, option.span.cover(value.span)


def _is_text(password: str) -> bool:
    return password.strip("\\n \t\r\n") not in _LOCKED and "%s" not in password


CHECK = Check(NoParams, _run, ("name",))
