from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlint.catalog.versions import satisfies, version_key

versions = st.from_regex(r"([0-9]:)?[0-9][0-9a-z.+~]{0,8}(-[0-9a-z.+~]{1,4})?", fullmatch=True)


@pytest.mark.parametrize(
    "ordered",
    [
        ("1.0~~", "1.0~~a", "1.0~", "1.0", "1.0a", "1.0+b", "1.0.1"),
        ("1.0~rc1-1", "1.0-1~deb12u1", "1.0-1", "1.0-1+b1", "1.0-1+deb12u1", "1.0-1.1", "1.0-2"),
        ("9", "10", "1:0"),
    ],
)
def test_order_of_known_versions(ordered: tuple[str, ...]) -> None:
    assert sorted(set(ordered), key=version_key) == list(ordered)


@pytest.mark.parametrize(("one", "other"), [("1.0", "0:1.0"), ("1.0-0", "1.0"), ("1.01", "1.1"), ("1a", "1a0")])
def test_equal_spellings(one: str, other: str) -> None:
    assert version_key(one) == version_key(other)


@given(st.text(max_size=30))
def test_any_text_has_a_key(text: str) -> None:
    assert satisfies(text, "=", text)


@given(versions, versions)
def test_operators_agree(one: str, other: str) -> None:
    assert satisfies(one, ">>", other) == (not satisfies(one, "<=", other)) == satisfies(other, "<<", one)
    assert satisfies(one, "=", other) == (satisfies(one, ">=", other) and satisfies(one, "<=", other))


@pytest.mark.skipif(shutil.which("dpkg") is None, reason="dpkg is absent")
def test_same_order_as_dpkg() -> None:
    samples = ("1.0", "1.0-0", "1.0~rc1", "1:0.9", "1.0+b", "1.0.1", "1.0a", "2.36-9+deb12u14", "2.36-9", "10", "9z")
    for one in samples:
        for other in samples:
            said = subprocess.run(["dpkg", "--compare-versions", one, "lt", other], check=False).returncode == 0
            assert (version_key(one) < version_key(other)) == said, (one, other)
