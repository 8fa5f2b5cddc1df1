"""What the bytes of a forecast rest on, and how much of a file is understood."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from layerlint.domain.size import Size, total
from layerlint.execution.trace import Trace
from layerlint.filesystem.layer import Entry
from layerlint.filesystem.node import ArchiveMember, Change, HostFile, Inode
from layerlint.report import Basis, CoverageRecord

_GUESSED = 100
"""Bounds as many times apart are those of a guess that stands for everything of a kind."""


def coverage(trace: Trace) -> CoverageRecord:
    """Of the target's chain."""
    steps = [] if trace.target is None else list(trace.target.chain())
    commands = [command for step in steps for command in step.commands]
    layers = () if trace.target is None else trace.target.layers()
    entries = [entry for layer in layers for entry in layer.entries]
    return CoverageRecord(len(commands), sum(command.modelled for command in commands), by_basis(entries))


def by_basis(entries: Iterable[Entry]) -> Mapping[Basis, Size]:
    """Bytes of the entries of a layer."""
    sizes: dict[Basis, list[Size]] = {}
    for entry in entries:
        if isinstance(entry.node, Inode) and (size := entry.bytes).high != 0:
            sizes.setdefault(basis(entry.node), []).append(size)
    return {each: total(sizes[each]) for each in Basis if each in sizes}


def basis(inode: Inode) -> Basis:
    """What the size of a file in a layer rests on."""
    if inode.size.high is None or (inode.size.low and inode.size.high > _GUESSED * inode.size.low):
        return Basis.GUESS
    if isinstance(inode.content, HostFile | ArchiveMember):
        return Basis.CONTEXT
    if inode.label is not None:
        return Basis.INDEX
    if inode.change in (Change.METADATA, Change.MOVED, Change.LINKED) and inode.origin is not None:
        return Basis.BASE if inode.origin.layer < 0 else Basis.COMMAND
    return Basis.COMMAND if inode.size.is_exact else Basis.MEASURE
