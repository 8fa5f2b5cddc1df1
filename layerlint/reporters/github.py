"""GitHub workflow commands: annotations on the lines of a pull request.

Of each level a step shows 10 annotations, in the order printed, and drops the rest without a word;
columns are refused when the lines differ (GitHub's documentation of workflow commands and of check
runs).  So the worst come first, no more than are shown, and the last line says how many are missing.
"""

from __future__ import annotations

from layerlint.report import Finding, Report, Severity
from layerlint.reporters import forecast
from layerlint.reporters.characters import one_line, printable
from layerlint.reporters.style import Style

LIMIT = 10
"""Annotations of one level that a step shows."""

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def report(report: Report, style: Style) -> str:
    """One workflow command a line, errors first; nothing when there are no findings."""
    levels = {
        command: [
            _annotation(command, file.path, finding)
            for file in report.files
            for finding in file.findings
            if finding.severity is severity
        ]
        for severity, command in _COMMANDS.items()
    }
    room = dict.fromkeys(levels, LIMIT)
    if any(len(lines) > LIMIT for lines in levels.values()):
        room["notice"] -= 1  # the last line is a notice itself
    shown = [line for command, lines in levels.items() for line in lines[: room[command]]]
    more = {command: max(0, len(lines) - room[command]) for command, lines in levels.items()}
    if missing := sum(more.values()):
        listed = ", ".join(forecast.count(number, command) for command, number in more.items() if number)
        shown.append(_command("notice", {"title": "layerlint"}, f"{missing} more: {listed}"))
    return "".join(f"{line}\n" for line in shown)


def escape_data(text: str) -> str:
    """The message of a command: percent signs and line ends are encoded."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """The value of a property: as the message, and what separates properties."""
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")


def _annotation(command: str, path: str, finding: Finding) -> str:
    place = finding.place
    properties = {"file": path.removeprefix("./"), "line": str(place.line), "endLine": str(place.end_line)}
    if place.line == place.end_line:
        properties |= {"col": str(place.column), "endColumn": str(place.end_column)}
    properties["title"] = finding.name
    lines = [forecast.message(finding)]
    lines += [f"line {each.place.line}: {one_line(each.message)}" for each in finding.related]
    return _command(command, properties, "\n".join(lines))


def _command(command: str, properties: dict[str, str], message: str) -> str:
    listed = ",".join(f"{name}={escape_property(printable(value))}" for name, value in properties.items())
    return f"::{command} {listed}::{escape_data(message)}"
