"""GitHub Flavored Markdown on real images, for the summary of a job or a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.domain.units import format_bytes
from layerlint.report import FleetReport, ImageReport, VerifyReport
from layerlint.reporters import forecast, gates, inside
from layerlint.reporters.markdown import FOLD, UNFOLD, cut, escape, table
from layerlint.reporters.size import short_size
from layerlint.reporters.style import Style

_MOST = 20


def image(report: ImageReport, style: Style) -> str:
    return cut(_image(report))


def verify(report: VerifyReport, style: Style) -> str:
    return cut(_verify(report))


def fleet(report: FleetReport, style: Style) -> str:
    return cut(_fleet(report))


def _image(report: ImageReport) -> Iterator[str]:
    yield "## layerlint image"
    yield ""
    yield escape(inside.headline(report))
    yield ""
    yield from table(inside.FIGURES, inside.figures(report))
    if report.layers.gates:
        yield ""
        yield from table(
            (("gate", False), ("", False), ("what", False)),
            (
                (escape(name), status, escape(what))
                for status, name, what in map(gates.cells, report.layers.gates)
            ),
        )
    for note in report.layers.notes:
        yield ""
        yield f"Note: {escape(note)}"
    if report.layers.hidden:
        yield ""
        yield from table(
            (("hidden", True), ("how", False), ("file", False)),
            (
                (short_size(record.bytes), escape(inside.hidden_story(record)), escape(record.path))
                for record in report.layers.hidden[:_MOST]
            ),
        )
    if report.duplicates:
        yield ""
        yield escape(inside.duplicates_headline(report.duplicates))
        yield ""
        yield from table(
            (("wasted", True), ("copies", False)),
            ((format_bytes(each.wasted), escape(inside.copies(each))) for each in report.duplicates[:_MOST]),
        )
    yield ""
    yield FOLD
    yield f"<summary>{forecast.count(len(report.layers.layers), 'layer')}</summary>"
    yield ""
    yield from table(
        [(name, name != "instruction") for name in forecast.COLUMNS],
        ([escape(cell) for cell in row.cells] for row in inside.rows(report)),
    )
    yield ""
    yield UNFOLD


def _verify(report: VerifyReport) -> Iterator[str]:
    yield "## layerlint verify"
    yield ""
    yield escape(inside.verify_headline(report))
    yield ""
    compared = (report.base, *report.layers, report.added, report.hidden)
    yield from table(inside.VERIFY, ([escape(cell) for cell in inside.comparison(each)] for each in compared))
    for note in report.notes:
        yield ""
        yield f"Note: {escape(note)}"
    for record in report.layers:
        if record.differences and not record.within:
            yield ""
            yield f"Line {record.line}: {escape(record.instruction)}"
            yield ""
            yield from table(
                (("path", False), ("forecast", True), ("built", True), ("why", False)),
                (
                    (
                        escape(each.path),
                        short_size(each.forecast),
                        format_bytes(each.actual),
                        escape(each.reason),
                    )
                    for each in record.differences
                ),
            )


def _fleet(report: FleetReport) -> Iterator[str]:
    yield "## layerlint image"
    yield ""
    yield escape(inside.fleet_headline(report))
    yield ""
    yield from table(inside.FLEET, ([escape(cell) for cell in row] for row in inside.fleet_rows(report)))
    if shared := inside.shared_rows(report):
        yield ""
        yield from table(inside.SHARED, ([escape(cell) for cell in row] for row in shared[:_MOST]))
    if report.duplicates:
        yield ""
        yield from table(
            (("wasted", True), ("the same content in other layers", False)),
            ((format_bytes(each.wasted), escape(inside.copies(each))) for each in report.duplicates[:_MOST]),
        )
    for note in report.notes:
        yield ""
        yield f"Note: {escape(note)}"
