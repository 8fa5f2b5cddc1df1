"""Every command that a file has is listed, seen through what runs it, with its place in the file."""

from __future__ import annotations

import pytest

from layerlint.analysis.command_lines import CommandLine, command_lines, run_lines
from layerlint.domain.text import UNKNOWN
from layerlint.domain.truth import Truth
from layerlint.execution.trace import Trace
from layerlint.linter import Settings, analyse
from layerlint.source import SourceFile

HEAD = 'FROM debian:bookworm-slim\nENV V=1.2 P="curl git"\nARG A\n'


def _trace(text: str) -> Trace:
    return analyse(SourceFile("Dockerfile", text), None, Settings()).trace


def _shown(line: CommandLine) -> str:
    return " ".join(
        [line.name, *("?" if word.text is UNKNOWN else str(word.text) for word in line.arguments)]
    )


@pytest.mark.parametrize(
    ("instruction", "seen", "literal"),
    [
        ("RUN a b", ["a b"], ["a b"]),
        ("RUN /usr/bin/a 'b c'", ["a b c"], ["/usr/bin/a b c"]),
        ("RUN a x=$V $P $A $(b)", ["a x=1.2 curl git ? ?", "b"], ["a x=${V} ${P} ${A} $(b)", "b"]),
        ('RUN a "$P"', ["a curl git"], ["a ${P}"]),
        ("RUN X=1; a $X", ["a 1"], ["a $(X)"]),
        ("RUN X=1; X=2; a $X", ["a ?"], ["a $(X)"]),
        ("RUN export X=1 && a $X", ["export X=1", "a 1"], ["export X=1", "a $(X)"]),
        ("RUN for P in a b; do c $P; done", ["c ?"], ["c ${P}"]),
        ("RUN read P; c $P", ["read P", "c ?"], ["read P", "c ${P}"]),
        ("RUN sudo -u me env X=1 nice -n 5 a b", ["a b"], ["sudo -u me env X=1 nice -n 5 a b"]),
        ("RUN sh -ec 'a b; c'", ["a b", "c"], ["sh -ec a b; c"]),
        ("RUN find | xargs -n 1 a b", ["find", "a b ?"], ["find", "xargs -n 1 a b"]),
        ('RUN ["a", "b c"]', ["a b c"], ["a b c"]),
        ('RUN ["sh", "-c", "a b && c"]', ["a b", "c"], ["sh -c a b", "c"]),
        ("RUN if x; then a; else b; fi", ["x", "a", "b"], ["x", "a", "b"]),
        ("RUN f() { a; }", ["a"], ["a"]),
        ("RUN <<E\na b\nc\nE", ["a b", "c"], ["a b", "c"]),
        ("RUN bash <<E\na b\nE", ["a b"], ["bash"]),
        ("RUN <<E\n#!/usr/bin/python3\nimport x\nE", [], ["import x"]),
        ("RUN <<E\n#!/bin/sh -e\na b\nE", ["a b"], ["a b"]),
        ("ONBUILD RUN a b", ["a b"], ["a b"]),
        ("RUN a ${X:-b c}$((1))`d`", ["a ?", "d"], ["a $(X:-b c)$(…)$(…)", "d"]),
        ("RUN python3 -u -m pip install x", ["pip install x"], ["pip install x"]),
        ("RUN command a b", ["a b"], ["a b"]),
        ("RUN /x/*/a b; [ -e c ]", ["a b", "[ -e c ]"], []),
        ("RUN $A b", [], []),
        ('SHELL ["powershell", "-Command"]\nRUN a b', [], ["a b"]),
    ],
)
def test_commands(instruction: str, seen: list[str], literal: list[str]) -> None:
    trace = _trace(HEAD + instruction + "\n")
    assert [_shown(line) for line in command_lines(trace) if not line.wraps] == seen
    assert [_shown(line) for line in command_lines(trace, literal=True)] == literal


