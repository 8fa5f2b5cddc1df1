"""Sizes for a column of a table: intervals in few characters (``domain.units`` has them for sentences)."""

from __future__ import annotations

from layerlint.domain.size import Size
from layerlint.domain.units import IEC, TOO_LARGE, format_bytes

_DASH = "\N{EN DASH}"

_NEARLY = 0.1
"""An interval whose bounds are within this part of the likely value reads as about that value."""


def short_size(size: Size) -> str:
    """An interval of bytes in at most 12 characters.

    ``38.2 MiB`` is exact, ``~38.2 MiB`` within a tenth, ``12-40 MiB`` (with an en dash) between the
    two, ``≤ 40 MiB`` perhaps nothing, ``≥ 12.0 MiB`` that or more, ``12.0 MiB?`` likely that but
    nothing is certain, and ``?`` not known at all.
    """
    if size.high is None or size.high >= TOO_LARGE:
        if size.low:
            return f"≥ {format_bytes(size.low)}"
        return f"{format_bytes(size.likely)}?" if size.likely else "?"
    if size.is_exact:
        return format_bytes(size.low)
    slack = size.likely * _NEARLY
    if size.likely - size.low <= slack and size.high - size.likely <= slack:
        return f"~{format_bytes(size.likely)}"
    unit = format_bytes(size.high).rpartition(" ")[2]
    low, high = _bound(size.low, unit), _bound(size.high, unit)
    if low in ("0", "0.0"):
        return f"≤ {high} {unit}"
    return f"~{high} {unit}" if low == high else f"{low}{_DASH}{high} {unit}"


def _bound(amount: int, unit: str) -> str:
    """One end of a range: two significant digits are what an interval deserves."""
    value = amount / 1024 ** IEC.index(unit)
    return f"{value:.{0 if unit == IEC[0] or value >= 9.95 else 1}f}"
