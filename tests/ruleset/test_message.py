"""Messages of rules, filled with values out of a hostile Dockerfile too."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlint.domain.size import Size
from layerlint.ruleset.message import parse

MIB = 1 << 20


@pytest.mark.parametrize(
    ("template", "values", "cost", "text"),
    [
        ("plain", {}, None, "plain"),
        ("{path} at line {line}", {"path": "/a", "line": 12}, None, "/a at line 12"),
        ("{{{a}}}", {"a": "{b}"}, None, "{{b}}"),
        ("{bytes} wasted", {}, Size.exact(MIB), "1.0 MiB wasted"),
        ("{bytes} wasted", {"bytes": Size(MIB, MIB, None)}, Size.exact(2), "at least 1.0 MiB wasted"),
        ("{bytes} wasted", {}, None, "an unknown amount wasted"),
        ("{a}", {"a": "x\n\t  y\r"}, None, "x y"),
        ("{a}|{a}", {"a": "z" * 101}, None, "|".join(["z" * 99 + "…"] * 2)),
    ],
)
def test_fill(template: str, values: dict[str, str | int | Size], cost: Size | None, text: str) -> None:
    assert parse(template).fill(values, cost) == text


@given(st.text(max_size=300))
def test_a_value_stays_one_short_line(value: str) -> None:
    shown = parse("{a}").fill({"a": value})
    assert len(shown) <= 100
    assert len(shown.splitlines()) <= 1


@given(st.text(max_size=60))
def test_braces_are_doubled_or_a_field_or_a_fault(text: str) -> None:
    doubled = text.replace("{", "{{").replace("}", "}}")
    assert parse(doubled).fill({}) == text
    try:
        message = parse(text)
    except ValueError:
        assert "{" in text or "}" in text
    else:
        assert all(f"{{{name}}}" in text for name in message.fields)
