"""HTML: one file with everything in it, which asks for nothing from anywhere.

The report is data inside the page (JSON in a script element that is never run), the page's own script
sets it as text alone, and a Content-Security-Policy with the hashes of that script and of the style
lets nothing else run or load, whatever the names in an image are.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

from layerlint.report import FileReport, ImageReport, LayersReport, Report
from layerlint.reporters import forecast
from layerlint.reporters.characters import encodable, escape_controls, one_line
from layerlint.reporters.html.document import of_images, of_report
from layerlint.reporters.size import short_size
from layerlint.reporters.style import Style

_FOLDER: Final = Path(__file__).parent
_SCRIPTS: Final = (
    "model.js",
    "waterfall.js",
    "squarify.js",
    "treemap.js",
    "contents.js",
    "dockerfile.js",
    "page.js",
)
"""In this order they are one script."""
_MARK: Final = re.compile(r"@@([a-z_]+)@@")


def report(report: Report, style: Style) -> str:
    """A page of all files: forecast, findings in the margin, what is in every layer."""
    title = one_line(report.files[0].path) if len(report.files) == 1 else f"{len(report.files)} Dockerfiles"
    return page(title, of_report(report), [file.layers for file in report.files])


def images(images: Sequence[ImageReport], forecasts: Sequence[FileReport | None], version: str = "") -> str:
    """A page of real images; each beside its forecast, where that is given."""
    title = one_line(images[0].reference) if len(images) == 1 else f"{len(images)} images"
    return page(title, of_images(images, forecasts, version), [image.layers for image in images])


def page(title: str, document: Mapping[str, Any], reports: Sequence[LayersReport | None]) -> str:
    """The whole page; ``reports`` are for a browser that runs no scripts."""
    style, script = _read("page.css"), _script()
    parts = {
        "title": escape(f"{title} - layerlint"),
        "style": style,
        "style_hash": _hash(style),
        "script": script,
        "script_hash": _hash(script),
        "data": data(document),
        "plain": "\n".join(line for one in reports if one is not None for line in _plain(one)),
    }
    # In one pass: what is put in is not searched for marks.
    return _MARK.sub(lambda found: parts[found[1]], _read("page.html"))


def data(document: Mapping[str, Any]) -> str:
    """JSON that may stand in a script element: nothing in it can end the element, or is a line end to a script."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return escape_controls(encodable(text)).replace("<", "\\u003c")


def _script() -> str:
    return '"use strict";\n(() => {\n' + "\n".join(map(_read, _SCRIPTS)) + "\n})();\n"


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Of an inline element, as CSP Level 3 wants it."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _plain(report: LayersReport) -> Iterator[str]:
    figures = f"{short_size(report.image_bytes)}, of which {short_size(report.hidden_bytes)} hidden"
    yield f"<p>{escape(one_line(report.dockerfile))}: {figures}</p>"
    yield "<table><thead><tr>"
    yield from (f"<th>{escape(name)}</th>" for name in forecast.COLUMNS)
    yield "</tr></thead><tbody>"
    for row in forecast.rows(report):
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in row.cells)
        yield f"<tr>{cells}</tr>"
    yield "</tbody></table>"
