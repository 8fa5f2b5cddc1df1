"""One instruction of a forecast, explained: its commands, where they put their bytes, what these rest on."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from layerlint.analysis.basis import by_basis
from layerlint.analysis.forecast import compressed, entry_count
from layerlint.dockerfile.instructions import one_line
from layerlint.domain.size import ZERO, Size, total
from layerlint.execution.trace import Step, Trace
from layerlint.filesystem.layer import Entry, Layer
from layerlint.report import CommandRecord, StepRecord, UnmodelledRecord

_PLACES = 6
"""Directories that are named for one command."""
_DEPTH = 3
"""Components of a directory that is named: ``/usr/lib/python3``."""


def steps_at(trace: Trace, line: int) -> tuple[StepRecord, ...]:
    """The instruction of a line, once for each stage that runs it; empty where there is none."""
    found = [
        step
        for step in trace.steps()
        if step.instruction.node.start_line <= line <= step.instruction.node.end_line
    ]
    return tuple(_step(trace, step) for step in found)


def _step(trace: Trace, step: Step) -> StepRecord:
    node, layer = step.instruction.node, step.layer
    gaps = tuple(
        UnmodelledRecord(trace.document.source.position(gap.span.start)[0], gap.command, gap.reason)
        for gap in step.not_understood
    )
    return StepRecord(
        trace.document.source.path,
        step.stage.label,
        node.start_line,
        node.end_line,
        one_line(step.instruction),
        None if layer is None else _open(layer.bytes, open_=not step.bounded),
        ZERO if layer is None else _open(compressed(layer), open_=not step.bounded),
        ZERO if layer is None else _open(entry_count(layer), open_=bool(gaps)),
        () if layer is None else _commands(layer),
        gaps,
    )


def _open(size: Size, *, open_: bool) -> Size:
    return Size(size.low, size.likely, None) if open_ else size


def _commands(layer: Layer) -> tuple[CommandRecord, ...]:
    """The commands that put bytes into a layer, the most bytes first."""
    groups: dict[str, list[Entry]] = {}
    for entry in layer.entries:
        if entry.bytes != ZERO:
            groups.setdefault(entry.because, []).append(entry)
    found = [
        CommandRecord(because, total(e.bytes for e in entries), by_basis(entries), _places(entries))
        for because, entries in groups.items()
    ]
    return tuple(sorted(found, key=lambda record: (-record.bytes.likely, record.command)))


def _places(entries: Iterable[Entry]) -> tuple[tuple[str, Size], ...]:
    """The directories that most of the bytes are in."""
    sizes: dict[str, list[Size]] = {}
    for entry in entries:
        parts = posixpath.dirname(entry.path).split("/")
        sizes.setdefault("/".join(parts[: _DEPTH + 1]) or "/", []).append(entry.bytes)
    found = sorted(
        ((place, total(each)) for place, each in sizes.items()), key=lambda p: (-p[1].likely, p[0])
    )
    return tuple(found[:_PLACES])
