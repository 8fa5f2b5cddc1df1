"""Workflow commands, read back as the runner reads them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlint.report import FileReport, Finding, Place, Report, Severity
from layerlint.reporters.github import LIMIT, escape_data, escape_property, report
from layerlint.reporters.style import Style
from tests.reporters import sample

TEXTS = st.text(st.sampled_from("ab:,%\r\n25ADC0=图 "), max_size=40)


def decode_data(text: str) -> str:
    """What the runner does with a message."""
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def decode_property(text: str) -> str:
    """What the runner does with the value of a property."""
    return (
        text.replace("%0D", "\r")
        .replace("%0A", "\n")
        .replace("%3A", ":")
        .replace("%2C", ",")
        .replace("%25", "%")
    )


def command(line: str) -> tuple[str, dict[str, str], str]:
    """Level, properties and message of a line."""
    assert line.startswith("::")
    head, _, message = line[2:].partition("::")
    level, _, listed = head.partition(" ")
    pairs = (pair.partition("=") for pair in listed.split(","))
    return level, {name: decode_property(value) for name, _, value in pairs}, decode_data(message)


def findings(severity: Severity, number: int) -> tuple[Finding, ...]:
    one = replace(sample.ORDINARY.findings[2], severity=severity, related=())
    return tuple(replace(one, place=Place(line, 1, line, 2)) for line in range(1, number + 1))


@given(TEXTS)
def test_data_round_trips(text: str) -> None:
    encoded = escape_data(text)
    assert decode_data(encoded) == text
    assert not set("\r\n") & set(encoded)


@given(TEXTS)
def test_properties_round_trip(text: str) -> None:
    encoded = escape_property(text)
    assert decode_property(encoded) == text
    assert not set("\r\n:,") & set(encoded)


def test_a_command_reads_back() -> None:
    lines = report(sample.SEVERAL, Style()).splitlines()
    level, properties, message = command(lines[1])
    assert level == "warning"
    assert properties == {
        "file": "Dockerfile",
        "line": "8",
        "endLine": "8",
        "col": "5",
        "endColumn": "19",
        "title": "metadata-only-copy-up",
    }
    assert message.splitlines() == [
        "20.0 MiB of /big ship twice: `chmod 600 /big` copies the file up into a new layer",
        "line 7: /big is created here",
    ]
    assert command(lines[3])[1]["file"] == "dienste/größe, 100%: 图/Dockerfile"


def test_no_columns_when_the_lines_differ() -> None:
    for line in report(sample.SEVERAL, Style()).splitlines():
        _, properties, _ = command(line)
        assert ("col" in properties) == (properties["line"] == properties["endLine"])


@pytest.mark.parametrize(
    ("errors", "warnings", "infos", "last"),
    [
        (10, 10, 10, None),
        (0, 0, 0, None),
        (11, 0, 0, "1 more: 1 error"),
        (0, 14, 10, "5 more: 4 warnings, 1 notice"),
        (12, 11, 11, "5 more: 2 errors, 1 warning, 2 notices"),
    ],
)
def test_no_more_than_github_shows_and_the_last_says_what_is_missing(
    errors: int, warnings: int, infos: int, last: str | None
) -> None:
    found = (
        findings(Severity.INFO, infos)
        + findings(Severity.ERROR, errors)
        + findings(Severity.WARNING, warnings)
    )
    output = report(Report((FileReport("Dockerfile", found, None),), (), "0"), Style())
    commands = [command(line) for line in output.splitlines()]
    levels = [level for level, _, _ in commands]
    assert levels == sorted(levels, key=("error", "warning", "notice").index)
    assert all(levels.count(level) <= LIMIT for level in levels)
    if last is None:
        assert len(commands) == len(found)
    else:
        assert commands[-1] == ("notice", {"title": "layerlint"}, last)
        assert len(commands) - 1 + int(last.split()[0]) == len(found)
