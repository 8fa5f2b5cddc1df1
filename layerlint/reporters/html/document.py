"""What the page shows, as one JSON value: a size is a number where it is exact, else ``[low, likely, high]``.

All text of the input is made visible here (`characters.visible`): the page only sets it as text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeAlias

from layerlint.domain.size import Size
from layerlint.report import (
    DiveFigures,
    DuplicateRecord,
    FileReport,
    Finding,
    ImageReport,
    LayerRecord,
    LayersReport,
    Report,
)
from layerlint.reporters import forecast
from layerlint.reporters.characters import shorten, visible
from layerlint.reporters.html.limits import paths_of_each
from layerlint.reporters.html.paths import tree

Object: TypeAlias = dict[str, Any]

_LONGEST: Final = 2000
"""Characters of a line, a message or a path."""
_MOST_LINES: Final = 20_000
_MOST_ROWS: Final = 200
"""Of the duplicates."""


def of_report(report: Report) -> Object:
    """Forecasts with findings; without a rule in the report, nothing was linted."""
    paths = paths_of_each(len(report.files))
    files = [_file(file, [] if file.layers is None else [view(file.layers, paths)]) for file in report.files]
    return {
        "version": report.version,
        "linted": bool(report.rules),
        "notes": [_text(note) for note in report.notes],
        "files": files,
    }


def of_images(images: Sequence[ImageReport], forecasts: Sequence[FileReport | None], version: str) -> Object:
    """Images, each beside the Dockerfile that it was built of, where that is given."""
    paths = paths_of_each(2 * len(images))
    files: list[Object] = []
    for image, file in zip(images, forecasts, strict=True):
        views = [] if file is None or file.layers is None else [view(file.layers, paths)]
        views.append(_image(image, paths))
        files.append(_file(file or FileReport(image.reference, (), None), views))
    linted = any(file is not None and file.findings for file in forecasts)
    return {"version": version, "linted": linted, "notes": [], "files": files}


def view(report: LayersReport, paths: int) -> Object:
    """One way to look at an image: its forecast, or what is really in it."""
    base = report.base
    return {
        "kind": "forecast",
        "target": _text(report.target),
        "platform": _text(report.platform),
        "differ": _text(report.differ),
        "base": {
            "reference": _text(base.reference),
            "source": base.source,
            "bytes": _size(base.bytes),
            "date": _text(base.date),
        },
        "image": _size(report.image_bytes),
        "visible": _size(report.visible_bytes),
        "hidden": _size(report.hidden_bytes),
        "layers": [_layer(layer) for layer in report.layers],
        "baseHidden": sum(each.bytes.likely for each in report.hidden if each.created.layer is None),
        "tree": tree(report, paths),
        "notes": [_text(note) for note in (*report.notes, *_gates(report))],
    }


def _gates(report: LayersReport) -> Iterator[str]:
    if report.gates:
        from layerlint.reporters.gates import cells  # few ask for them

        for status, name, what in map(cells, report.gates):
            yield f"{status} {name}: {what}"


def _image(image: ImageReport, paths: int) -> Object:
    return view(image.layers, paths) | {
        "kind": "image",
        "reference": _text(image.reference),
        "form": _text(image.form),
        "id": _text(image.id),
        "dive": _dive(image.dive),
        "duplicates": [_duplicate(record) for record in image.duplicates[:_MOST_ROWS]],
        "duplicatesLeft": max(0, len(image.duplicates) - _MOST_ROWS),
    }


def _file(file: FileReport, views: Sequence[Object]) -> Object:
    lines = [_text(line.removesuffix("\r")) for line in file.text.split("\n", _MOST_LINES)]
    if lines and not lines[-1]:
        lines.pop()
    return {
        "path": _text(file.path),
        "lines": lines[:_MOST_LINES],
        "cut": len(lines) > _MOST_LINES,
        "findings": [_finding(finding) for finding in file.findings],
        "tally": forecast.tally((file,)),
        "notes": [_text(note) for note in file.notes],
        "views": list(views),
    }


def _finding(finding: Finding) -> Object:
    fix = finding.fix
    return {
        "rule": _text(finding.name),
        "severity": finding.severity.value,
        "message": _text(forecast.message(finding)),
        "line": finding.place.line,
        "column": finding.place.column,
        "endLine": finding.place.end_line,
        "related": [[each.place.line, _text(each.message)] for each in finding.related],
        "bytes": None if finding.bytes is None else _size(finding.bytes),
        "fix": None if fix is None else [_text(fix.title), fix.applicability.value],
        "url": finding.url if finding.url.startswith(("https://", "http://")) else "",
    }


def _layer(layer: LayerRecord) -> Object:
    return {
        "stage": _text(layer.stage),
        "line": layer.line,
        "endLine": layer.end_line,
        "instruction": _text(layer.instruction),
        "bytes": _size(layer.bytes),
        "compressed": _size(layer.compressed),
        "entries": _size(layer.entries),
        "hidden": _size(layer.hidden),
        "complete": layer.complete,
        "unmodelled": [
            [each.line, _text(each.command), _text(each.reason)] for each in layer.unmodelled[:_MOST_ROWS]
        ],
    }


def _dive(figures: DiveFigures) -> Object:
    return {
        "efficiency": figures.efficiency,
        "wastedBytes": figures.wasted_bytes,
        "userWastedPercent": figures.user_wasted_percent,
    }


def _duplicate(record: DuplicateRecord) -> Object:
    return {
        "bytes": record.bytes,
        "wasted": record.wasted,
        "copies": [[_text(path), layer + 1] for path, layer in record.copies[:_MOST_ROWS]],
        "copiesLeft": max(0, len(record.copies) - _MOST_ROWS),
    }


def _size(size: Size) -> int | list[int | None]:
    return size.low if size.is_exact else [size.low, size.likely, size.high]


def _text(text: str) -> str:
    return shorten(visible(text), _LONGEST)