@pytest.mark.parametrize(
    ("instruction", "command", "words"),
    [
        ("RUN x && a \\\n  b", "a \\\n  b", ["b"]),
        ("RUN sudo a b", "sudo a b", ["b"]),
        ("RUN sh -c 'a b'", "a b", ["b"]),
        ('RUN sh -c "a \\"b\\""', '"a \\"b\\""', ['"a \\"b\\""']),
        ('RUN ["sh", "-c", "a b"]', "a b", ["b"]),
        ('RUN ["sh", "-ec", "a b; sh"]', "a b", ["b"]),
        ("RUN bash <<E\na b\nE", "a b", ["b"]),
        ("RUN <<-E\n\ta b\n\tE", "a b", ["b"]),
        ("ONBUILD RUN a b", "a b", ["b"]),
        ("RUN a $P", "a $P", ["$P", "$P"]),
    ],
)
def test_places(instruction: str, command: str, words: list[str]) -> None:
    text = HEAD + instruction + "\n"
    line = next(line for line in command_lines(_trace(text)) if line.name == "a")
    assert text[line.span.start : line.span.end] == command
    assert [text[word.span.start : word.span.end] for word in line.arguments] == words


@pytest.mark.parametrize(
    ("instruction", "reached"),
    [
        ("RUN a b", Truth.YES),
        ("RUN sudo a b", Truth.YES),
        ("RUN sh -c 'x; a b'", Truth.YES),
        ("RUN frobnicate || a b", Truth.MAYBE),
        ("RUN if false; then a b; fi", Truth.NO),
        ("RUN f() { a b; }", Truth.NO),
        ("ONBUILD RUN a b", Truth.NO),
        ("ONBUILD RUN a b\nFROM 0", Truth.NO),
        ("RUN f() { a b; }; f", Truth.YES),
    ],
)
def test_what_the_trace_ran(instruction: str, reached: Truth) -> None:
    line = next(line for line in command_lines(_trace(HEAD + instruction + "\n")) if line.name == "a")
    assert line.reached is reached


def test_a_trigger_is_listed_once_and_knows_that_it_runs_elsewhere() -> None:
    trace = _trace("FROM scratch AS one\nONBUILD RUN a b\nFROM one\nRUN c\n")
    lines = list(command_lines(trace))
    assert [(line.name, line.place.trigger, line.reached) for line in lines] == [
        ("a", True, Truth.YES),
        ("c", False, Truth.YES),
    ]


def test_where_a_command_is_built_and_ships() -> None:
    trace = _trace("FROM scratch AS unused\nRUN a\nFROM scratch AS one\nRUN b\nFROM scratch\n"
                   "COPY --from=one /x /\nRUN c\n")  # fmt: skip
    places = {line.name: line.place for line in command_lines(trace)}
    assert [(places[name].built, places[name].ships, places[name].inherited) for name in "abc"] == [
        (False, False, False), (True, False, False), (True, True, True),
    ]  # fmt: skip


def test_what_runs_another_command_has_a_line_too() -> None:
    lines = list(command_lines(_trace(HEAD + "RUN sudo -u me nice a b\n")))
    assert [(_shown(line), line.wraps, line.wrappers) for line in lines] == [
        ("sudo -u me nice a b", True, ()),
        ("nice a b", True, ("sudo",)),
        ("a b", False, ("sudo", "nice")),
    ]


@pytest.mark.parametrize(
    ("command", "answered"),
    [("yes | a", True), ("yes | sudo a", True), ("a <<< y", True), ("a </x", True), ("a | b", False), ("a >x", False)],
)  # fmt: skip
def test_what_something_is_piped_into(command: str, answered: bool) -> None:
    line = next(line for line in command_lines(_trace(f"{HEAD}RUN {command}\n")) if line.name == "a")
    assert line.answered is answered


def test_a_trace_is_read_once() -> None:
    trace = _trace(HEAD + "RUN a\n")
    assert run_lines(trace) is run_lines(trace)
    assert run_lines(trace) is not run_lines(_trace(HEAD + "RUN a\n"))


def test_a_variable_of_many_words_that_is_used_often() -> None:
    text = f'FROM scratch\nENV P="{"a " * 1500}"\nRUN {"; ".join(["b $P"] * 150)}\n'
    assert sum(len(line.arguments) for line in command_lines(_trace(text))) < 25_000
