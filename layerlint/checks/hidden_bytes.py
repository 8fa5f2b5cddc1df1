"""Bytes that ship and that a later layer hides, by the command that hides them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.analysis.causes import HiddenGroup, by_hider
from layerlint.analysis.package_files import is_record
from layerlint.analysis.wording import enumerate_names, name_lines, name_paths
from layerlint.checks.model import Check, Observation
from layerlint.domain.size import Size, total
from layerlint.domain.truth import Truth
from layerlint.domain.units import Bytes, format_size
from layerlint.execution.trace import Trace
from layerlint.filesystem.accounting import Hidden, HiddenKind
from layerlint.filesystem.node import BASE_LAYER
from layerlint.report import Confidence


class Origin(Enum):
    """Who ships what is hidden."""

    ANY = "any"
    BASE = "base"
    LAYERS = "layers"


class Files(Enum):
    """Which files count."""

    ANY = "any"
    PACKAGE_RECORDS = "package-records"
    """Databases, caches and logs of the package manager."""
    OTHER = "other"


_SHOWN: Final = 5
"""Files of one maker that are named with their bytes."""


@dataclass(frozen=True, slots=True)
class Params:
    kinds: tuple[HiddenKind, ...] = tuple(HiddenKind)
    origin: Origin = Origin.ANY
    files: Files = Files.ANY
    minimum: Bytes = 65536
    """Of one command."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    if trace.accounting is None:
        return
    for group in by_hider(trace, (item for item in trace.accounting.items if _counts(item, params))):
        size = total(item.bytes for item in group.items)
        if size.likely >= params.minimum:
            yield _observation(trace, group, size)


def _counts(item: Hidden, params: Params) -> bool:
    if item.kind not in params.kinds:
        return False
    if item.kind is HiddenKind.OVERWRITTEN and item.inode.is_summary and item.bytes.low == 0:
        return False  # a guess: a tool that wrote files there writes others, which may be the same
    if params.origin is not Origin.ANY and (item.created == BASE_LAYER) is not (params.origin is Origin.BASE):
        return False
    return params.files is Files.ANY or is_record(item.path) is (params.files is Files.PACKAGE_RECORDS)


def _observation(trace: Trace, group: HiddenGroup, size: Size) -> Observation:
    causes = [cause for cause, _ in group.makers]
    from_base = any(item.created == BASE_LAYER for item in group.items)
    lines = [trace.document.source.position(cause.span.start)[0] for cause in causes]
    shippers = [name_lines(lines)] if lines else []
    shippers += ["the base image"] if from_base else []
    stand_in = _stand_in(trace, group.items)
    sure = (
        not stand_in
        and all(cause.step.complete for cause in (group.cause, *causes))
        and all(map(_is_sure, group.items))
    )
    return Observation(
        span=group.cause.span,
        values={
            "command": group.cause.text,
            "path": stand_in or name_paths(item.path for item in group.items),
            "shippers": " and ".join(shippers),
            "ship": "ship" if len(set(lines)) + from_base > 1 else "ships",
        },
        bytes=size,
        related=tuple((cause.span, _made(items)) for cause, items in group.makers),
        confidence=None if sure else Confidence.MEDIUM,
    )


def _stand_in(trace: Trace, items: Sequence[Hidden]) -> str:
    """Files of packages of another release, whose names are not those of the image; empty for any others."""
    image = None if trace.target is None else trace.target.base.image
    if image is None or image.measured or image.index_exact:
        return ""
    labels = {item.inode.label for item in items if item.created == BASE_LAYER and item.inode.label}
    if not labels:
        return ""
    packages = "a package" if len(labels) == 1 else f"{len(labels)} packages"
    return f"files of {packages} of the base (as of {image.index or 'another release'})"


def _is_sure(item: Hidden) -> bool:
    return item.inode.presence is Truth.YES and (item.bytes.low > 0 or item.bytes.likely == 0)


def _made(items: Sequence[Hidden]) -> str:
    """The amount, and how much of it the largest files are."""
    size = format_size(total(item.bytes for item in items))
    if len(items) == 1:
        return f"{size} of {name_paths([items[0].path])} ships from here"
    shown = [f"{name_paths([item.path])} ({format_size(item.bytes)})" for item in items[:_SHOWN]]
    more = [f"{len(items) - _SHOWN} more"] if len(items) > _SHOWN else []
    return f"{size} ships from here: {enumerate_names([*shown, *more], _SHOWN + 1)}"


CHECK = Check(Params, _run, ("command", "path", "shippers", "ship"), of_image=True)
