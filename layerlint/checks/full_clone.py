"""A repository is cloned with its whole history, which ships beside the files."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.analysis.shipped import target_commands
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.domain.size import Size
from layerlint.domain.truth import Truth
from layerlint.effects import Populate, Remove
from layerlint.execution.trace import CommandRun, Trace
from layerlint.filesystem.node import Directory, Inode
from layerlint.filesystem.union import FileSystem
from layerlint.report import Confidence

_LIMITS = ("--bare", "--depth", "--filter", "--mirror", "--shallow-since")
_SHARE = 0.5
"""Of a clone that is its history: about half (`layerlint.commands.checkouts`)."""


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    if trace.target is None:
        return
    removed = {path for _, command in target_commands(trace) for path in _histories_removed(command)}
    for _, command in target_commands(trace):
        if not _clones_all(command):
            continue
        for effect in command.effects:
            if isinstance(effect, Populate) and not any(
                path in (f"{effect.directory}/.git", ".git") for path in removed
            ):
                size = _left(trace.target.final.filesystem, effect)
                if size is not None:
                    yield Observation(
                        span=command.span,
                        values={"command": command.text, "path": effect.directory},
                        bytes=size,
                        confidence=None if command.reached is Truth.YES else Confidence.MEDIUM,
                    )


def _clones_all(command: CommandRun) -> bool:
    words = [word for word in command.argv if isinstance(word, str)]
    if command.name != "git" or "clone" not in words or len(words) < len(command.argv):
        return False
    return not any(word.split("=")[0] in _LIMITS for word in words)


def _histories_removed(command: CommandRun) -> Iterator[str]:
    for effect in command.effects:
        if isinstance(effect, Remove) and effect.path.endswith("/.git"):
            yield effect.path
    if command.name == "find" and ".git" in command.argv:
        yield ".git"


def _left(end: FileSystem, effect: Populate) -> Size | None:
    """What of the clone is history, if it is still there."""
    directory = end.lookup(effect.directory)
    node = directory.children.get(f"<{effect.name}>") if isinstance(directory, Directory) else None
    if not isinstance(node, Inode):
        return None
    return Size(0, int(node.size.likely * _SHARE), node.size.high)


CHECK = Check(NoParams, _run, ("command", "path"))
