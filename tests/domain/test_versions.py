"""Mappings that share their history: each answers as a dict of its own would."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlint.domain.versions import Versioned

NAMES = st.sampled_from("abcde")
VALUES = st.dictionaries(NAMES, st.integers(), max_size=3)


@given(VALUES, st.lists(st.tuples(st.integers(0, 20), VALUES), max_size=20))
def test_every_state_is_a_mapping_of_its_own(
    start: dict[str, int], steps: list[tuple[int, dict[str, int]]]
) -> None:
    states = [(Versioned(start), start)]
    for origin, changes in steps:
        # Out of any earlier state: two may grow out of the same one.
        mapping, plain = states[origin % len(states)]
        states.append((mapping.having(changes), {**plain, **changes}))
    for mapping, plain in states:
        assert list(mapping.items()) == list(plain.items())
        assert len(mapping) == len(plain)
        for name in "abcde":
            assert (name in mapping) == (name in plain)
            assert mapping.get(name) == plain.get(name)
            assert mapping.get(name, 7) == plain.get(name, 7)


def test_a_name_that_came_later_is_not_there() -> None:
    first = Versioned({"a": 1})
    first.having({"b": 2})
    with pytest.raises(KeyError):
        first["b"]
    assert "b" not in first
    assert 1 not in first
