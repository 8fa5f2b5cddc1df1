"""Command lines of one kind: their options and operands, read as the tool does or as words."""

from __future__ import annotations

import pytest

from layerlint.analysis.command_lines import command_lines
from layerlint.analysis.invocations import Invocation, invocations
from layerlint.domain.text import UNKNOWN
from layerlint.linter import Settings, analyse
from layerlint.source import SourceFile

KINDS = ("a install", "a in", "!a in x", "b*", "!bc", "m group install")
VALUES = ("-t", "--target", "-mod")


def _read(command: str, *, literal: bool) -> list[Invocation]:
    text = f"FROM scratch\nRUN {command}\n"
    lines = command_lines(analyse(SourceFile("Dockerfile", text), None, Settings()).trace, literal=literal)
    return list(invocations(lines, KINDS, VALUES, literal=literal))


def _operands(found: list[Invocation]) -> list[str]:
    return ["?" if word.text is UNKNOWN else str(word.text) for each in found for word in each.operands]


@pytest.mark.parametrize(
    ("command", "seen", "literal"),
    [
        ("a install x y", ["x", "y"], ["x", "y"]),
        ("a -q install -y x", ["x"], ["x"]),
        ("a -t v install x", ["x"], ["x"]),
        ("a install -t v x", ["x"], ["x"]),
        ("a install -qt v x", ["x"], ["x"]),
        ("a install -tv x", ["x"], []),
        ("a install --target v x", ["x"], ["x"]),
        ("a install --target=v x", ["x"], ["x"]),
        ("a install -mod v x", ["x"], ["v", "x"]),
        ("a install -- -x y", ["-x", "y"], ["--", "y"]),
        ("a update install x", [], ["update", "x"]),
        ("a install $X y", ["?", "y"], ["$(X)", "y"]),
        ("a $X install y", ["y"], ["$(X)", "y"]),
        ("a in y", ["y"], ["y"]),
        ("m group -y install y", ["y"], ["y"]),
        ("m install group y", [], ["y"]),
        ("bb y", ["y"], ["y"]),
        ("bc y", [], []),
        ("c install y", [], []),
    ],
)
def test_operands(command: str, seen: list[str], literal: list[str]) -> None:
    assert _operands(_read(command, literal=False)) == seen
    assert _operands(_read(command, literal=True)) == literal


@pytest.mark.parametrize(
    ("command", "option", "given"),
    [
        ("a install -y", "-y", True),
        ("a install -qy", "-y", True),
        ("a install --quickly", "-y", False),
        ("a install --yes", "--yes", True),
        ("a install --yes=1", "--yes", True),
        ("a install --yes-not", "--yes", False),
        ("a install -qq", "-qq", True),
        ("a -q install -q", "-qq", True),
        ("a install -q", "-qq", False),
        ("a install -y", "=-y", True),
        ("a install -qy", "=-y", False),
        ("a install --yes=1", "=--yes", False),
        ("a install -nv", "-nv", True),
        ("a install -vn", "-nv", False),
        ("a install x::y=1", "x::y=1", True),
        ("a install -- -y", "-y", False),
    ],
)
def test_options(command: str, option: str, given: bool) -> None:
    (found,) = _read(command, literal=False)
    assert found.has_option(option) is given


def test_a_word_that_is_not_known_may_be_an_option() -> None:
    assert [_read(f"a install {word}", literal=False)[0].partial for word in ("$X", "x", "-- $X")] == [
        True, False, False,
    ]  # fmt: skip
