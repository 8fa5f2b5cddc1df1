"""Sizes as people write them: bytes in IEC units (IEC 80000-13: 1 KiB = 1,024 bytes)."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

from layerlint._pattern import pattern
from layerlint.domain.size import Size

Bytes: TypeAlias = Annotated[int, "bytes"]
"""An amount of bytes; as a parameter of a check it is written with a unit (``64 KiB``)."""

IEC: Final = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_SI: Final = ("B", "KB", "MB", "GB", "TB", "PB", "EB")
_FACTORS: Final[dict[str, int]] = {"": 1} | {
    unit.lower(): base**power
    for base, units in ((1024, IEC), (1000, _SI))
    for power, unit in enumerate(units)
}
_SIZE: Final = pattern(r"([0-9]{1,18})(?:\.([0-9]{1,9}))? {0,4}([A-Za-z]{0,3})")

TOO_LARGE: Final = 1000 * 1024 ** (len(IEC) - 1)
"""Larger than any file system holds; also keeps the division within a float."""

_NEARLY: Final = 0.1
"""Bounds that differ from the likely amount by no more than this share of it are not shown."""


def format_bytes(amount: int) -> str:
    """An exact amount to three digits: ``512 B``, ``38.2 MiB``, ``112 MiB``."""
    if amount >= TOO_LARGE:
        return f"> 999 {IEC[-1]}"
    unit = 0
    # A number of four digits goes to the next unit: 0.98 KiB, not 1,000 B.
    while unit < len(IEC) - 1 and amount >= 999.5 * 1024**unit:
        unit += 1
    value = amount / 1024**unit
    return f"{value:.{0 if not unit or value >= 99.95 else 1}f} {IEC[unit]}"


def format_size(size: int | Size) -> str:
    """An amount of bytes in a sentence.

    ``19.1 MiB`` is exact, ``~12.0 MiB`` is within 10 %, ``12.0-40.0 MiB`` (with an en dash) has wider
    bounds, ``up to 40.0 MiB`` may be nothing; without a bound it is ``at least 12.0 MiB``, ``about 12.0
    MiB`` (likely, but perhaps nothing) or ``an unknown amount``.
    """
    if isinstance(size, int):
        return format_bytes(size)
    if size.high is None:
        if size.low:
            return f"at least {format_bytes(size.low)}"
        return f"about {format_bytes(size.likely)}" if size.likely else "an unknown amount"
    if size.is_exact:
        return format_bytes(size.low)
    if max(size.likely - size.low, size.high - size.likely) <= size.likely * _NEARLY:
        return f"~{format_bytes(size.likely)}"
    if not size.low:
        return f"up to {format_bytes(size.high)}"
    low, high = format_bytes(size.low), format_bytes(size.high)
    if low == high:
        return f"~{low}"
    number, _, unit = low.rpartition(" ")
    return f"{number if high.endswith(f' {unit}') else low}–{high}"


def parse_size(text: str) -> int:
    """Bytes of ``4096``, ``64 KiB``, ``1.5 MiB`` or ``10 MB`` (= 10,000,000), rounded down.

    Raises ValueError with a message for the user.
    """
    found = _SIZE.fullmatch(text.strip())
    factor = _FACTORS.get(found[3].lower()) if found else None
    if found is None or factor is None:
        raise ValueError('a size is a number of bytes, or a number with a unit ("64 KiB")')
    fraction = found[2] or ""
    scale: int = 10 ** len(fraction)
    return int(found[1] + fraction) * factor // scale
