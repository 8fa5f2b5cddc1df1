"""Sizes for readers and from writers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlint.domain.size import Size
from layerlint.domain.units import IEC, format_bytes, format_size, parse_size

MIB = 1 << 20


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0 B"), (1, "1 B"), (999, "999 B"), (1000, "1.0 KiB"), (1024, "1.0 KiB"), (1535, "1.5 KiB"),
        (102_348, "99.9 KiB"), (102_349, "100 KiB"), (1_023_487, "999 KiB"), (1_023_488, "1.0 MiB"),
        (20_027_801, "19.1 MiB"), (787 * MIB, "787 MiB"), (1 << 40, "1.0 TiB"), (1 << 80, "> 999 EiB"),
    ],
)  # fmt: skip
def test_exact_amounts(amount: int, text: str) -> None:
    assert format_bytes(amount) == text
    assert format_size(amount) == text
    assert format_size(Size.exact(amount)) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (Size(11 * MIB, 12 * MIB, 13 * MIB), "~12.0 MiB"),
        (Size(12 * MIB, 20 * MIB, 40 * MIB), "12.0–40.0 MiB"),
        (Size(500, 2 * MIB, 4 * MIB), "500 B–4.0 MiB"),
        (Size(0, 2, 4 * MIB), "up to 4.0 MiB"),
        (Size(12 * MIB, 20 * MIB, None), "at least 12.0 MiB"),
        (Size(0, 5 * MIB, None), "about 5.0 MiB"),
        (Size(0, 0, None), "an unknown amount"),
        (Size(10 * MIB, 10 * MIB, 10 * MIB + 1), "~10.0 MiB"),
        (Size(1005, 1005, 1250), "1.0–1.2 KiB"),
        (Size(1024, 1024, 1160), "1.0–1.1 KiB"),
    ],
)
def test_intervals(size: Size, text: str) -> None:
    assert format_size(size) == text


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", 0), ("4096", 4096), ("64 KiB", 65536), ("64kib", 65536), (" 1.5 MiB ", 3 * MIB // 2),
        ("10 MB", 10_000_000), ("1.999 B", 1), ("0.5 KB", 500), ("1 EiB", 1 << 60),
    ],
)  # fmt: skip
def test_parse(text: str, amount: int) -> None:
    assert parse_size(text) == amount


@pytest.mark.parametrize("text", ["", "KiB", "-1", "1 M", "1..5 MiB", ".5 MiB", "1e3", "9" * 19, "1      KiB", "٣"])
def test_parse_refuses(text: str) -> None:
    with pytest.raises(ValueError, match="a size is"):
        parse_size(text)


@given(st.integers(0, 10**18))
def test_a_formatted_size_is_the_size_to_three_digits(amount: int) -> None:
    assert abs(parse_size(format_bytes(amount)) - amount) <= amount * 0.051


@given(st.integers(0, 999), st.sampled_from(IEC))
def test_whole_units_are_read_back(number: int, unit: str) -> None:
    assert parse_size(f"{number} {unit}") == number * 1024 ** IEC.index(unit)


@given(st.text(max_size=30))
def test_parse_never_fails_otherwise(text: str) -> None:
    refused = ""
    try:
        assert parse_size(text) >= 0
    except ValueError as error:
        refused = str(error)
    assert not refused or "a size is" in refused
