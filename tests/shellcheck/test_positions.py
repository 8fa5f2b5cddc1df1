"""Line and column of what ShellCheck says, in Dockerfiles that do not have the script on one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlint.checks import CHECKS
from layerlint.linter import Settings, lint
from layerlint.ruleset.loader import load_bundled
from layerlint.ruleset.model import RuleSet
from layerlint.source import SourceFile
from tests.shellcheck.program import real
from tests.shellcheck.test_scripts import scripts

KNOWN = load_bundled(CHECKS)
RULE = RuleSet(tuple(rule for rule in KNOWN if rule.check == "shell-script"))
HEAD = "FROM example.org/unknown:1\nARG v\n"
"""Two lines."""


def told(text: str) -> list[str]:
    """``line:column code words`` of each finding."""
    source = SourceFile("Dockerfile", text)
    report = lint(source, None, Settings(shellcheck=real()), KNOWN, RULE)
    assert report.notes == ()
    found = []
    for finding in report.findings:
        place = finding.place
        start = source.line_start(place.line) + place.column - 1
        end = source.line_start(place.end_line) + place.end_column - 1
        found.append(f"{place.line}:{place.column} {finding.code} {text[start:end]}")
    return found


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("RUN ls $x", ["3:8 SC2086 $x", "3:8 SC2154 $x"]),
        ("  RUN  --network=none  ls \"$x\"", ["3:28 SC2154 $x"]),
        ("RUN true && \\\n    ls \"$x\"", ["4:9 SC2154 $x"]),
        ("RUN true && \\\n\n# why\n  # and why\n\tls \"$x\" && \\\n  ls \"$y\"", ["7:6 SC2154 $x", "8:7 SC2154 $y"]),
        ("RUN true && \\  \r\n    ls \"$x\"\r\n", ["4:9 SC2154 $x"]),
        ("RUN\tls\t\"$x\"\t'é→𝄞' \"$y\"", ["3:9 SC2154 $x", "3:20 SC2154 $y"]),
        ("RUN ls \"$a\\\nbc\"", ["3:9 SC2154 $a\\\nbc"]),
        ("RUN <<EOF\nls\nls \"$x\"\nEOF", ["5:5 SC2154 $x"]),
        ("RUN <<-EOF\n\tls\n\t\tls \"$x\"\n\tEOF", ["5:7 SC2154 $x"]),
        ("RUN <<EOF\n#!/bin/bash\n[[ -e /x ]] && ls \"$x\"\nEOF", ["5:20 SC2154 $x"]),
        ("RUN <<EOF cat > /x && ls \"$y\"\n$x\nEOF", ["3:27 SC2154 $y", "4:1 SC2154 $x"]),
        # The input of a shell, taken as it stands; what an outer shell expands first is that one's text.
        ("RUN bash -e <<'EOF'\n[[ -e /x ]] && ls \"$x\"\nEOF", ["4:20 SC2154 $x"]),
        ("RUN <<-'EOF' /bin/sh\n\tcd /x\n\tls \"$x\"\n\tEOF", ["4:2 SC2164 cd /x", "5:6 SC2154 $x"]),
        ("RUN sh <<EOF\ncd /y\nls $x\nEOF", ["5:4 SC2154 $x"]),
        ("RUN cat <<'EOF'\nls $x\nEOF", []),
        ("ONBUILD RUN ls && \\\n ls \"$x\"", ["4:6 SC2154 $x"]),
        ("# hadolint ignore=SC2154\nRUN ls $x", ["4:8 SC2086 $x"]),
        ("RUN <<EOF\n# shellcheck disable=SC2154\nls $x\nEOF", ["5:4 SC2086 $x"]),
        # No file is read that a script or a comment in it names.
        ("RUN . ./x && ls && . \"$v\"", []),
        ("RUN <<EOF\n# shellcheck source=/etc/profile\n. x\nEOF", []),
        # The indentation of a continued line is no argument; blanks in a line are.
        ("RUN echo a \\\n      b", []),
        ("RUN echo a    b", ["3:5 SC2291 echo a    b"]),
        # A text that no shell takes.
        ("RUN if true; then ls", ["3:5 SC1046 i", "3:5 SC1073 i", "3:21 SC1047 ", "3:21 SC1072 "]),
    ],
)  # fmt: skip
def test_places(run: str, expected: list[str]) -> None:
    assert told(HEAD + run) == expected


def test_another_escape_character() -> None:
    text = "# escape=`\nFROM example.org/unknown:1\nRUN ls && `\n  ls \"$x\"\n"
    assert told(text) == ["4:7 SC2154 $x"]


def test_a_byte_that_is_no_utf8_is_one_column() -> None:
    source = SourceFile.from_bytes("Dockerfile", b"RUN echo '\xff\xc3' \"$x\"\n")
    report = lint(source, None, Settings(shellcheck=real()), KNOWN, RULE)
    assert [(finding.place.column, finding.code) for finding in report.findings] == [(16, "SC2154")]


@given(st.integers(-2, 9), st.integers(-2, 40), st.integers(-2, 9), st.integers(-2, 40))
def test_any_answer_has_a_place(line: int, column: int, end_line: int, end_column: int) -> None:
    """Whatever the program says lies within the instruction, or is left out as of our own head."""
    text = HEAD + "RUN true && \\\n# why\n ls <<EOF\nab\n\ncd\nEOF\nRUN x\n"
    script = scripts(text)[0]
    above = script.head.count("\n")
    span = script.locate((above + line, column), (above + end_line, end_column))
    assert (span is None) == (line < 1)
    if span is not None:
        first = text.index("true")
        assert first <= span.start <= span.end <= text.index("EOF\nRUN x") + 3
