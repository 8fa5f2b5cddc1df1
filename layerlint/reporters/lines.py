"""The lines that text is made of: the layer table, a size before a path, paint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum

from layerlint.domain.size import Size
from layerlint.reporters import forecast
from layerlint.reporters.characters import cells, one_line, pad, shorten
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


class Ink(Enum):
    """Select Graphic Rendition parameters (ECMA-48)."""

    BOLD = "1"
    DIM = "2"
    RED = "1;31"
    YELLOW = "33"
    CYAN = "36"
    GREEN = "32"


def table(rows: Sequence[forecast.Row], style: Style) -> Iterator[str]:
    """The layer table, in no more than the width of the style (or `_NARROWEST`)."""
    width = max(style.width, _NARROWEST)
    names = list(forecast.COLUMNS)
    widths = {
        name: max([len(name), *(cells(row.cells[column]) for row in rows)])
        for column, name in enumerate(names)
        if name != "instruction"
    }
    for name in _DISPENSABLE:
        if _left(widths, width) < _READABLE:
            del widths[name]
            names.remove(name)
    longest = max([len("instruction"), *(cells(shorten(row.cells[_INSTRUCTION], width)) for row in rows)])
    widths["instruction"] = min(longest, _left(widths, width))
    kept = [forecast.COLUMNS.index(name) for name in names]

    def line(texts: Sequence[str]) -> str:
        found = [
            pad(shorten(texts[column], widths[name]), widths[name], right=name in _RIGHT_ALIGNED)
            for column, name in zip(kept, names, strict=True)
        ]
        if texts[_HIDDEN] not in _UNPAINTED:
            position = names.index("hidden")
            found[position] = paint(found[position], Ink.YELLOW, style)
        return (_MARGIN + _GAP.join(found)).rstrip()

    yield paint(line(forecast.COLUMNS), Ink.BOLD, style)
    for row in rows:
        text = line(row.cells)
        yield paint(text, Ink.DIM, style) if row.empty else text


def _left(widths: dict[str, int], width: int) -> int:
    """Cells for the instruction when the other columns have these widths."""
    return width - len(_MARGIN) - sum(widths.values()) - len(_GAP) * len(widths)


def entry(size: Size, what: str, path: str, style: Style) -> str:
    return cut(f"{pad(short_size(size), 12, right=True)}  {what}  {one_line(path)}", style)


def cut(line: str, style: Style) -> str:
    return shorten(line, style.width)


def paint(text: str, ink: Ink | None, style: Style) -> str:
    return f"\x1b[{ink.value}m{text}\x1b[0m" if style.colour and ink is not None else text


def joined(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def grid(
    columns: Sequence[tuple[str, bool]], rows: Sequence[Sequence[str]], style: Style, flexible: int
) -> Iterator[str]:
    """A table under bold names; a column is its name and whether it is aligned to the right.

    The column number ``flexible`` gives way where a line is wider than the style; the others never do.
    """
    widths = [max([cells(name), *(cells(row[at]) for row in rows)]) for at, (name, _) in enumerate(columns)]
    others = sum(width for at, width in enumerate(widths) if at != flexible)
    room = max(style.width, _NARROWEST) - len(_MARGIN) - len(_GAP) * (len(columns) - 1) - others
    widths[flexible] = max(min(widths[flexible], room), len(columns[flexible][0]))

    def line(texts: Sequence[str]) -> str:
        found = [
            pad(shorten(text, width), width, right=right)
            for text, width, (_, right) in zip(texts, widths, columns, strict=True)
        ]
        return (_MARGIN + _GAP.join(found)).rstrip()

    yield paint(line([name for name, _ in columns]), Ink.BOLD, style)
    yield from map(line, rows)
