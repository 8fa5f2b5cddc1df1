"""SVG: the layers as a waterfall, a picture for a pull request or a README.

It stands alone (SVG 1.1 with a style sheet inside), loads nothing and runs nothing, so that it shows as
an image too; it is dark where the reader's page is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.domain.size import Size, total
from layerlint.report import ImageReport, LayersReport
from layerlint.reporters import forecast
from layerlint.reporters.characters import one_line, shorten
from layerlint.reporters.size import short_size
from layerlint.reporters.style import Style

_WIDTH: Final = 900
_MARGIN: Final = 16
_ROW: Final = 24
_LABEL: Final = 336
"""Pixels for the line and the instruction, of which a character takes about 6.7."""
_CHARACTERS: Final = 43
_AMOUNT: Final = 92
"""Pixels for the amount on the right."""
_CHART: Final = _WIDTH - 2 * _MARGIN - _LABEL - _AMOUNT - 12
_MOST_ROWS: Final = 200
"""Of one image; the layers after them are one row."""
_REACH: Final = 1.25
"""How far past the likely size of the image a range is drawn."""

_STYLE: Final = (
    "text{font:12px ui-sans-serif,system-ui,'Segoe UI',Helvetica,Arial,sans-serif;fill:#1c2127}"
    ".m{font:11px ui-monospace,'SFMono-Regular','DejaVu Sans Mono',Menlo,Consolas,monospace}"
    ".h{font-size:14px;font-weight:600}.q{fill:#5a636e}.r{text-anchor:end}"
    ".g{fill:#fff}.v{fill:#6f9fcb}.b{fill:#aab4bf}.l{stroke:#dfe3e7}.w{stroke:#1c2127;stroke-width:1.5;fill:none}"
    ".t{fill:#f3d9c9}.s{stroke:#b4491c;stroke-width:1.5}"
    "@media(prefers-color-scheme:dark){text{fill:#e4e8ec}.q{fill:#98a3ae}.g{fill:#14171b}.v{fill:#4d7ba6}"
    ".b{fill:#59636e}.l{stroke:#303740}.w{stroke:#e4e8ec}.t{fill:#4a2d1e}.s{stroke:#e8895a}}"
)


@dataclass(frozen=True, slots=True)
class _Row:
    line: str
    instruction: str
    before: int
    """Likely bytes of the image below it."""
    size: Size
    hidden: Size
    base: bool = False


@dataclass(frozen=True, slots=True)
class _Picture:
    title: str
    sentence: str
    rows: tuple[_Row, ...]

    @property
    def height(self) -> int:
        return 2 * _MARGIN + 44 + _ROW * len(self.rows)


def layers(reports: Sequence[LayersReport], style: Style) -> str:
    """One picture of all forecasts, one below the other; nothing for none."""
    return _drawn(
        [
            _Picture(one_line(each.dockerfile), forecast.headline(each), (_base(each), *_rows(each)))
            for each in reports
        ]
    )


def image(report: ImageReport, style: Style) -> str:
    """The layers of a real image, those of its base too."""
    whole = report.layers
    sentence = f"image {short_size(whole.image_bytes)}, {short_size(whole.hidden_bytes)} hidden"
    return _drawn([_Picture(one_line(report.reference), sentence, tuple(_rows(whole)))])


def _drawn(pictures: Sequence[_Picture]) -> str:
    if not pictures:
        return ""
    parts: list[str] = []
    top = 0
    for picture in pictures:
        parts += _image(picture, top)
        top += picture.height
    title = escape("; ".join(f"{each.title}: {each.sentence}" for each in pictures))
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {top}" width="{_WIDTH}" height="{top}"'
            ' role="img" aria-labelledby="title">',
            f'<title id="title">{title}</title>',
            f"<style>{_STYLE}</style>",
            '<defs><pattern id="hidden" width="6" height="6" patternUnits="userSpaceOnUse"'
            ' patternTransform="rotate(45)"><rect class="t" width="6" height="6"/>'
            '<path class="s" d="M0 0V6"/></pattern></defs>',
            f'<rect class="g" width="{_WIDTH}" height="{top}" rx="6"/>',
            *parts,
            "</svg>\n",
        )
    )


def _base(report: LayersReport) -> _Row:
    hidden = total(record.bytes for record in report.hidden if record.created.layer is None)
    return _Row("base", f"FROM {report.base.reference}", 0, report.base.bytes, hidden, base=True)


def _rows(report: LayersReport) -> Iterator[_Row]:
    before = report.base.bytes.likely
    # Where the lines are known, a layer that no line made is the base's.
    lined = any(layer.line for layer in report.layers)
    for layer in report.layers[:_MOST_ROWS]:
        base = lined and not layer.line
        line = str(layer.line) if layer.line else "base" if base else ""
        yield _Row(line, layer.instruction, before, layer.bytes, layer.hidden, base)
        before += layer.bytes.likely
    if rest := report.layers[_MOST_ROWS:]:
        size, hidden = total(each.bytes for each in rest), total(each.hidden for each in rest)
        yield _Row("", f"and {forecast.count(len(rest), 'more layer')}", before, size, hidden)


def _scale(rows: Sequence[_Row]) -> float:
    """Bytes that the width of the chart stands for: a range may be cut, a likely amount never."""
    most = max((row.before + row.size.likely for row in rows), default=0)
    reach = max((row.before + row.size.high for row in rows if row.size.high is not None), default=most)
    return max(1.0, most, min(reach, most * _REACH))


def _image(picture: _Picture, top: int) -> Iterator[str]:
    rows = picture.rows
    y = top + _MARGIN + 12
    yield _text(_MARGIN, y, picture.title, "h", 70)
    yield _text(_MARGIN, y + 18, picture.sentence, "q", 130)
    if any(row.hidden.likely for row in rows):
        yield _box(_WIDTH - _MARGIN - 62, y - 10, 18, "", ' fill="url(#hidden)"')
        yield _text(_WIDTH - _MARGIN, y, "hidden", "q r", 6)
    scale = _CHART / _scale(rows)
    for index, row in enumerate(rows):
        yield from _row(row, top + _MARGIN + 44 + index * _ROW, scale)


def _row(row: _Row, y: int, scale: float) -> Iterator[str]:
    left, middle = _MARGIN + _LABEL, y + _ROW / 2
    yield f'<path class="l" d="M{_MARGIN} {y}H{_WIDTH - _MARGIN}"/>'
    yield _text(_MARGIN + 30, y + 16, row.line, "q r", 6)
    yield _text(_MARGIN + 38, y + 16, one_line(row.instruction), "m", _CHARACTERS)
    yield _text(_WIDTH - _MARGIN, y + 16, short_size(row.size), "r", 14)
    start, size = left + row.before * scale, row.size
    lost = min(row.hidden.likely, size.likely) * scale
    seen = size.likely * scale - lost
    if seen > 0:
        yield _box(start, y + 6, seen, "b" if row.base else "v")
    if lost > 0:
        yield _box(start + seen, y + 6, lost, "", ' fill="url(#hidden)"')
    if not size.is_exact:
        end = None if size.high is None else left + (row.before + size.high) * scale
        yield _whisker(start + size.low * scale, end, left + _CHART, middle)


def _box(x: float, y: float, width: float, name: str, fill: str = "") -> str:
    named = f' class="{name}"' if name else ""
    return f'<rect{named} x="{x:.1f}" y="{y:.1f}" width="{max(width, 1.5):.1f}" height="12"{fill}/>'


def _whisker(low: float, high: float | None, edge: float, y: float) -> str:
    """From the least to the most; dashed, with an arrow, where that is past the edge or not known."""
    if high is not None and high <= edge:
        return f'<path class="w" d="M{low:.1f} {y - 4}v8M{low:.1f} {y}H{high:.1f}M{high:.1f} {y - 4}v8"/>'
    low = min(low, edge - 8)
    return (
        f'<path class="w" d="M{low:.1f} {y - 4}v8M{edge - 5:.1f} {y - 4}l5 4l-5 4"/>'
        f'<path class="w" stroke-dasharray="3 3" d="M{low:.1f} {y}H{edge:.1f}"/>'
    )


def _text(x: float, y: float, text: str, name: str, width: int) -> str:
    return f'<text class="{name}" x="{x:g}" y="{y:g}">{escape(shorten(text, width))}</text>' if text else ""
