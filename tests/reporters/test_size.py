"""Sizes in a column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlint.domain.size import UNBOUNDED, ZERO, Size
from layerlint.reporters.size import short_size

MIB = 1024**2


def sizes(most: int = 10**400) -> st.SearchStrategy[Size]:
    """Any interval up to ``most`` bytes, and any without an upper bound."""
    amounts = st.one_of(st.integers(0, 5000), st.integers(0, 2**40), st.integers(0, most))
    bounded = st.lists(amounts, min_size=3, max_size=3).map(lambda found: Size(*sorted(found)))
    return st.one_of(bounded, bounded.map(lambda size: Size(size.low, size.likely, None)))


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (ZERO, "0 B"),
        (Size.exact(20 * MIB), "20.0 MiB"),
        (Size.around(20 * MIB, 0.09, 0.09), "~20.0 MiB"),
        (Size.around(20 * MIB, 0.2, 0.0), "16\N{EN DASH}20 MiB"),
        (Size.around(20 * MIB, 0.0, 0.2), "20\N{EN DASH}24 MiB"),
        (Size(12 * MIB, 20 * MIB, 40 * MIB), "12\N{EN DASH}40 MiB"),
        (Size(1, 2, 3), "1\N{EN DASH}3 B"),
        (Size(MIB // 2, MIB, 3 * MIB), "0.5\N{EN DASH}3.0 MiB"),
        (Size(12, 20 * MIB, 40 * MIB), "≤ 40 MiB"),
        (Size(0, 0, 300), "≤ 300 B"),
        (Size(12 * MIB, 20 * MIB, None), "≥ 12.0 MiB"),
        (Size(0, 20 * MIB, None), "20.0 MiB?"),
        (UNBOUNDED, "?"),
        (Size(0, 0, 10**400), "?"),
        (Size(MIB, MIB, 10**400), "≥ 1.0 MiB"),
    ],
)
def test_short_size(size: Size, text: str) -> None:
    assert short_size(size) == text


@given(sizes())
def test_a_size_is_short_and_never_a_range_from_a_number_to_itself(size: Size) -> None:
    text = short_size(size)
    assert 1 <= len(text) <= 12
    low, dash, high = text.partition("\N{EN DASH}")
    assert not dash or float(low) < float(high.split()[0])
