from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlint.dockerfile import globs
from layerlint.dockerfile.dockerignore import Matcher, match_source, read
from layerlint.dockerfile.globs import compile_glob, parse_glob


def matcher(text: str) -> Matcher:
    patterns, problems = read(text)
    assert problems == ()
    return Matcher(patterns)


@pytest.mark.parametrize(
    ("text", "ignored", "kept"),
    [
        ("node_modules", ["node_modules", "node_modules/a/b"], ["x/node_modules", "node_modules2"]),
        ("/a/b/", ["a/b", "a/b/c"], ["a"]),
        ("./a", ["a"], []),
        ("*.log", ["a.log", "a.log/b"], ["x/a.log"]),
        ("**/*.log", ["a.log", "x/y/a.log", "a.log/b"], ["a.logs"]),
        ("**/tmp", ["tmp", "x/tmp/y"], ["xtmp", "x/atmp"]),
        ("**tmp", ["tmp", "xtmp", "a/xtmp/b"], ["tmpx"]),
        ("**tmp*", ["tmp", "tmpx", "a/tmpx"], ["xtmp"]),
        ("dir/**", ["dir/a", "dir/a/b"], ["dir", "dirx"]),
        ("a/**/b", ["a/b", "a/x/y/b"], ["ab", "a/xb"]),
        ("a?c", ["abc"], ["ac", "a/c"]),
        ("[a-c][^x]", ["az", "by/q"], ["ax", "dz"]),
        ("a\\*", ["a*"], ["ab"]),
        ("*\n!keep\nkeep/x", ["a", "keep/x"], ["keep", "keep/y"]),
        ("**\n!a/b", ["a", "a/c"], ["a/b", "a/b/c"]),
        ("!a", [], ["a"]),
        (" # not a comment", ["# not a comment"], []),
        ("#a\n\n  \nb  ", ["b"], ["#a"]),
        ("\ufeffa\r\nb\r\n", ["a", "b"], []),
    ],
)
def test_what_is_left_out(text: str, ignored: list[str], kept: list[str]) -> None:
    found = matcher(text)
    assert [path for path in ignored if not found.matches(path)] == []
    assert [path for path in kept if found.matches(path)] == []


def test_the_pattern_that_decides_is_known() -> None:
    text = "a\n!b\n  **/*.md \n"
    found = matcher(text)
    pattern = found.decisive("x/y.md")
    assert pattern is not None
    assert text[pattern.span.start : pattern.span.end] == "**/*.md"
    assert found.has_exceptions


@pytest.mark.parametrize("line", ["!", "! ", "[", "a[", "[]a]", "[-]", "[x-]", "[^", "a\\", "[z-a]"])
def test_bad_patterns_are_problems(line: str) -> None:
    patterns, (problem,) = read(f"a\n{line}\nb")
    assert [pattern.text for pattern in patterns] == ["a", "b"]
    assert problem.span.start == 2


@pytest.mark.parametrize(
    ("pattern", "path", "result"),
    [
        ("*.py", "a.py", True),
        ("*.py", "x/a.py", False),
        ("**", "a", True),
        ("**", "a/b", False),
        ("a*b*c", "aXbYbZc", True),
        ("[^a]", "/", True),
        ("?", "/", False),
        ("[", "a", None),
        ("[z-a]", "b", False),
    ],
)
def test_sources_are_matched_as_filepath_match(pattern: str, path: str, result: bool | None) -> None:
    assert match_source(pattern, path) is result


PATTERNS = st.lists(
    st.sampled_from(["*", "**", "?", "/", "a", "b", "[ab]", "[^a]", "\\*", ".", "\n"]), max_size=8
).map("".join)
PATHS = st.text("ab*./\n", max_size=12)


@given(PATTERNS, PATHS, st.booleans(), st.booleans())
def test_both_ways_to_match_agree(pattern: str, path: str, double_star: bool, parents: bool) -> None:
    items = parse_glob(pattern, double_star=double_star)
    assert items is not None
    by_regex = compile_glob(items, parents=parents)
    by_positions = globs._by_positions(items, path, parents)
    if "\n" not in path:
        assert by_regex(path) == by_positions


@given(st.text("[]^-\\*?!#/ab \n", max_size=20), PATHS)
def test_any_text_is_read(text: str, path: str) -> None:
    patterns, _ = read(text)
    Matcher(patterns).matches(path)
    match_source(text, path)


def test_no_pattern_is_slow() -> None:
    found = matcher("*a" * 200 + "\n" + "**/a" * 100)
    assert not found.matches("a" * 199 + "b" * 3000)
    assert found.matches("a" * 200)
