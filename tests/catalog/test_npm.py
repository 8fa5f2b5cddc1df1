"""The table of npm packages: ranges, and where npm places what an install pulls in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlint.catalog.npm import Fit, Table, table
from layerlint.catalog.semver import compatible, lower_bound, parse_version, satisfies


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("1.2.3", "1.2.3", "1.2.4"),
        ("^1.2.3", "1.9.0", "2.0.0"),
        ("^0.2.3", "0.2.9", "0.3.0"),
        ("^0.0.3", "0.0.3", "0.0.4"),
        ("~1.2.3", "1.2.9", "1.3.0"),
        ("~1", "1.9.9", "2.0.0"),
        ("1.x", "1.0.0", "2.0.0"),
        ("1", "1.5.0", "0.9.0"),
        (">=1.2 <3", "2.9.9", "3.0.0"),
        (">= 1.2.0", "7.0.0", "1.1.9"),
        ("1.2 - 2.3", "2.3.9", "2.4.0"),
        ("^1 || ^3", "3.1.0", "2.0.0"),
        ("<2", "1.9.9", "2.0.0"),
        (">1.2", "1.3.0", "1.2.9"),
    ],
)
def test_ranges(text: str, inside: str, outside: str) -> None:
    """The examples of node-semver's README."""
    one, two = parse_version(inside), parse_version(outside)
    assert one is not None
    assert two is not None
    assert satisfies(one, text) is True
    assert satisfies(two, text) is False


@pytest.mark.parametrize("text", ["latest", "file:../x", "git+ssh://host/x.git", "user/repo", "9" * 300])
def test_what_is_no_range(text: str) -> None:
    assert satisfies((1, 0, 0), text) is None


@given(st.text(alphabet="0123456789.x*^~<>=-| vab", max_size=300))
def test_any_text_is_answered(text: str) -> None:
    assert satisfies((1, 2, 3), text) in (True, False, None)
    lower_bound(text)


def test_an_interface_is_the_leftmost_number_that_is_not_zero() -> None:
    assert compatible((1, 2, 3), (1, 9, 0))
    assert not compatible((0, 2, 3), (0, 3, 0))


def small() -> Table:
    """``a`` needs ``c`` 1, ``b`` needs ``c`` 2 and leaves ``d`` to whoever has it; ``o`` is for others."""
    rows = [
        ["a", "1.0.0", "", 10, 1, 5, [[2, 0]], []],
        ["b", "1.0.0", "", 20, 1, 5, [[3, 1], [4, 2]], ["p"]],
        ["c", "1.0.0", "", 100, 1, 50, [], []],
        ["c", "2.0.0", "", 200, 2, 60, [], []],
        ["o", "1.0.0", "-", 900, 9, 90, [], []],
    ]
    documents = {"a": 1, "b": 2, "c": 4, "o": 8, "p": 16}
    ranges = ["^1.0.0", "^2.0.0", "*"]
    data = {
        "date": "",
        "ranges": ranges,
        "packages": rows,
        "documents": documents,
        "bins": {},
        "quantiles": {},
    }
    return Table(data)


def test_a_version_in_the_way_is_gone_round() -> None:
    closure = small().closure([0, 1])
    assert [(p.name, p.version) for p in closure.packages] == [
        ("a", "1.0.0"),
        ("b", "1.0.0"),
        ("c", "1.0.0"),
        ("c", "2.0.0"),
    ]
    assert closure.bytes == 330
    assert [p.name for p in closure.foreign] == ["o"]
    assert closure.metadata == 31


def test_what_is_shared_is_counted_once() -> None:
    assert small().closure([0, 0, 2]).bytes == 110


def test_the_nearest_version_is_chosen() -> None:
    known = small()
    assert known.choose("c", "^1.0.0") == (2, Fit.EXACT)
    assert known.choose("c", "*") == (3, Fit.EXACT)
    assert known.choose("c", "latest") == (3, Fit.EXACT)
    assert known.choose("c", "1.5.0") == (2, Fit.SAME_MAJOR)
    assert known.choose("c", "^3.0.0") == (3, Fit.OTHER_MAJOR)
    assert known.nearest("c", "0.1.0") == (2, Fit.OTHER_MAJOR)
    assert known.choose("z", "*") is None


def test_a_closure_is_what_npm_installed() -> None:
    """Unpacked bytes of ``npm install --ignore-scripts`` of each alone, on the day of the snapshot."""
    known = table()
    measured = {
        "express": 2319902,
        "typescript": 30443488,
        "eslint": 11996558,
        "next": 324050358,
        "pm2": 15186394,
    }
    for name, size in measured.items():
        chosen = known.choose(name, "latest")
        assert chosen is not None
        assert known.closure([chosen[0]]).bytes == size
