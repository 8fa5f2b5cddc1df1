"""A lesson as a page: for a terminal, or in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from layerlint.domain.size import Size
from layerlint.report import LessonRecord, SectionRecord, TableRecord
from layerlint.reporters.characters import cells, one_line, pad, shorten, wrap
from layerlint.reporters.markdown import escape, escape_message
from layerlint.reporters.size import short_size
from layerlint.reporters.style import Style

_READABLE = 88
"""Columns of running text, at most."""
_LEAST = 12
"""Columns that a cell is not made narrower than."""
_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"


def text(record: LessonRecord, style: Style) -> str:
    return "".join(f"{line}\n" for line in _text(record, style))


def markdown(record: LessonRecord, style: Style) -> str:
    return "".join(f"{line}\n" for line in _markdown(record))


def _text(record: LessonRecord, style: Style) -> Iterator[str]:
    bold, dim, plain = (_BOLD, _DIM, _PLAIN) if style.colour else ("", "", "")
    yield f"{bold}{one_line(record.title)}{plain}"
    yield f"{dim}{shorten(one_line(record.dockerfile), style.width)}{plain}"
    for section in record.sections:
        yield ""
        yield from text_section(section, style)


def text_section(section: SectionRecord, style: Style) -> Iterator[str]:
    bold, plain = (_BOLD, _PLAIN) if style.colour else ("", "")
    yield f"{bold}{one_line(section.heading)}{plain}"
    for index, paragraph in enumerate(section.paragraphs):
        if index:
            yield ""
        yield from (f"  {line}" for line in wrap(one_line(paragraph), min(style.width, _READABLE) - 2))
    if section.table is not None:
        if section.paragraphs:
            yield ""
        yield from _table(section.table, style)


def _table(table: TableRecord, style: Style) -> Iterator[str]:
    dim, plain = (_DIM, _PLAIN) if style.colour else ("", "")
    grid = [[_cell(cell) for cell in row] for row in (table.columns, *table.rows)]
    right = [all(isinstance(row[at], Size) for row in table.rows) for at in range(len(table.columns))]
    widths = [max(cells(row[at]) for row in grid) for at in range(len(table.columns))]
    # What is too wide is taken from the widest column.
    while sum(widths) + 2 * len(widths) > style.width and max(widths) > _LEAST:
        widths[widths.index(max(widths))] -= 1
    for index, row in enumerate(grid):
        line = "  ".join(
            pad(shorten(cell, widths[at]), widths[at], right=right[at]) for at, cell in enumerate(row)
        ).rstrip()
        yield f"  {dim}{line}{plain}" if index == 0 else f"  {line}"


def _cell(cell: str | Size) -> str:
    return short_size(cell) if isinstance(cell, Size) else one_line(cell)


def _markdown(record: LessonRecord) -> Iterator[str]:
    yield f"# {escape(record.title)}"
    yield ""
    yield escape(record.dockerfile)
    for section in record.sections:
        yield ""
        yield from markdown_section(section)


def markdown_section(section: SectionRecord) -> Iterator[str]:
    yield f"## {escape(section.heading)}"
    for paragraph in section.paragraphs:
        yield ""
        yield escape_message(paragraph)
    if section.table is not None:
        yield ""
        yield from _markdown_rows(section.table)


def _markdown_rows(table: TableRecord) -> Iterator[str]:
    def row(cells_of: Sequence[str | Size]) -> str:
        return f"| {' | '.join(escape(_cell(cell)) for cell in cells_of)} |"

    yield row(table.columns)
    yield f"| {' | '.join('---' for _ in table.columns)} |"
    yield from map(row, table.rows)
