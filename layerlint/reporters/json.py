"""JSON, for programs: ``layerlint.report/1`` and ``layerlint.layers/1``.

Keys come in the order of the contract, sizes are bytes, offsets are characters of the file from 0.
A document is one line.  Bytes that are not UTF-8 show as U+FFFD: many parsers refuse a lone surrogate.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from layerlint.domain.size import Size
from layerlint.report import (
    BaseRecord,
    ChangeRecord,
    CoverageRecord,
    FileReport,
    Finding,
    Fix,
    GateRecord,
    HiddenRecord,
    LayerRecord,
    LayersReport,
    LessonRecord,
    Origin,
    Report,
    Severity,
    StepRecord,
    TableRecord,
)
from layerlint.reporters.characters import encodable, escape_controls
from layerlint.reporters.style import Style

Object: TypeAlias = dict[str, Any]


def report(report: Report, style: Style) -> str:
    """One ``layerlint.report/1`` object; ``summary`` counts over all files.

    ``incomplete_steps`` are those whose effects are not fully known; ``suppressed`` are findings
    that an ignore comment silenced; ``known`` are those that the baseline has.
    """
    document: Object = {
        "schema": "layerlint.report/1",
        "files": [_file(file) for file in report.files],
        "summary": _summary(report.files),
        "notes": list(report.notes),
    }
    return dumps(document)


def layers(reports: Sequence[LayersReport], style: Style) -> str:
    """One ``layerlint.layers/1`` object a line (JSON Lines when there are several)."""
    return "".join(dumps(layers_object(one, changes=style.changes)) for one in reports)


def dumps(document: Object) -> str:
    """A document on one line, ended by a line feed."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return escape_controls(encodable(text)) + "\n"


def size_object(size: Size) -> Object:
    return {"low": size.low, "likely": size.likely, "high": size.high}


def _summary(files: Iterable[FileReport]) -> Object:
    files = list(files)
    severities = [finding.severity for file in files for finding in file.findings]
    return {
        "files": len(files),
        "findings": {
            severity.value: severities.count(severity)
            for severity in (Severity.ERROR, Severity.WARNING, Severity.INFO)
        },
        "suppressed": sum(file.suppressed for file in files),
        "incomplete_steps": sum(
            not layer.complete for file in files if file.layers is not None for layer in file.layers.layers
        ),
        "known": sum(file.known for file in files),
    }


def _file(file: FileReport) -> Object:
    return {
        "path": file.path,
        "findings": [_finding(finding) for finding in file.findings],
        "layers": None if file.layers is None else layers_object(file.layers, changes=False),
        "notes": [] if file.layers is None else list(file.layers.notes),
    }


def _finding(finding: Finding) -> Object:
    place = finding.place
    return {
        "rule": finding.rule,
        "aliases": list(finding.aliases),
        "severity": finding.severity.value,
        "confidence": finding.confidence.value,
        "message": finding.message,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "related": [{"line": each.place.line, "message": each.message} for each in finding.related],
        "bytes": None if finding.bytes is None else size_object(finding.bytes),
        "fix": None if finding.fix is None else _fix(finding.fix),
        "url": finding.url,
        "fingerprint": finding.fingerprint,
    }


def _fix(fix: Fix) -> Object:
    return {
        "title": fix.title,
        "applicability": fix.applicability.value,
        "edits": [{"start": edit.start, "end": edit.end, "text": edit.text} for edit in fix.edits],
    } | ({"diff": fix.diff} if fix.diff else {})


def layers_object(report: LayersReport, *, changes: bool) -> Object:
    return {
        "schema": "layerlint.layers/1",
        "dockerfile": report.dockerfile,
        "target": report.target,
        "platform": report.platform,
        "differ": report.differ,
        "base": _base(report.base),
        "layers": [_layer(layer, changes=changes) for layer in report.layers],
        "image_bytes": size_object(report.image_bytes),
        "visible_bytes": size_object(report.visible_bytes),
        "hidden_bytes": size_object(report.hidden_bytes),
        "hidden": [_hidden(record) for record in report.hidden],
        "coverage": _coverage(report.coverage),
    } | ({"gates": gates(report.gates)} if report.gates else {})


