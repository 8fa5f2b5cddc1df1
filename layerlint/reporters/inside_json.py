"""JSON on real images: ``layerlint.image/1``, ``layerlint.verify/1`` and ``layerlint.fleet/1``."""

from __future__ import annotations

from typing import Any, TypeAlias

from layerlint.report import (
    ComparisonRecord,
    DiveFigures,
    DuplicateRecord,
    ExactFigures,
    FleetReport,
    ImageReport,
    VerifyReport,
)
from layerlint.reporters.json import dumps, layers_object, size_object
from layerlint.reporters.style import Style

Object: TypeAlias = dict[str, Any]


def image(report: ImageReport, style: Style) -> str:
    """The object of ``layers``, and what only an image has behind it."""
    document = layers_object(report.layers, changes=style.changes)
    del document["coverage"]
    document["schema"] = "layerlint.image/1"
    document |= {
        "dive": _dive(report.dive),
        "duplicates": [_duplicate(record) for record in report.duplicates],
        "exact": None if report.exact is None else _exact(report.exact),
        "reference": report.reference,
        "form": report.form,
        "name": report.name,
        "id": report.id,
        "base_layers": report.base_layers,
        "notes": list(report.layers.notes),
    }
    return dumps(document)


def verify(report: VerifyReport, style: Style) -> str:
    return dumps(
        {
            "schema": "layerlint.verify/1",
            "dockerfile": report.dockerfile,
            "target": report.target,
            "reference": report.reference,
            "form": report.form,
            "id": report.id,
            "platform": report.platform,
            "tolerance": report.tolerance,
            "within": report.within,
            "base": _comparison(report.base),
            "layers": [_comparison(record) for record in report.layers],
            "added": _comparison(report.added),
            "hidden": _comparison(report.hidden),
            "notes": list(report.notes),
        }
    )


def fleet(report: FleetReport, style: Style) -> str:
    return dumps(
        {
            "schema": "layerlint.fleet/1",
            "images": [
                {
                    "reference": each.reference,
                    "form": each.form,
                    "id": each.id,
                    "bytes": each.bytes,
                    "unique": each.unique,
                    "shared": each.shared,
                    "layers": list(each.layers),
                }
                for each in report.images
            ],
            "layers": [
                {
                    "diff_id": each.diff_id,
                    "bytes": each.bytes,
                    "images": list(each.images),
                    "instruction": each.instruction,
                }
                for each in report.layers
            ],
            "image_bytes": report.image_bytes,
            "stored_bytes": report.stored_bytes,
            "duplicated_bytes": report.duplicated_bytes,
            "duplicates": [_duplicate(record) for record in report.duplicates],
            "notes": list(report.notes),
        }
    )


def _dive(figures: DiveFigures) -> Object:
    return {
        "efficiency": figures.efficiency,
        "wastedBytes": figures.wasted_bytes,
        "userWastedPercent": figures.user_wasted_percent,
        "sizeBytes": figures.image_bytes,
        "userSizeBytes": figures.user_bytes,
        "inefficient": [
            {"count": count, "sizeBytes": size, "file": path} for count, size, path in figures.inefficient
        ],
    }


def _exact(figures: ExactFigures) -> Object:
    """By the names of dive's figures that they stand for."""
    return {
        "efficiency": figures.efficiency,
        "wastedBytes": figures.hidden_bytes,
        "userWastedPercent": figures.user_hidden_percent,
        "userSizeBytes": figures.user_bytes,
    }


def _duplicate(record: DuplicateRecord) -> Object:
    return {
        "digest": record.digest,
        "bytes": record.bytes,
        "copies": [{"path": path, "layer": layer} for path, layer in record.copies],
        "wasted": record.wasted,
    }


def _comparison(record: ComparisonRecord) -> Object:
    return {
        "layer": record.layer,
        "line": record.line,
        "end_line": record.end_line,
        "instruction": record.instruction,
        "forecast": None if record.forecast is None else size_object(record.forecast),
        "actual": record.actual,
        "error": record.error,
        "within": record.within,
        "differences": [
            {
                "path": each.path,
                "forecast": size_object(each.forecast),
                "actual": each.actual,
                "reason": each.reason,
            }
            for each in record.differences
        ],
        "unmodelled": [{"line": each.line, "command": each.command} for each in record.unmodelled],
    }
