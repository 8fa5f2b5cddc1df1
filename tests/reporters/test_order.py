"""In text the worst findings come first, and of one severity those that cost the most bytes."""

from __future__ import annotations

from dataclasses import replace

from layerlint.domain.size import Size
from layerlint.report import Confidence, FileReport, Finding, Place, Report, Severity
from layerlint.reporters.style import Style
from layerlint.reporters.text import report


def _finding(line: int, severity: Severity, size: Size | None) -> Finding:
    place = Place(line, 1, line, 4)
    return Finding(f"rule-{line}", (), "waste", severity, Confidence.HIGH, "a message", place, bytes=size)


def test_order() -> None:
    findings = (
        _finding(1, Severity.INFO, Size.exact(9000)),
        _finding(2, Severity.WARNING, None),
        _finding(3, Severity.WARNING, Size.exact(10)),
        _finding(4, Severity.ERROR, None),
        _finding(5, Severity.WARNING, Size(0, 500, None)),
        _finding(6, Severity.WARNING, None),
    )
    file = FileReport("Dockerfile", findings, None, 0)
    text = report(Report((file,), (), "1"), replace(Style(), quiet=True))
    assert [line.split(":")[1] for line in text.splitlines()] == ["4", "5", "3", "2", "6", "1"]
