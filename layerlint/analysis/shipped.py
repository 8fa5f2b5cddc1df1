"""What the layers of the target's image hold, by the command that put it there."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.analysis.causes import Cause, cause_of
from layerlint.analysis.package_files import APT_CONFIGURATION
from layerlint.analysis.places import places
from layerlint.domain.size import Size, total
from layerlint.domain.truth import Truth
from layerlint.effects import Decompress, Extract
from layerlint.execution.trace import CommandRun, Step, Trace
from layerlint.filesystem.layer import Entry
from layerlint.filesystem.node import Inode
from layerlint.filesystem.union import FileSystem


@dataclass(frozen=True, slots=True)
class Shipped:
    """New files of one layer."""

    cause: Cause
    """Of the largest of them."""
    paths: tuple[str, ...]
    bytes: Size
    sure: bool
    """Nothing in the step may have removed them again, and each is there on every path."""


def new_files(
    step: Step, folders: tuple[str, ...], excepted: tuple[str, ...] = (), end: FileSystem | None = None
) -> Shipped | None:
    """Files with new data that the step's layer has in the folders (`places`); with ``end``, the finished
    image, only those that are still there."""
    inside, outside = places(folders), places(excepted)
    contents = None if step.layer is None else step.layer.contents
    if contents is None or not inside.may_hold(contents.names):
        return None
    entries = [
        entry
        for entry in contents.new_files
        if inside(entry.path) and not outside(entry.path) and (end is None or is_there(end, entry))
    ]
    return _shipped(step, entries)


def is_there(end: FileSystem, entry: Entry) -> bool:
    """What the entry brings can be seen in that state, under its path."""
    node = end.lookup(entry.path, follow=False)
    return isinstance(node, Inode) and entry.node is not None and node.layer == entry.node.layer


def is_settled(trace: Trace, step: Step) -> bool:
    """Neither the step nor one behind it holds anything that is not understood: what is there stays."""
    steps = trace.layer_steps()
    index = 0 if step.layer is None else step.layer.index
    return all(later.complete for later in steps[index:])


def _shipped(step: Step, entries: list[Entry]) -> Shipped | None:
    if not entries:
        return None
    largest = max(entries, key=lambda entry: (entry.bytes.likely, entry.path))
    return Shipped(
        cause_of(step, largest.because),
        tuple(entry.path for entry in entries),
        total(entry.bytes for entry in entries),
        step.complete and all(entry.presence is Truth.YES for entry in entries),
    )


def knows_apt_configuration(step: Step) -> bool:
    """No setting of apt can be in force for the step that is not seen."""
    known = step.before.database is not None and step.before.filesystem.is_complete(APT_CONFIGURATION)
    return known and step.complete


def target_commands(trace: Trace) -> Iterator[tuple[Step, CommandRun]]:
    """The commands that make the target's image, in their order, less those that surely do not run."""
    for step in trace.layer_steps():
        for command in step.commands:
            if command.reached is not Truth.NO:
                yield step, command


def unpacked_archives(command: CommandRun) -> Iterator[str]:
    """Paths of the archives that it unpacks and keeps."""
    for effect in command.effects:
        match effect:
            case Extract(archive=path) | Decompress(path=path, keep=True):
                yield path
            case _:
                pass
