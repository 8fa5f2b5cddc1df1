"""One of several hard links is changed in a later layer: the file ships once more, and the old one is still seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from layerlint._dataclass import dataclass
from layerlint.analysis.causes import cause_of
from layerlint.checks.model import Check, Observation
from layerlint.domain.truth import Truth
from layerlint.domain.units import Bytes
from layerlint.execution.trace import Step, Trace
from layerlint.filesystem.accounting import count_names
from layerlint.filesystem.layer import Entry, EntryKind
from layerlint.filesystem.node import BASE_LAYER, Change, Inode
from layerlint.filesystem.tree import inodes
from layerlint.report import Confidence


@dataclass(frozen=True, slots=True)
class Params:
    minimum: Bytes = 65536
    """Of one file."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    if trace.target is None:
        return
    names_in_base, _ = count_names(trace.target.base.filesystem.root)
    for step in trace.layer_steps():
        copied = [entry for entry in _copied_up(step, names_in_base) if entry.bytes.likely >= params.minimum]
        held = {id(inode) for inode in inodes(step.after.filesystem.root)} if copied else set()
        for entry in copied:
            if (other := _other_name(step, entry, held)) is not None:
                cause = cause_of(step, entry.because)
                yield Observation(
                    span=cause.span,
                    values={"command": cause.text, "path": entry.path, "other": other},
                    bytes=entry.bytes,
                    confidence=None if entry.presence is Truth.YES and step.complete else Confidence.MEDIUM,
                )


def _copied_up(step: Step, names_in_base: Mapping[int, int]) -> Iterator[Entry]:
    """What is copied up from an inode that may have had several names."""
    for entry in () if step.layer is None else step.layer.entries:
        node = entry.node
        if entry.kind is not EntryKind.FILE or not isinstance(node, Inode) or node.origin is None:
            continue
        if node.change not in (Change.METADATA, Change.CONTENT) or node.origin.layer == node.layer:
            continue
        # A link to a file of a lower layer copies it up: no inode gets another name later.
        assumed = 2 if node.origin.layer == BASE_LAYER else 1
        if node.origin.linked or names_in_base.get(id(node.origin), assumed) > 1:
            yield entry


def _other_name(step: Step, entry: Entry, held: set[int]) -> str | None:
    """A name that still holds what the entry was copied up from; ``held`` are the inodes (by `id`) with a name."""
    origin = entry.node.origin if isinstance(entry.node, Inode) else None
    if origin is None or id(origin) not in held:
        return None
    return next(iter(step.after.filesystem.names_of(origin)), None)


CHECK = Check(Params, _run, ("command", "path", "other"))
