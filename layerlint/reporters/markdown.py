"""A job summary in GitHub Flavored Markdown: what was found, and the layers of each image.

GitHub discards a summary of more than 1,024 KiB altogether (its documentation of job summaries), so
a longer one is cut at the end of a line, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from heapq import nsmallest

from layerlint.report import FileReport, Finding, HiddenRecord, LayersReport, Origin, Report
from layerlint.reporters import forecast
from layerlint.reporters.characters import one_line, shorten
from layerlint.reporters.size import short_size
from layerlint.reporters.style import Style

LIMIT = 1024 * 1024
"""Bytes of UTF-8 that one step's summary may have."""

_RESERVE = 4096
"""Bytes of the limit left for the closing note, and for a line that a caller adds."""

_LONGEST_CELL = 400
"""Characters: one instruction may be megabytes long."""

_MOST_HIDDEN = 10

FOLD, UNFOLD = "<details>", "</details>"

# Character references are literal text to every renderer, and unlike a backslash also inside HTML.
_REFERENCES = str.maketrans({character: f"&#{ord(character)};" for character in "\\`*_~[]<>&|$#"})


def report(report: Report, style: Style) -> str:
    """One section a file, under a line of totals."""
    return cut(_lines(report))


def layers(reports: Sequence[LayersReport], style: Style) -> str:
    """One section an image: its size, its layers, and what is hidden in them."""
    return cut(line for one in reports for line in _image(one))


def escape(text: str) -> str:
    """The text on one line, showing as itself in a table cell whatever it contains."""
    return shorten(one_line(text), _LONGEST_CELL).translate(_REFERENCES)


def escape_message(text: str) -> str:
    """``escape``, with what stands between back quotes shown as code."""
    parts = shorten(one_line(text), _LONGEST_CELL).split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    return "".join(
        f"<code>{part}</code>" if index % 2 else part
        for index, part in enumerate(part.translate(_REFERENCES) for part in parts)
    )


def _lines(report: Report) -> Iterator[str]:
    yield "## layerlint"
    yield ""
    yield f"{forecast.count(len(report.files), 'file')}: {forecast.tally(report.files)}"
    for file in report.files:
        yield from _file(file)


def _file(file: FileReport) -> Iterator[str]:
    yield ""
    yield f"### {escape(file.path)}"
    if file.layers is not None:
        yield ""
        yield escape(forecast.headline(file.layers))
    if file.findings:
        yield ""
        yield from table(
            (("line", True), ("severity", False), ("rule", False), ("finding", False), ("bytes", True)),
            map(_finding, file.findings),
        )
    if file.layers is not None:
        yield ""
        yield from _forecast(file.layers)


def _image(report: LayersReport) -> Iterator[str]:
    yield f"### {escape(report.dockerfile)}"
    yield ""
    yield escape(forecast.headline(report))
    yield ""
    if report.gates:
        from layerlint.reporters.gates import cells  # few ask for them

        rows = ((escape(name), status, escape(what)) for status, name, what in map(cells, report.gates))
        yield from table((("gate", False), ("", False), ("what", False)), rows)
        yield ""
    yield from _rows(report)
    worst = nsmallest(_MOST_HIDDEN, report.hidden, key=lambda record: (-record.bytes.likely, record.path))
    if worst:
        yield ""
        yield FOLD
        some = "the largest hidden files" if len(worst) < len(report.hidden) else "hidden files"
        yield f"<summary>{some}</summary>"
        yield ""
        yield from table(
            (("bytes", True), ("path", False), ("created", False), ("hidden", False)), map(_hidden, worst)
        )
        yield ""
        yield UNFOLD
    yield ""


def _hidden(record: HiddenRecord) -> tuple[str, ...]:
    hider = f"{record.kind} by {_origin(record.hidden_by)}"
    return short_size(record.bytes), escape(record.path), _origin(record.created), escape(hider)


def _origin(origin: Origin) -> str:
    return "base" if origin.line is None else f"line {origin.line}"


def _finding(finding: Finding) -> tuple[str, ...]:
    rule, address = escape(finding.name), escape(finding.url)
    return (
        str(finding.place.line),
        finding.severity.value,
        f'<a href="{address}">{rule}</a>' if address.startswith("https://") and " " not in address else rule,
        escape_message(finding.message),
        "" if finding.bytes is None else short_size(finding.bytes),
    )


def _forecast(report: LayersReport) -> Iterator[str]:
    yield FOLD
    yield f"<summary>{forecast.count(len(report.layers), 'layer')}</summary>"
    yield ""
    yield from _rows(report)
    yield ""
    yield UNFOLD


def _rows(report: LayersReport) -> Iterator[str]:
    """The table of the layers, and what limits it."""
    yield from table(
        [(name, name != "instruction") for name in forecast.COLUMNS],
        ([escape(cell) for cell in row.cells] for row in forecast.rows(report)),
    )
    if unknown := forecast.not_understood(report):
        yield ""
        yield f"? may add more than shown: {escape(', '.join(what for what, _ in unknown))}"
    for note in report.notes:
        yield ""
        yield f"Note: {escape(note)}"


def table(columns: Sequence[tuple[str, bool]], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table of escaped cells; a column is its name and whether it is aligned to the right."""
    yield _row([name for name, _ in columns])
    yield _row(["---:" if right else "---" for _, right in columns])
    yield from map(_row, rows)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def cut(lines: Iterable[str]) -> str:
    kept: list[str] = []
    room = LIMIT - _RESERVE
    folded = False
    for line in lines:
        room -= len(line.encode()) + 1
        if room < 0:
            kept += ["", *([UNFOLD, ""] if folded else []), "Cut here: GitHub shows no longer summary."]
            break
        kept.append(line)
        folded = line == FOLD or (folded and line != UNFOLD)
    return "".join(f"{line}\n" for line in kept)
