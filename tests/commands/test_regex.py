"""Regular expressions and sed scripts that are run here, against the real grep and sed."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from layerlint.commands import _sed_script
from layerlint.commands._regex import translate
from tests.commands.real import ENVIRONMENT, require

ATOMS = ["a", "b", ".", "[ab]", "[^a]", "[[:digit:]]", "1", " ", "\\.", "^", "$", "*", "\\(", "\\)", "\\+",
         "\\?", "\\{2\\}", "\\{1,\\}",
         "\\|", "+", "?", "(", ")", "{2}", "|", "[a-c]", "\\w", "\\s", "-", "\\1", "[]a]", "[a-]", "\\*",
         "\\["]  # fmt: skip
EXPRESSIONS = st.lists(st.sampled_from(ATOMS), min_size=1, max_size=6).map("".join)
TEXTS = st.lists(st.text(alphabet="aab1 .-]*+(", max_size=8), min_size=1, max_size=4)


@settings(max_examples=200, deadline=None)
@given(expression=EXPRESSIONS, texts=TEXTS, extended=st.booleans())
@example(expression="a\\+*", texts=[""], extended=False)
@example(expression="^*a", texts=["*a", "a"], extended=False)
def test_grep_selects_the_same_lines(expression: str, texts: list[str], extended: bool) -> None:
    require("grep")
    regex = translate(expression, extended=extended)
    if regex is None:
        return
    data = "".join(line + "\n" for line in texts).encode()
    argv = ["grep", "-E" if extended else "-G", "-e", expression]
    done = subprocess.run(argv, input=data, env=ENVIRONMENT, capture_output=True, check=False)
    assert done.returncode < 2, f"grep refuses {expression!r}: {done.stderr!r}"
    found = [line for line in texts if regex.pattern.search(line)]
    assert "".join(line + "\n" for line in found).encode() == done.stdout


COMMANDS = ["d", "p", "2d", "$d", "1,2d", "/a/d", "/a/,/b/d", "2,$p", "/b/!d", "s/a/X/", "s/a/X/g",
            "s/[ab]/<&>/2", "s/^/> /",
            "s/$/;/", "s/a*/-/g", "s/\\(a\\)\\(b\\)/\\2\\1/g", "y/ab/ba/", "2q", "1i top", "$a end", "2c mid",
            "1,2c both",
            "s/a/X/p", "/1/s/a/Y/", "s/ *$//", "s/b/\\n/", "/^$/d", "2,1p", "/a/,2d", "2,/b/s/a/Z/"]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    commands=st.lists(st.sampled_from(COMMANDS), min_size=1, max_size=3),
    texts=st.lists(st.text(alphabet="aab1 ", max_size=6), max_size=5),
    newline=st.booleans(),
    quiet=st.booleans(),
)
@example(commands=["2q"], texts=["", "1"], newline=False, quiet=False)
@example(commands=["p", "2q"], texts=["a", "1"], newline=False, quiet=True)
def test_sed_prints_the_same(commands: list[str], texts: list[str], newline: bool, quiet: bool) -> None:
    require("sed")
    script = "\n".join(commands)
    parsed = _sed_script.parse(script, extended=False)
    assert parsed is not None
    data = "\n".join(texts).encode() + (b"\n" if newline else b"")
    argv = ["sed", *(["-n"] if quiet else []), script]
    done = subprocess.run(argv, input=data, env=ENVIRONMENT, capture_output=True, check=True)
    assert _sed_script.run(parsed, data, quiet=quiet) == done.stdout


@pytest.mark.parametrize(
    "expression",
    ["a|b", "(a)+", "(a*)*", "\\1", "a**", "(", ")", "[a", "a{2", "\\<a", "x" * 1001],
)
def test_what_is_left_out(expression: str) -> None:
    assert translate(expression, extended=True) is None


@pytest.mark.parametrize(
    "script",
    ["w out", "e date", "s/a/b/w out", "s/a/b/e", "N", "D", "G", "h", "x", "{p}", "b end", ":a", "r file",
     "1~2d", "0,/a/d",
     "/a/,+2d", "s/a/\\U&/", "s/\\(a\\)/\\2/", "s/a", "y/ab/c/", "p x", "=", "s/a/b/0", "q5"],
)  # fmt: skip
def test_commands_that_are_not_followed(script: str) -> None:
    assert _sed_script.parse(script, extended=False) is None
