"""Accounts of the image that are open to others: two of one number or name, one without a password.

They are looked for in ``/etc/passwd`` and ``/etc/shadow`` as they are at the end of each step, and in the
words of commands where these files are not known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Final, TypeAlias

from layerlint.analysis.causes import cause_of
from layerlint.analysis.command_lines import CommandLine, command_lines
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.domain.truth import Truth
from layerlint.execution.trace import Step, Trace
from layerlint.execution.view import read_data
from layerlint.filesystem.node import Inode
from layerlint.filesystem.union import FileSystem
from layerlint.report import Confidence
from layerlint.source import Span

_LIMIT: Final = 1 << 16
"""Bytes that are read of each file: some thousand accounts."""
_PASSWD: Final = "/etc/passwd"
_SHADOW: Final = "/etc/shadow"
_FILES: Final = (_PASSWD, _SHADOW)

_Faults: TypeAlias = Mapping[str, str]
"""Names of accounts, and what is wrong with each."""


def _duplicate(trace: Trace, params: NoParams) -> Iterator[Observation]:
    yield from _by_state(trace, _duplicates)
    for line in _shipped(trace):
        adds = line.name in ("useradd", "usermod") and not _is_known(line, _PASSWD)
        if adds and _has(line, "o", "--non-unique"):
            yield _by_words(line, "has the number of another")


def _empty(trace: Trace, params: NoParams) -> Iterator[Observation]:
    yield from _by_state(trace, _without_password)
    for line in _shipped(trace):
        deleted = line.name == "passwd" and _has(line, "d", "--delete") and not _is_known(line, _SHADOW)
        texts = [word.text for word in line.arguments]
        # The simulator takes an empty option for none.
        given = line.name in ("useradd", "usermod") and any(
            option in ("-p", "--password") and value == "" for option, value in pairwise(texts)
        )
        if deleted or given or (line.name in ("useradd", "usermod") and "--password=" in texts):
            yield _by_words(line, "needs no password")


def _by_state(trace: Trace, faults: Callable[[FileSystem], _Faults]) -> Iterator[Observation]:
    """What is wrong at the end of the build, at the step that brought it."""
    if trace.target is None:
        return
    final = faults(trace.target.final.filesystem)
    told: set[str] = set()
    for step in trace.layer_steps() if final else ():
        if all(step.before.filesystem.lookup(path) is step.after.filesystem.lookup(path) for path in _FILES):
            continue
        before = faults(step.before.filesystem)
        for name, fault in faults(step.after.filesystem).items():
            if name not in before and name in final and name not in told:
                told.add(name)
                yield Observation(_span(step, name), {"name": name, "fault": fault})


def _span(step: Step, name: str) -> Span:
    """The command that names the account, else the last that wrote the file."""
    for command in reversed(step.commands):
        if name in command.argv:
            return command.span
    nodes = [step.after.filesystem.lookup(path) for path in _FILES]
    wrote = [node.because for node in nodes if isinstance(node, Inode)]
    return cause_of(step, wrote[0] if wrote else "").span


def _duplicates(filesystem: FileSystem) -> _Faults:
    accounts = [fields for fields in _lines(filesystem, _PASSWD) if len(fields) > 2]
    names = Counter(fields[0] for fields in accounts)
    numbers: dict[str, str] = {}
    found: dict[str, str] = {}
    for name, _, number, *_rest in accounts:
        if names[name] > 1:
            found[name] = "is there twice"
        elif number in numbers:
            found[name] = f"has the number {number} of {numbers[number]}"
        numbers.setdefault(number, name)
    return found


def _without_password(filesystem: FileSystem) -> _Faults:
    # What is not in /etc/shadow is there in /etc/passwd, where x says that it is not.
    lines = (*_lines(filesystem, _PASSWD), *_lines(filesystem, _SHADOW))
    return {
        fields[0]: "needs no password" for fields in lines if len(fields) > 2 and fields[0] and not fields[1]
    }


def _lines(filesystem: FileSystem, path: str) -> Iterator[list[str]]:
    node = filesystem.lookup(path)
    data = read_data(node, _LIMIT) if isinstance(node, Inode) else None
    for line in (data or b"").decode("utf-8", "replace").splitlines():
        yield line.split(":")


def _shipped(trace: Trace) -> Iterator[CommandLine]:
    return (line for line in command_lines(trace) if line.place.ships and not line.wraps)


def _is_known(line: CommandLine, path: str) -> bool:
    """What the file holds behind the step."""
    node = line.place.step.after.filesystem.lookup(path)
    return isinstance(node, Inode) and read_data(node, _LIMIT) is not None


def _has(line: CommandLine, letter: str, option: str) -> bool:
    texts = [word.text for word in line.arguments if isinstance(word.text, str)]
    return any(
        text == option or (text.startswith("-") and not text.startswith("--") and letter in text[1:])
        for text in texts
    )


def _by_words(line: CommandLine, fault: str) -> Observation:
    known = [word.text for word in line.arguments if isinstance(word.text, str)]
    name = known[-1] if known and not known[-1].startswith("-") else "an account"
    confidence = None if line.reached is Truth.YES else Confidence.MEDIUM
    return Observation(line.span, {"name": name, "fault": fault}, confidence=confidence)


DUPLICATE = Check(NoParams, _duplicate, ("name", "fault"))
EMPTY = Check(NoParams, _empty, ("name", "fault"))
