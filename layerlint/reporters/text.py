"""Text, for people: findings that an editor can jump to, then where the bytes of the image go.

A finding is one line however long, ``path:line:column: severity: message [rule]``, as compilers print
it; every other line keeps to the width of the style.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from heapq import nsmallest

from layerlint.domain.size import Size
from layerlint.report import FileReport, Finding, HiddenRecord, LayersReport, Origin, Place, Report, Severity
from layerlint.reporters import forecast
from layerlint.reporters.characters import cells, one_line, pad, shorten, wrap
from layerlint.reporters.size import short_size
from layerlint.reporters.style import Style

_MARGIN = " "
_GAP = "  "
_RIGHT_ALIGNED = frozenset(("layer", "line", "adds", "hidden", "so far"))
_DISPENSABLE = ("so far", "layer")
"""Columns that go, in this order, when the instruction would have less than ``_READABLE`` cells."""
_READABLE = 20
_NARROWEST = 60
"""The table asks for this much: sizes have at most 12 cells, so what is left of it is readable."""

_HIDDEN = forecast.COLUMNS.index("hidden")
_INSTRUCTION = forecast.COLUMNS.index("instruction")
_UNPAINTED = frozenset((forecast.COLUMNS[_HIDDEN], forecast.NOTHING, ""))

_MOST_NOTES = 3
_LONGEST_NOTE = 400
_MOST_HIDDEN = 10


class _Ink(Enum):
    """Select Graphic Rendition parameters (ECMA-48)."""

    BOLD = "1"
    DIM = "2"
    RED = "1;31"
    YELLOW = "33"
    CYAN = "36"


_INKS = {Severity.ERROR: _Ink.RED, Severity.WARNING: _Ink.YELLOW, Severity.INFO: _Ink.CYAN}


def report(report: Report, style: Style) -> str:
    """Findings of every file, the forecast of a single file (of all when verbose), and the totals."""
    several = len(report.files) > 1
    lines: list[str] = []
    for file in report.files:
        for finding in sorted(file.findings, key=_weight):
            lines += _finding(file.path, finding, style)
        if not style.quiet and (style.verbose or not several):
            lines += _section(file, style, headed=several)
    if not style.quiet:
        lines.append(_totals(report.files, style))
        for note in report.notes:
            lines += _note(note, style)
    return _joined(lines)


def layers(reports: Sequence[LayersReport], style: Style) -> str:
    """The layer table of each report and what is to be said of it."""
    lines: list[str] = []
    for one in reports:
        if lines:
            lines.append("")
        if len(reports) > 1:
            lines.append(_paint(shorten(one_line(one.dockerfile), style.width - 1) + ":", _Ink.BOLD, style))
        lines += _forecast(one, style)
        if style.changes:
            lines += _changes(one, style)
    return _joined(lines)


# ------------------------------------------------------------------------ findings


def _weight(finding: Finding) -> tuple[int, int]:
    """The worst first, and of one severity what costs the most bytes; the rest stays in its place."""
    return -finding.severity.rank, 0 if finding.bytes is None else -finding.bytes.likely


def _finding(path: str, finding: Finding, style: Style) -> Iterator[str]:
    where = _where(path, finding.place, style)
    severity = _paint(f"{finding.severity.value}:", _INKS.get(finding.severity), style)
    rule = _paint(f"[{finding.name}]", _Ink.DIM, style)
    yield f"{where} {severity} {forecast.message(finding)} {rule}"
    if not style.verbose or style.quiet:
        return
    for related in finding.related:
        yield f"{_where(path, related.place, style)} note: {one_line(related.message)}"
    if finding.fix is not None:
        yield f"{where} fix ({finding.fix.applicability.value}): {one_line(finding.fix.title)}"


def _where(path: str, place: Place, style: Style) -> str:
    return _paint(f"{one_line(path)}:{place.line}:{place.column}:", _Ink.BOLD, style)


def _totals(files: Sequence[FileReport], style: Style) -> str:
    subject = one_line(files[0].path) if len(files) == 1 else forecast.count(len(files), "file")
    return f"{shorten(subject, style.width // 2)}: {forecast.tally(files)}"


# ------------------------------------------------------------------------ forecast


def _section(file: FileReport, style: Style, *, headed: bool) -> Iterator[str]:
    """The forecast of a file, set off from the findings; the path above it when there are several."""
    if file.findings:
        yield ""
    if headed:
        yield _paint(shorten(one_line(file.path), style.width - 1) + ":", _Ink.BOLD, style)
    if file.layers is None:
        yield "no forecast: the file has no stage that could be run"
    else:
        yield from _forecast(file.layers, style)
    if headed or style.verbose:
        yield ""


def _forecast(report: LayersReport, style: Style) -> Iterator[str]:
    yield from _table(report, style)
    yield ""
    for line in wrap(forecast.headline(report), style.width):
        yield _paint(line, _Ink.BOLD, style)
    yield from _explanations(report, style)
    if style.verbose:
        yield from _base_facts(report, style)
        yield from _hidden_files(report, style)


def _table(report: LayersReport, style: Style) -> Iterator[str]:
    rows = forecast.rows(report)
    width = max(style.width, _NARROWEST)
    names = list(forecast.COLUMNS)
    widths = {
        name: max(len(name), *(cells(row.cells[column]) for row in rows))
        for column, name in enumerate(names)
        if name != "instruction"
    }
    for name in _DISPENSABLE:
        if _left(widths, width) < _READABLE:
            del widths[name]
            names.remove(name)
    longest = max(len("instruction"), *(cells(shorten(row.cells[_INSTRUCTION], width)) for row in rows))
    widths["instruction"] = min(longest, _left(widths, width))
    kept = [forecast.COLUMNS.index(name) for name in names]

    def line(texts: Sequence[str]) -> str:
        found = [
            pad(shorten(texts[column], widths[name]), widths[name], right=name in _RIGHT_ALIGNED)
            for column, name in zip(kept, names, strict=True)
        ]
        if texts[_HIDDEN] not in _UNPAINTED:
            position = names.index("hidden")
            found[position] = _paint(found[position], _Ink.YELLOW, style)
        return (_MARGIN + _GAP.join(found)).rstrip()

    yield _paint(line(forecast.COLUMNS), _Ink.BOLD, style)
    for row in rows:
        text = line(row.cells)
        yield _paint(text, _Ink.DIM, style) if row.empty else text


def _left(widths: dict[str, int], width: int) -> int:
    """Cells for the instruction when the other columns have these widths."""
    return width - len(_MARGIN) - sum(widths.values()) - len(_GAP) * len(widths)


def _explanations(report: LayersReport, style: Style) -> Iterator[str]:
    """Why the forecast is not exact: the commands without a model, and the notes."""
    unknown = forecast.not_understood(report)
    if unknown and style.verbose:
        yield "? may add more than shown:"
        yield from (_cut(f"    {what}{reason and ': '}{reason}", style) for what, reason in unknown)
    elif unknown:
        yield _cut("? may add more than shown: " + ", ".join(what for what, _ in unknown), style)
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
        yield _entry(record.bytes, pad(story, 34), record.path, style)


def _by_size(record: HiddenRecord) -> tuple[int, str]:
    return -record.bytes.likely, record.path


def _origin(origin: Origin) -> str:
    return "base" if origin.line is None else f"line {origin.line}"


def _changes(report: LayersReport, style: Style) -> Iterator[str]:
    for layer in report.layers:
        yield ""
        title = f"layer {layer.index + 1}, line {layer.line}: {one_line(layer.instruction)}"
        yield _paint(shorten(title, style.width), _Ink.BOLD, style)
        for change in layer.changes:
            because = f"  ({change.because})" if change.because else ""
            yield _entry(change.bytes, pad(one_line(change.kind), 9), change.path + because, style)


# ------------------------------------------------------------------------ lines


def _entry(size: Size, what: str, path: str, style: Style) -> str:
    return _cut(f"{pad(short_size(size), 12, right=True)}  {what}  {one_line(path)}", style)


def _cut(line: str, style: Style) -> str:
    return shorten(line, style.width)


def _paint(text: str, ink: _Ink | None, style: Style) -> str:
    return f"\x1b[{ink.value}m{text}\x1b[0m" if style.colour and ink is not None else text


def _joined(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
