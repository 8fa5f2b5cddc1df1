"""A report as JSON and back: plain values, each object with the name of its class in front."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from typing import Final

from layerlint import report
from layerlint.domain.size import Size
from layerlint.report import FileReport

_CLASSES: Final[Mapping[str, type]] = {
    each.__name__: each
    for each in (
        report.BaseRecord,
        report.ChangeRecord,
        report.CoverageRecord,
        report.Edit,
        report.FileRecord,
        report.FileReport,
        report.Finding,
        report.Fix,
        report.GateRecord,
        report.HiddenRecord,
        report.LayerRecord,
        report.LayersReport,
        report.Origin,
        report.Place,
        report.Related,
        report.UnmodelledRecord,
        Size,
    )
}
_ENUMS: Final[Mapping[str, type[Enum]]] = {
    each.__name__: each
    for each in (report.Applicability, report.Basis, report.Confidence, report.GateStatus, report.Severity)
}
_TUPLE: Final = ""
_MAPPING: Final = "{}"


def encode(file: FileReport) -> str:
    """Raises TypeError for a value that `decode` could not give back."""
    return json.dumps(_plain(file), separators=(",", ":"))


def decode(value: object) -> FileReport:
    """Of what `encode` wrote, parsed; ValueError, TypeError or LookupError for anything else."""
    file = _whole(value)
    if not isinstance(file, FileReport):
        raise TypeError("not a report")
    return file


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    name = type(value).__name__
    if isinstance(value, tuple):
        return [_TUPLE, *map(_plain, value)]
    if isinstance(value, Mapping):
        return [_MAPPING, *([_plain(key), _plain(each)] for key, each in value.items())]
    if isinstance(value, Enum) and _ENUMS.get(name) is type(value):
        return [name, value.value]
    if _CLASSES.get(name) is type(value):
        return [name, *(_plain(getattr(value, each)) for each in type(value).__match_args__)]  # type: ignore[attr-defined]
    raise TypeError(f"{name} is not kept")


def _whole(value: object) -> object:
    if not isinstance(value, list):
        return value
    name, *parts = value
    if name == _TUPLE:
        return tuple(map(_whole, parts))
    if name == _MAPPING:
        return {_whole(key): _whole(each) for key, each in parts}
    if name in _ENUMS:
        return _ENUMS[name](*parts)
    return _CLASSES[name](*map(_whole, parts))
