"""An archive that is unpacked and still ships beside what was in it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.analysis.causes import cause_of
from layerlint.analysis.shipped import target_commands, unpacked_archives
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.instructions import Copy
from layerlint.dockerfile.syntax import Word
from layerlint.domain.truth import Truth
from layerlint.domain.units import Bytes
from layerlint.execution.trace import CommandRun, Trace
from layerlint.filesystem.node import BASE_LAYER, Inode
from layerlint.report import Confidence


@dataclass(frozen=True, slots=True)
class Params:
    minimum: Bytes = 65536
    copied: bool = False
    """Only what COPY brings by the name of an archive, in any stage; be it removed again or not."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    if params.copied:
        yield from _copied(trace)
        return
    steps = trace.layer_steps()
    seen: set[int] = set()
    for step, command in target_commands(trace):
        for path in unpacked_archives(command):
            inode = step.after.filesystem.lookup(path)
            if not isinstance(inode, Inode) or inode.layer == BASE_LAYER or id(inode) in seen:
                continue
            if inode.size.likely < params.minimum:
                continue
            seen.add(id(inode))
            made = cause_of(steps[inode.layer], inode.because)
            sure = step.complete and inode.presence is Truth.YES and command.reached is Truth.YES
            yield Observation(
                span=command.span,
                values={"command": command.text, "path": path},
                bytes=inode.size,
                related=() if made.span == command.span else ((made.span, f"{path} comes from here"),),
                confidence=None if sure else Confidence.MEDIUM,
            )


_NAMES: Final = (
    ".Z", ".bz2", ".gz", ".lz", ".lzma", ".tZ", ".tar", ".tb2", ".tbz", ".tbz2", ".tgz", ".tlz", ".tpz",
    ".txz", ".xz",
)  # fmt: skip


def _copied(trace: Trace) -> Iterator[Observation]:
    for stage in trace.stages:
        copied: dict[str, Word] = {}
        for step in stage.steps:
            if isinstance(step.instruction, Copy) and step.instruction.from_ is None:
                transfer = step.instruction.transfer
                for word in transfer.sources:
                    names = [_base_name(place) for place in (transfer.destination, word)]
                    if name := next((name for name in names if name.endswith(_NAMES)), None):
                        copied[name] = word
            for command in step.commands:
                for path in _unpacked(command):
                    name = posixpath.basename(path)
                    if name in copied:
                        word = copied.pop(name)
                        yield Observation(word.span, {"command": command.text, "path": word.value})


def _base_name(word: Word) -> str:
    return posixpath.basename(word.value.strip("\"'"))


_DECOMPRESSORS: Final = frozenset({
    "bunzip2", "bzcat", "gunzip", "gzcat", "uncompress", "unlzma", "unxz", "unzip", "xzcat", "zcat",
})  # fmt: skip


def _unpacked(command: CommandRun) -> Iterator[str]:
    """By the effects, and by the words where it is not known what is in the file."""
    yield from unpacked_archives(command)
    if command.name in _DECOMPRESSORS:
        yield from (word for word in command.argv[1:] if isinstance(word, str))


CHECK = Check(Params, _run, ("command", "path"), of_image=True)
