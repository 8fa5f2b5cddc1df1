"""dive's gates in the formats for people."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

from layerlint.domain.units import format_bytes
from layerlint.report import GateRecord, GateStatus
from layerlint.reporters.characters import one_line, pad
from layerlint.reporters.lines import Ink, cut, paint
from layerlint.reporters.style import Style

_RELATIONS: Final = {"lowestEfficiency": "≥", "highestWastedBytes": "≤", "highestUserWastedPercent": "≤"}
_BYTES: Final = "highestWastedBytes"
_INKS: Final = {
    GateStatus.FAIL: Ink.RED,
    GateStatus.MISCONFIGURED: Ink.RED,
    GateStatus.WARN: Ink.YELLOW,
    GateStatus.SKIP: Ink.DIM,
}


def cells(record: GateRecord) -> tuple[str, str, str]:
    """Status, name, and what was compared."""
    if record.bound is None or record.value is None:
        return record.status.name, record.name, record.message or "no bound"
    low, likely, high = record.value
    value = _amount(record.name, likely)
    if low != likely or high != likely:
        top = "no upper bound" if high is None else _amount(record.name, high)
        value += f" ({_amount(record.name, low)} to {top})"
    must = f"must be {_RELATIONS[record.name]} {_amount(record.name, record.bound)}"
    cannot = "; cannot tell" if record.status is GateStatus.WARN else ""
    return record.status.name, record.name, f"{value}, {must}{cannot}"


def lines(records: Sequence[GateRecord], style: Style) -> Iterator[str]:
    """A line each."""
    width = max((len(record.status.name) for record in records), default=0)
    for record in records:
        status, name, what = cells(record)
        rest = cut(f"{pad(status, width)}  {pad(name, 24)}  {one_line(what)}", style)
        yield paint(status, _INKS.get(record.status), style) + rest[len(status) :]


def _amount(name: str, value: float) -> str:
    if math.isinf(value):
        return "all"
    return format_bytes(int(value)) if name == _BYTES else f"{value * 100:.2f} %"
