"""Text, for people: findings that an editor can jump to, then where the bytes of the image go.

A finding is one line however long, ``path:line:column: severity: message [rule]``, as compilers print
it; every other line keeps to the width of the style.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import nsmallest

from layerlint.report import (
    FileReport,
    Finding,
    Fix,
    HiddenRecord,
    LayersReport,
    Origin,
    Place,
    Report,
    Severity,
)
from layerlint.reporters import forecast
from layerlint.reporters.characters import one_line, pad, printable, shorten, wrap
from layerlint.reporters.lines import Ink, cut, entry, joined, paint, table
from layerlint.reporters.size import short_size
from layerlint.reporters.style import Style

_MOST_NOTES = 3
_LONGEST_NOTE = 400
_MOST_HIDDEN = 10


_INKS = {Severity.ERROR: Ink.RED, Severity.WARNING: Ink.YELLOW, Severity.INFO: Ink.CYAN}


def report(report: Report, style: Style) -> str:
    """Findings of every file, the forecast of a single file (of all when verbose), and the totals."""
    stream = Stream(style, len(report.files))
    return "".join([*map(stream.file, report.files), stream.end(report.notes)])


class Stream:
    """A report of which the files come one after the other, and are not kept."""

    def __init__(self, style: Style, expected: int) -> None:
        self._style = style
        self._several = expected > 1
        self._tally = forecast.Tally()
        self._first = ""

    def file(self, file: FileReport) -> str:
        """The part of a file."""
        self._first = self._first or file.path
        self._tally += forecast.Tally.of(file)
        lines: list[str] = []
        for finding in sorted(file.findings, key=_weight):
            lines += _finding(file.path, finding, self._style)
        if not self._style.quiet and (self._style.verbose or not self._several):
            lines += _section(file, self._style, headed=self._several)
        return joined(lines)

    def end(self, notes: Sequence[str]) -> str:
        """What stands after the last: the totals, and notes of the run."""
        if self._style.quiet:
            return ""
        lines = [_totals(self._first, self._tally, self._style)]
        for note in notes:
            lines += _note(note, self._style)
        return joined(lines)


def layers(reports: Sequence[LayersReport], style: Style) -> str:
    """The layer table of each report and what is to be said of it."""
    lines: list[str] = []
    for one in reports:
        if lines:
            lines.append("")
        if len(reports) > 1:
            lines.append(paint(shorten(one_line(one.dockerfile), style.width - 1) + ":", Ink.BOLD, style))
        lines += _forecast(one, style)
        if one.gates:
            from layerlint.reporters import gates  # few ask for them

            lines += ["", *gates.lines(one.gates, style)]
        if style.changes:
            lines += _changes(one, style)
    return joined(lines)


# ------------------------------------------------------------------------ findings


def _weight(finding: Finding) -> tuple[int, int]:
    """The worst first, and of one severity what costs the most bytes; the rest stays in its place."""
    return -finding.severity.rank, 0 if finding.bytes is None else -finding.bytes.likely


def _finding(path: str, finding: Finding, style: Style) -> Iterator[str]:
    where = _where(path, finding.place, style)
    severity = paint(f"{finding.severity.value}:", _INKS.get(finding.severity), style)
    rule = paint(f"[{one_line(finding.name)}]", Ink.DIM, style)
    yield f"{where} {severity} {forecast.message(finding)} {rule}"
    if finding.fix is not None and finding.fix.diff and not style.quiet:
        yield from _proposal(finding.fix, style)
    if not style.verbose or style.quiet:
        return
    for related in finding.related:
        yield f"{_where(path, related.place, style)} note: {one_line(related.message)}"
    if finding.fix is not None:
        yield f"{where} fix ({finding.fix.applicability.value}): {one_line(finding.fix.title)}"


def _proposal(fix: Fix, style: Style) -> Iterator[str]:
    """What is there to be read, set in: the lines that change."""
    yield f"    {one_line(fix.title)}:"
    for line in fix.diff.splitlines()[2:]:  # without the names of the files
        if line.startswith("@@"):
            first, _, count = line[4:].partition(" ")[0].partition(",")
            yield f"    {'after line' if count == '0' else 'line'} {first}:"
        else:
            ink = Ink.GREEN if line.startswith("+") else Ink.DIM
            yield "    " + paint(printable(line).expandtabs(4).rstrip(), ink, style)


def _where(path: str, place: Place, style: Style) -> str:
    return paint(f"{one_line(path)}:{place.line}:{place.column}:", Ink.BOLD, style)


def _totals(first: str, tally: forecast.Tally, style: Style) -> str:
    subject = one_line(first) if tally.files == 1 else forecast.count(tally.files, "file")
    return f"{shorten(subject, style.width // 2)}: {tally.sentence()}"


# ------------------------------------------------------------------------ forecast


def _section(file: FileReport, style: Style, *, headed: bool) -> Iterator[str]:
    """The forecast of a file, set off from the findings; the path above it when there are several."""
    if file.findings:
        yield ""
    if headed:
        yield paint(shorten(one_line(file.path), style.width - 1) + ":", Ink.BOLD, style)
    if file.layers is None:
        yield "no forecast: the file has no stage that could be run"
    else:
        yield from _forecast(file.layers, style)
    if headed or style.verbose:
        yield ""


def _forecast(report: LayersReport, style: Style) -> Iterator[str]:
    yield from table(forecast.rows(report), style)
    yield ""
    for line in wrap(forecast.headline(report), style.width):
        yield paint(line, Ink.BOLD, style)
    yield from _explanations(report, style)
    if style.verbose:
        yield from _base_facts(report, style)
        yield from _hidden_files(report, style)


def _explanations(report: LayersReport, style: Style) -> Iterator[str]:
    """Why the forecast is not exact: the commands without a model, and the notes."""
    unknown = forecast.not_understood(report)
    if unknown and style.verbose:
        yield "? may add more than shown:"
        yield from (cut(f"    {what}{reason and ': '}{reason}", style) for what, reason in unknown)
    elif unknown:
        yield cut("? may add more than shown: " + ", ".join(what for what, _ in unknown), style)
    notes = report.notes if style.verbose else report.notes[:_MOST_NOTES]
    for note in notes:
        yield from _note(note, style)
    if more := len(report.notes) - len(notes):
        yield f"note: {more} more with --verbose"


def _note(note: str, style: Style) -> Iterator[str]:
    yield from wrap(shorten(f"note: {one_line(note)}", _LONGEST_NOTE), style.width)


def _base_facts(report: LayersReport, style: Style) -> Iterator[str]:
    base = report.base
    dated = f" of {one_line(base.date)}" if base.date else ""
    known = f"{short_size(base.bytes)}, source: {one_line(base.source)}{dated}"
    ways = f"platform {one_line(report.platform)}, differ {one_line(report.differ)}"
    yield from wrap(f"base {one_line(base.reference)}: {known}; {ways}", style.width)


def _hidden_files(report: LayersReport, style: Style) -> Iterator[str]:
    worst = nsmallest(_MOST_HIDDEN, report.hidden, key=_by_size)
    if not worst:
        return
    yield ""
    yield "hidden files, the largest first:" if len(worst) < len(report.hidden) else "hidden files:"
    for record in worst:
        story = f"{_origin(record.created)}, {one_line(record.kind)} by {_origin(record.hidden_by)}"
        yield entry(record.bytes, pad(story, 34), record.path, style)


def _by_size(record: HiddenRecord) -> tuple[int, str]:
    return -record.bytes.likely, record.path


def _origin(origin: Origin) -> str:
    return "base" if origin.line is None else f"line {origin.line}"


def _changes(report: LayersReport, style: Style) -> Iterator[str]:
    for layer in report.layers:
        yield ""
        title = f"layer {layer.index + 1}, line {layer.line}: {one_line(layer.instruction)}"
        yield paint(shorten(title, style.width), Ink.BOLD, style)
        for change in layer.changes:
            because = f"  ({change.because})" if change.because else ""
            yield entry(change.bytes, pad(one_line(change.kind), 9), change.path + because, style)
