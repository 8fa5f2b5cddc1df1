"""Durations and numbers as Go reads them, for the flags of HEALTHCHECK."""

from __future__ import annotations

from layerlint._pattern import pattern
from layerlint.dockerfile.gostrings import quote

_UNITS = {
    "ns": 1, "us": 1_000, "µs": 1_000, "μs": 1_000, "ms": 1_000_000,
    "s": 1_000_000_000, "m": 60_000_000_000, "h": 3_600_000_000_000,
}  # fmt: skip
_LARGEST = 2**63 - 1
_TERM = pattern(r"([0-9]*)(?:\.([0-9]*))?([^0-9.]*)")


def parse_duration(text: str) -> int | str:
    """``time.ParseDuration`` in nanoseconds, or what it says is wrong."""
    invalid = f"time: invalid duration {quote(text)}"
    body = text[1:] if text[:1] in ("+", "-") else text
    if body == "0":
        return 0
    if not body:
        return invalid
    total = 0
    position = 0
    while position < len(body):
        match = _TERM.match(body, position)
        if match is None or not (match[1] or match[2]):
            return invalid
        if not match[3]:
            return f"time: missing unit in duration {quote(text)}"
        if match[3] not in _UNITS:
            return f"time: unknown unit {quote(match[3])} in duration {quote(text)}"
        unit = _UNITS[match[3]]
        # More digits than fit into 64 bits are out of range anyway (or below a nanosecond).
        if len(match[1].lstrip("0")) > 19:
            return invalid
        fraction = (match[2] or "")[:18]
        total += int(match[1] or "0") * unit + int(fraction or "0") * unit // 10 ** len(fraction)
        if total > _LARGEST:
            return invalid
        position = match.end()
    return -total if text.startswith("-") else total


def parse_int32(text: str) -> int | str:
    """``strconv.ParseInt(text, 10, 32)``, or what it says is wrong."""
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not (digits.isascii() and digits.isdecimal()):
        return f"strconv.ParseInt: parsing {quote(text)}: invalid syntax"
    value = 2**31 if len(digits.lstrip("0")) > 10 else int(digits)
    value = -value if text.startswith("-") else value
    if not -(2**31) <= value < 2**31:
        return f"strconv.ParseInt: parsing {quote(text)}: value out of range"
    return value
