"""Two RUN in a row that would take less room as one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.analysis.command_lines import RunLines, run_lines
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.instructions import Mount, Run
from layerlint.domain.size import Size, total
from layerlint.domain.units import Bytes, format_size
from layerlint.execution.trace import Trace
from layerlint.filesystem.accounting import Hidden
from layerlint.report import Confidence

_FIELDS: Final = frozenset(
    ("destination", "dst", "from", "readonly", "readwrite", "ro", "rw", "source", "src", "target", "type")
)
"""Keys of a mount that have a field of their own."""


@dataclass(frozen=True, slots=True)
class Params:
    minimum: Bytes = 1 << 20
    """That one layer saves; 0 is any two of one command each."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    if params.minimum == 0:
        yield from _of_one_command(trace)
        return
    hidden: dict[int, list[Hidden]] = {}
    for item in () if trace.accounting is None else trace.accounting.items:
        if item.hidden_by == item.created + 1:
            hidden.setdefault(item.hidden_by, []).append(item)
    chain = () if trace.target is None else trace.target.chain()
    for first, second in pairwise(chain):
        if second.layer is None or first.stage is not second.stage:
            continue
        if not (isinstance(first.instruction, Run) and isinstance(second.instruction, Run)):
            continue
        saved = total(item.bytes for item in hidden.get(second.layer.index, ()))
        if _flags(first.instruction) == _flags(second.instruction) and saved.likely >= params.minimum:
            sure = first.complete and second.complete
            yield _observation(
                trace, first.instruction, second.instruction, saved, None if sure else Confidence.MEDIUM
            )


def _of_one_command(trace: Trace) -> Iterator[Observation]:
    runs = {id(run.place.run): run for run in run_lines(trace, literal=True) if not run.place.trigger}
    for stage in trace.stages:
        kept: Run | None = None
        for instruction in stage.stage.instructions:
            run = instruction if isinstance(instruction, Run) else None
            if (
                run is not None
                and kept is not None
                and _flags(kept) == _flags(run)
                and _is_single(runs[id(kept)])
                and _is_single(runs[id(run)])
            ):
                yield _observation(trace, kept, run, None, None)
            kept = run


def _is_single(run: RunLines) -> bool:
    return len(run.commands) <= 1


def _flags(run: Run) -> tuple[frozenset[object], frozenset[object]]:
    """What the flags say, mounts and their options in any order and by any of their names."""
    mounts = frozenset(
        (mount.type, mount.source, mount.target, mount.from_, mount.read_only, _others(mount))
        for mount in run.mounts
    )
    return mounts, frozenset((flag.name, flag.value) for flag in run.node.flags if flag.name != "mount")


def _others(mount: Mount) -> frozenset[tuple[str, str]]:
    return frozenset((key, value) for key, value in mount.options if key not in _FIELDS)


def _observation(
    trace: Trace, first: Run, second: Run, saved: Size | None, confidence: Confidence | None
) -> Observation:
    return Observation(
        second.node.keyword_span,
        {
            "line": trace.document.source.position(first.node.span.start)[0],
            "saving": "" if saved is None else f", which saves {format_size(saved)}",
        },
        bytes=saved,
        related=((first.node.keyword_span, "the RUN in front"),),
        confidence=confidence,
    )


CHECK = Check(Params, _run, ("line", "saving"))
