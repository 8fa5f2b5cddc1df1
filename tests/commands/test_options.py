"""The option parser, as getopt_long reads command lines."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlint.commands._options import Grammar, Options, parse
from layerlint.domain.text import UNKNOWN, Text
from layerlint.effects import Outcome, Unmodelled

GRAMMAR = Grammar(
    "tool",
    "ab:c::v",
    {
        "all": "a",
        "base": "b:",
        "colour": "c::",
        "color": "c::",
        "verbose": "v",
        "version-sort": "sort",
        "size": "size:",
    },
)


def read(*words: Text) -> list[tuple[str, Text | None]] | str:
    result = parse(GRAMMAR, words)
    if isinstance(result, Options):
        return list(result.sequence)
    effects = result.effects
    return effects[0].reason if effects and isinstance(effects[0], Unmodelled) else "help"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), []),
        (("x", "-a", "y"), [("", "x"), ("a", None), ("", "y")]),
        (("-av",), [("a", None), ("v", None)]),
        (("-abx",), [("a", None), ("b", "x")]),
        (("-b", "-a"), [("b", "-a")]),
        (("-c", "x"), [("c", None), ("", "x")]),
        (("-cx",), [("c", "x")]),
        (("--base=x=y",), [("b", "x=y")]),
        (("--base", "x"), [("b", "x")]),
        (("--colour",), [("c", None)]),
        (("--col=1",), [("c", "1")]),
        (("--bas", "x"), [("b", "x")]),
        (("--", "-a", "--base"), [("", "-a"), ("", "--base")]),
        (("-", "-a"), [("", "-"), ("a", None)]),
        ((UNKNOWN, "-a"), [("", UNKNOWN), ("a", None)]),
        (("-b", UNKNOWN), [("b", UNKNOWN)]),
        (("--size",), "option --size of tool"),
        (("-b",), "option -b of tool"),
        (("-x",), "option -x of tool"),
        (("-ax",), "option -x of tool"),
        (("--nothing=1",), "option --nothing of tool"),
        (("--ver",), "option --ver of tool"),
        (("--help",), "help"),
        (("--=x",), "option -- of tool"),
    ],
)
def test_parse(words: tuple[Text, ...], expected: object) -> None:
    assert read(*words) == expected


def test_the_first_operand_ends_the_options_where_nothing_is_permuted() -> None:
    result = parse(Grammar("tool", "a", permute=False), ("-a", "x", "-a"))
    assert isinstance(result, Options)
    assert result.sequence == (("a", None), ("", "x"), ("", "-a"))


def test_questions() -> None:
    result = parse(GRAMMAR, ("-a", "-b", "1", "-b", "2", "x", "-v"))
    assert isinstance(result, Options)
    assert result.has("a", "z")
    assert not result.has("z")
    assert (result.value("b"), result.values("b"), result.value("c")) == ("2", ("1", "2"), None)
    assert result.last("a", "v") == "v"
    assert result.operands == ("x",)


@given(st.lists(st.sampled_from(["-a", "-v", "-ab", "-b", "x", "-c", "-cx", "--", "-", "--all", "--base",
                                 "--base=1", "--co", "-bx"]),
                max_size=6))  # fmt: skip
def test_as_getopt_reads_it(words: list[str]) -> None:
    """util-linux's getopt(1) is a front end of getopt_long(3); it moves operands to the end."""
    try:
        done = subprocess.run(
            ["getopt", "-q", "-o", "ab:c::v", "-l", "all,base:,colour::,color::,verbose,version-sort,size:",
             "--", *words],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        pytest.skip("no getopt(1)")
    result = parse(GRAMMAR, words)
    if done.returncode == 1:
        # "--co" may be colour or color: two options to getopt(1), one key to us.
        assert isinstance(result, Outcome) or "--co" in words
        return
    assert isinstance(result, Options)
    moved = sorted(result.sequence, key=lambda pair: pair[0] == "")
    assert moved == list(_printed(shlex.split(done.stdout)))


def _printed(words: list[str]) -> Iterator[tuple[str, str | None]]:
    """What getopt(1) prints: options, each with its argument, ``--``, operands."""
    arities = {"-a": 0, "-v": 0, "-b": 1, "-c": 2}
    rest = iter(words)
    operands: list[str] = []
    for word in rest:
        if word == "--":
            operands += rest
        elif word.startswith("--"):
            key = GRAMMAR.long[word[2:]]
            yield key.rstrip(":"), next(rest) or None if ":" in key else None
        else:
            yield word[1:], next(rest) or None if arities[word] else None
    yield from (("", word) for word in operands)
