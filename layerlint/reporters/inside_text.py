"""Text on real images: ``layerlint image`` and ``layerlint verify``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from layerlint.report import (
    ComparisonRecord,
    DuplicateRecord,
    FleetReport,
    ImageReport,
    VerifyReport,
)
from layerlint.reporters import gates, inside
from layerlint.reporters.characters import one_line, pad, shorten, wrap
from layerlint.reporters.lines import Ink, cut, entry, grid, joined, paint, table
from layerlint.reporters.style import Style

_LONGEST_NOTE = 400


def image(report: ImageReport, style: Style) -> str:
    """Layers, dive's figures beside the right ones, what is hidden, what is there twice, gates."""
    return joined(tuple(_image(report, style)))


def verify(report: VerifyReport, style: Style) -> str:
    return joined(tuple(_verify(report, style)))


def fleet(report: FleetReport, style: Style) -> str:
    return joined(tuple(_fleet(report, style)))


def _image(report: ImageReport, style: Style) -> Iterator[str]:
    if not style.quiet:
        yield from table(inside.rows(report), style)
        yield ""
    for line in wrap(inside.headline(report), style.width):
        yield paint(line, Ink.BOLD, style)
    yield from _notes(report.layers.notes, style)
    if not style.quiet:
        yield ""
        yield from grid(inside.FIGURES, inside.figures(report), style, 0)
        yield from _hidden(report, style)
        yield from _duplicates(
            report.duplicates, inside.duplicates_headline(report.duplicates), style, _most(style)
        )
    if report.layers.gates:
        yield ""
        yield from gates.lines(report.layers.gates, style)
    if style.changes:
        yield from _changes(report, style)


def _most(style: Style) -> int:
    """Entries of a list of the largest."""
    return 50 if style.verbose else 8


def _notes(notes: Sequence[str], style: Style) -> Iterator[str]:
    for note in notes:
        yield from wrap(shorten(f"note: {one_line(note)}", _LONGEST_NOTE), style.width)


def _hidden(report: ImageReport, style: Style) -> Iterator[str]:
    records = report.layers.hidden
    if not records:
        return
    shown = records[: _most(style)]
    yield ""
    more = f" ({len(records)}, the largest first)" if len(records) > len(shown) else ""
    yield f"hidden files{more}:"
    stories = [inside.hidden_story(record) for record in shown]
    width = max(map(len, stories))
    for record, story in zip(shown, stories, strict=True):
        yield entry(record.bytes, pad(story, width), record.path, style)


def _duplicates(records: Sequence[DuplicateRecord], headline: str, style: Style, most: int) -> Iterator[str]:
    if not records:
        return
    yield ""
    yield cut(f"{headline}{', the most first' if len(records) > most else ''}:", style)
    for record in islice(records, most):
        yield cut(f"{pad(inside.amount(record.wasted), 12, right=True)}  {inside.copies(record)}", style)


def _changes(report: ImageReport, style: Style) -> Iterator[str]:
    for layer in report.layers.layers:
        yield ""
        title = f"layer {layer.index + 1}{f', line {layer.line}' if layer.line else ''}: {one_line(layer.instruction)}"
        yield paint(shorten(title, style.width), Ink.BOLD, style)
        for change in layer.changes:
            yield entry(change.bytes, pad(one_line(change.kind), 9), change.path, style)


# ------------------------------------------------------------------------ verify


def _verify(report: VerifyReport, style: Style) -> Iterator[str]:
    if not style.quiet:
        compared = [report.base, *report.layers, report.added, report.hidden]
        yield from grid(inside.VERIFY, [inside.comparison(each) for each in compared], style, 2)
        yield ""
    for line in wrap(inside.verify_headline(report), style.width):
        yield paint(line, None if report.within else Ink.RED, style)
    yield from _notes(report.notes if style.verbose else report.notes[:3], style)
    if not style.quiet:
        for each in report.layers:
            if each.differences and (style.verbose or not each.within):
                yield from _differences(each, style)


def _differences(record: ComparisonRecord, style: Style) -> Iterator[str]:
    yield ""
    title = f"line {record.line}: {one_line(record.instruction)}"
    yield paint(shorten(title, style.width), Ink.BOLD, style)
    for gap in record.unmodelled:
        yield cut(
            f"  not understood: {one_line(gap.command)}{gap.reason and ': '}{one_line(gap.reason)}", style
        )
    for each in record.differences[: 20 if style.verbose else 5]:
        expected = pad(inside.amount(each.forecast), 12, right=True)
        actual = pad(inside.amount(each.actual), 8, right=True)
        yield cut(f"  {expected} forecast, {actual} built  {one_line(each.path)}", style)
        yield cut(f"      {one_line(each.reason)}", style)


# ------------------------------------------------------------------------ fleet


def _fleet(report: FleetReport, style: Style) -> Iterator[str]:
    yield from grid(inside.FLEET, inside.fleet_rows(report), style, 0)
    shared = inside.shared_rows(report)
    if shared and not style.quiet:
        yield ""
        yield from grid(inside.SHARED, shared[: _most(style)], style, 2)
    yield ""
    for line in wrap(inside.fleet_headline(report), style.width):
        yield paint(line, Ink.BOLD, style)
    yield from _notes(report.notes, style)
    if not style.quiet:
        yield from _duplicates(report.duplicates, "the same content in other layers", style, _most(style))
