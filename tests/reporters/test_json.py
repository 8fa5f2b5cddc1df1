"""The outward contract: keys in the order of the documentation, nothing more."""

from __future__ import annotations

import json
from typing import Any

from layerlint.reporters.json import layers, report
from layerlint.reporters.style import Style
from tests.reporters import sample

SIZE = ["low", "likely", "high"]
REPORT = ["schema", "files", "summary", "notes"]
SUMMARY = ["files", "findings", "suppressed", "incomplete_steps", "known"]
FINDING = [
    "rule",
    "aliases",
    "severity",
    "confidence",
    "message",
    "line",
    "column",
    "end_line",
    "end_column",
    "related",
    "bytes",
    "fix",
    "url",
    "fingerprint",
]
LAYERS = [
    "schema",
    "dockerfile",
    "target",
    "platform",
    "differ",
    "base",
    "layers",
    "image_bytes",
    "visible_bytes",
    "hidden_bytes",
    "hidden",
    "coverage",
]
LAYER = [
    "index",
    "stage",
    "line",
    "end_line",
    "instruction",
    "creates_layer",
    "bytes",
    "compressed",
    "entries",
    "hidden",
    "complete",
    "unmodelled",
]


def _forecast(*, changes: bool) -> dict[str, Any]:
    assert sample.ORDINARY.layers is not None
    document: dict[str, Any] = json.loads(layers([sample.ORDINARY.layers], Style(changes=changes)))
    return document


def _sizes(value: object) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        if "likely" in value:
            return [value]
        return [size for each in value.values() for size in _sizes(each)]
    return [size for each in value for size in _sizes(each)] if isinstance(value, list) else []


def test_keys_of_layers() -> None:
    document = _forecast(changes=True)
    assert list(document) == LAYERS
    assert document["schema"] == "layerlint.layers/1"
    assert list(document["base"]) == ["reference", "source", "bytes"]
    assert [list(layer) for layer in document["layers"]] == [[*LAYER, "changes"]] * 6
    assert document["layers"][1]["unmodelled"] == [{"line": 5, "command": "gpg"}]
    assert list(document["layers"][0]["changes"][0]) == ["path", "kind", "bytes", "because"]
    assert list(document["hidden"][0]) == ["path", "bytes", "kind", "created", "hidden_by"]
    assert document["hidden"][3]["created"] == {"layer": None, "line": None}
    assert {tuple(size) for size in _sizes(document)} == {tuple(SIZE)}


def test_changes_only_when_asked() -> None:
    assert list(_forecast(changes=False)["layers"][0]) == LAYER


def test_keys_of_a_report() -> None:
    document = json.loads(report(sample.SEVERAL, Style(changes=True)))
    assert list(document) == REPORT
    assert document["schema"] == "layerlint.report/1"
    assert list(document["summary"]) == SUMMARY
    assert {tuple(file) for file in document["files"]} == {("path", "findings", "layers", "notes")}
    found = [finding for file in document["files"] for finding in file["findings"]]
    assert {tuple(finding) for finding in found} == {tuple(FINDING)}
    assert list(found[1]["fix"]) == ["title", "applicability", "edits"]
    assert found[1]["fix"]["edits"][0] == {"start": 140, "end": 140, "text": "--chmod=600 "}
    assert found[1]["related"] == [{"line": 7, "message": "/big is created here"}]
    assert found[3]["bytes"] == {"low": 0, "likely": 0, "high": None}


def test_the_layers_of_a_report_are_those_of_the_verb() -> None:
    document = json.loads(report(sample.ONE, Style(changes=True)))
    assert document["files"][0]["layers"] == _forecast(changes=False)


def test_summary_counts_over_all_files() -> None:
    assert json.loads(report(sample.SEVERAL, Style()))["summary"] == {
        "files": 4,
        "findings": {"error": 1, "warning": 3, "info": 2},
        "suppressed": 1,
        "incomplete_steps": 3,
        "known": 0,
    }