def gates(records: Sequence[GateRecord]) -> list[Object]:
    return [
        {
            "name": record.name,
            "status": record.status.value,
            "bound": record.bound,
            "value": None if record.value is None else _interval(record.value),
            "message": record.message,
        }
        for record in records
    ]


def _interval(value: tuple[float, float, float | None]) -> Object:
    """An infinite part (of nothing) is null: JSON has no other word for it."""
    low, likely, high = (None if each is None or math.isinf(each) else each for each in value)
    return {"low": low, "likely": likely, "high": high}


def _coverage(coverage: CoverageRecord) -> Object:
    return {
        "commands": coverage.commands,
        "modelled": coverage.modelled,
        "bytes": {basis.value: size_object(size) for basis, size in coverage.basis.items()},
    }


def steps(records: Sequence[StepRecord], style: Style) -> str:
    """What ``explain --line`` says, as one object."""
    return dumps({"schema": "layerlint.explain/1", "steps": [_step(record) for record in records]})


def _step(step: StepRecord) -> Object:
    return {
        "dockerfile": step.dockerfile,
        "stage": step.stage,
        "line": step.line,
        "end_line": step.end_line,
        "instruction": step.instruction,
        "bytes": None if step.bytes is None else size_object(step.bytes),
        "compressed": size_object(step.compressed),
        "entries": size_object(step.entries),
        "commands": [
            {
                "command": command.command,
                "bytes": size_object(command.bytes),
                "basis": {basis.value: size_object(size) for basis, size in command.basis.items()},
                "places": [{"path": path, "bytes": size_object(size)} for path, size in command.places],
            }
            for command in step.commands
        ],
        "unmodelled": [
            {"line": each.line, "command": each.command, "reason": each.reason} for each in step.unmodelled
        ],
    }


def lesson(record: LessonRecord, style: Style) -> str:
    """What ``explain layers`` says, as one object; a cell is a string or a size."""
    return dumps(
        {
            "schema": "layerlint.lesson/1",
            "topic": record.topic,
            "title": record.title,
            "dockerfile": record.dockerfile,
            "sections": [
                {
                    "heading": section.heading,
                    "paragraphs": list(section.paragraphs),
                    "table": None if section.table is None else _table(section.table),
                }
                for section in record.sections
            ],
        }
    )


def _table(table: TableRecord) -> Object:
    return {
        "columns": list(table.columns),
        "rows": [
            [size_object(cell) if isinstance(cell, Size) else cell for cell in row] for row in table.rows
        ],
    }


def _base(base: BaseRecord) -> Object:
    return {"reference": base.reference, "source": base.source, "bytes": size_object(base.bytes)}


def _layer(layer: LayerRecord, *, changes: bool) -> Object:
    record: Object = {
        "index": layer.index,
        "stage": layer.stage,
        "line": layer.line,
        "end_line": layer.end_line,
        "instruction": layer.instruction,
        "creates_layer": layer.creates_layer,
        "bytes": size_object(layer.bytes),
        "compressed": size_object(layer.compressed),
        "entries": size_object(layer.entries),
        "hidden": size_object(layer.hidden),
        "complete": layer.complete,
        "unmodelled": [{"line": each.line, "command": each.command} for each in layer.unmodelled],
    }
    if changes:
        record["changes"] = [_change(change) for change in layer.changes]
    return record


def _change(change: ChangeRecord) -> Object:
    return {
        "path": change.path,
        "kind": change.kind,
        "bytes": size_object(change.bytes),
        "because": change.because,
    }


def _hidden(record: HiddenRecord) -> Object:
    return {
        "path": record.path,
        "bytes": size_object(record.bytes),
        "kind": record.kind,
        "created": _origin(record.created),
        "hidden_by": _origin(record.hidden_by),
    }


def _origin(origin: Origin) -> Object:
    return {"layer": origin.layer, "line": origin.line}
