"""GitHub workflow commands: annotations on the lines of a pull request.

Of each level a step shows 10 annotations, in the order printed, and drops the rest without a word;
columns are refused when the lines differ (GitHub's documentation of workflow commands and of check
runs).  So the worst of a file come first, no more than are shown, and the last line says how many are missing.
"""

from __future__ import annotations

from collections.abc import Sequence

from layerlint.report import FileReport, Finding, Report, Severity
from layerlint.reporters import forecast
from layerlint.reporters.characters import one_line, printable
from layerlint.reporters.lines import joined
from layerlint.reporters.style import Style

LIMIT = 10
"""Annotations of one level that a step shows."""

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def report(report: Report, style: Style) -> str:
    """One workflow command a line, errors of a file first; nothing when there are no findings."""
    stream = Stream(style, len(report.files))
    return "".join([*map(stream.file, report.files), stream.end(report.notes)])


class Stream:
    """A report of which the files come one after the other, and are not kept."""

    def __init__(self, style: Style, expected: int) -> None:
        self._found = dict.fromkeys(_COMMANDS.values(), 0)
        self._last = ""
        """The last notice that there is room for, unless something has to be said of what there is none for."""

    def file(self, file: FileReport) -> str:
        lines: list[str] = []
        for severity, command in _COMMANDS.items():
            for finding in file.findings:
                if finding.severity is not severity:
                    continue
                self._found[command] += 1
                if self._found[command] > LIMIT:
                    continue
                line = _annotation(command, file.path, finding)
                if command == "notice" and self._found[command] == LIMIT:
                    self._last = line
                else:
                    lines.append(line)
        return joined(lines)

    def end(self, notes: Sequence[str]) -> str:
        """The notice that was held back, or how many are missing."""
        if all(number <= LIMIT for number in self._found.values()):
            return joined([self._last] if self._last else [])
        room = dict.fromkeys(self._found, LIMIT) | {"notice": LIMIT - 1}  # the last line is a notice itself
        more = {command: number - room[command] for command, number in self._found.items()}
        listed = ", ".join(forecast.count(number, command) for command, number in more.items() if number > 0)
        missing = sum(number for number in more.values() if number > 0)
        return joined([_command("notice", {"title": "layerlint"}, f"{missing} more: {listed}")])


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
