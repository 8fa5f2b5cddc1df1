"""Files and folders that ship with permission bits which they should not have."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Final, Literal

from layerlint._dataclass import dataclass
from layerlint.analysis.causes import Cause, cause_of
from layerlint.analysis.package_files import is_under
from layerlint.analysis.wording import name_paths
from layerlint.checks.model import Check, Observation
from layerlint.commands._modes import parse_mode
from layerlint.domain.truth import Truth
from layerlint.effects import ChangeMode
from layerlint.execution.trace import Step, Trace
from layerlint.filesystem.layer import EntryKind
from layerlint.filesystem.node import Directory, Inode, Kind, Node
from layerlint.filesystem.union import FileSystem
from layerlint.report import Confidence
from layerlint.source import Span

_BITS: Final = {"set-id": 0o6000, "world-writable": 0o002}
_PLAIN: Final = 0o644
"""Taken for the mode of a file of which nothing is known."""
_MOST: Final = 200
"""Changes of modes that are looked through for each path."""
_STICKY: Final = 0o1000
"""Of a directory: whoever may write there may still not remove what is another's."""


@dataclass(frozen=True, slots=True)
class Params:
    bits: Literal["set-id", "world-writable"] = "world-writable"
    kind: Literal["file", "directory"] = "file"


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    if trace.target is None:
        return
    final = trace.target.final.filesystem
    groups: dict[Span, tuple[Cause, list[str], bool]] = {}
    steps = trace.layer_steps()
    # What is not understood may have changed the mode again.
    last_gap = max((index for index, step in enumerate(steps) if not step.complete), default=-1)
    for index, step in enumerate(steps):
        for path, because, sure in (*_shipped(step, final, params), *_unseen(step, final, params)):
            cause = cause_of(step, because)
            groups.setdefault(cause.span, (cause, [], sure and index > last_gap))[1].append(path)
    for span, (cause, paths, sure) in groups.items():
        yield Observation(
            span=span,
            values={"command": cause.text, "path": name_paths(paths)},
            confidence=None if sure else Confidence.MEDIUM,
        )


def _shipped(step: Step, final: FileSystem, params: Params) -> Iterator[tuple[str, str, bool]]:
    """What the step's layer makes wrong, and is so at the end; and the command that does it."""
    if step.layer is None or not any(
        _has_wrong(kind, mode, params) for kind, mode in step.layer.contents.modes
    ):
        return
    changes = _mode_changes(step)
    for entry in step.layer.entries:
        if entry.node is None or not _is_wrong(entry.node, params):
            continue
        before = step.before.filesystem.lookup(entry.path, follow=False)
        last = final.lookup(entry.path, follow=False)
        if _is_wrong(last, params) and not _is_wrong(before, params):
            because = _changed_by(changes, entry.path) or entry.node.because
            # A directory that may have been there before has kept its mode.
            made = before is not None or step.before.filesystem.presence(entry.path) is Truth.NO
            yield entry.path, because, made and entry.presence is Truth.YES


def _unseen(step: Step, final: FileSystem, params: Params) -> Iterator[tuple[str, str, bool]]:
    """What a chmod names though nothing is known of it: in a base or a context that is not known."""
    for command in step.commands:
        if command.name != "chmod" or command.reached is Truth.NO:
            continue
        recursive = any(word in ("-R", "--recursive") for word in command.argv)
        operands = [word for word in command.argv[1:] if isinstance(word, str) and not word.startswith("-")]
        change = parse_mode(operands[0], 0) if operands else None
        if change is None or not change(_PLAIN, False) & _BITS[params.bits]:
            continue
        for path in operands[1:]:
            # Without a dot in its name it is more likely a folder.
            kind = "file" if recursive or "." in posixpath.basename(path) else "directory"
            if kind != params.kind or not path.startswith("/"):
                continue
            if final.lookup(path) is None and final.presence(path) is Truth.MAYBE:
                yield path, command.text, False


def _mode_changes(step: Step) -> list[tuple[ChangeMode, str]]:
    """The last ones of a step first, with the command; a directory knows only who made it."""
    changes = [
        (effect, command.text)
        for command in step.commands
        for effect in command.effects
        if isinstance(effect, ChangeMode)
    ]
    return changes[: -_MOST - 1 : -1]


def _changed_by(changes: list[tuple[ChangeMode, str]], path: str) -> str:
    for effect, text in changes:
        if effect.path == path or (effect.recursive and is_under(path, effect.path)):
            return text
    return ""


def _has_wrong(kind: EntryKind, mode: int, params: Params) -> bool:
    """Whether a node of such an entry may be wrong."""
    if params.kind == "directory":
        return kind in (EntryKind.DIRECTORY, EntryKind.WHITEOUT) and bool(mode & _BITS["world-writable"])
    return kind is not EntryKind.DIRECTORY and bool(mode & _BITS[params.bits])


def _is_wrong(node: Node | None, params: Params) -> bool:
    match node:
        case Directory(mode=mode):
            writable = mode & (_BITS["world-writable"] | _STICKY) == _BITS["world-writable"]
            return params.kind == "directory" and params.bits == "world-writable" and writable
        case Inode(kind=Kind.FILE, mode=mode):
            return params.kind == "file" and bool(mode & _BITS[params.bits])
        case _:
            return False


CHECK = Check(Params, _run, ("command", "path"))
