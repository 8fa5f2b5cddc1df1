"""One of several hard links is changed in a later layer: the file ships once more, and the old one is still seen."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.analysis.causes import cause_of
from layerlint.checks.model import Check, Observation
from layerlint.domain.truth import Truth
from layerlint.domain.units import Bytes
from layerlint.execution.trace import Step, Trace
from layerlint.filesystem.layer import Entry, EntryKind
from layerlint.filesystem.node import Change, Inode
from layerlint.report import Confidence


@dataclass(frozen=True, slots=True)
class Params:
    minimum: Bytes = 65536
    """Of one file."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    for step in trace.layer_steps():
        for entry in () if step.layer is None else step.layer.entries:
            if entry.bytes.likely >= params.minimum and (other := _other_name(step, entry)) is not None:
                cause = cause_of(step, entry.because)
                yield Observation(
                    span=cause.span,
                    values={"command": cause.text, "path": entry.path, "other": other},
                    bytes=entry.bytes,
                    confidence=None if entry.presence is Truth.YES and step.complete else Confidence.MEDIUM,
                )


def _other_name(step: Step, entry: Entry) -> str | None:
    """A name that still holds what the entry was copied up from."""
    node = entry.node
    if entry.kind is not EntryKind.FILE or not isinstance(node, Inode) or node.origin is None:
        return None
    if node.change not in (Change.METADATA, Change.CONTENT) or node.origin.layer == node.layer:
        return None
    return next(iter(step.after.filesystem.names_of(node.origin)), None)


CHECK = Check(Params, _run, ("command", "path", "other"))
