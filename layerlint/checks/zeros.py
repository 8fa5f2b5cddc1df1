"""A file of nothing but zeros: a layer has no holes, so a sparse file ships at its full length."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.analysis.causes import cause_of
from layerlint.analysis.places import places
from layerlint.analysis.shipped import is_settled, is_there
from layerlint.checks.model import Check, Observation
from layerlint.domain.truth import Truth
from layerlint.domain.units import Bytes
from layerlint.execution.trace import Trace
from layerlint.filesystem.layer import EntryKind
from layerlint.filesystem.node import Inode, Zeros
from layerlint.report import Confidence


@dataclass(frozen=True, slots=True)
class Params:
    minimum: Bytes = 1 << 20
    """Of one file."""
    excepted: tuple[str, ...] = ()


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    if trace.target is None:
        return
    end, excepted = trace.target.final.filesystem, places(params.excepted)
    for step in trace.layer_steps():
        if step.layer is None or Zeros not in step.layer.contents.data:
            continue
        for entry in step.layer.entries:
            if (
                entry.kind is EntryKind.FILE
                and isinstance(entry.node, Inode)
                and isinstance(entry.node.content, Zeros)
                and entry.bytes.likely >= params.minimum
                and not excepted(entry.path)
                and is_there(end, entry)
            ):
                cause = cause_of(step, entry.because)
                yield Observation(
                    span=cause.span,
                    values={"command": cause.text, "path": entry.path},
                    bytes=entry.bytes,
                    confidence=None
                    if entry.presence is Truth.YES and is_settled(trace, step)
                    else Confidence.MEDIUM,
                )


CHECK = Check(Params, _run, ("command", "path"), of_image=True)
