"""SARIF: valid by the schema of the standard, and with what GitHub code scanning wants."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from layerlint.report import Report
from layerlint.reporters.sarif import report
from layerlint.reporters.style import Style
from tests.reporters import sample

SCHEMA = Path(__file__).resolve().parent.parent / "data" / "sarif-2.1.0.json"


def _run(of: Report) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(report(of, Style()))["runs"][0]
    return run


@pytest.mark.parametrize("of", [sample.ONE, sample.SEVERAL, sample.NOTHING_FOUND, Report((), (), "0.1.0")])
def test_valid_by_the_official_schema(of: Report) -> None:
    jsonschema = import_module("jsonschema")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    document = json.loads(report(of, Style()))
    assert [error.message for error in validator.iter_errors(document)] == []
    document["runs"][0]["results"].append({"level": "fatal"})
    assert not validator.is_valid(document), "the validator sees faults"


def test_rules_have_what_github_requires() -> None:
    rules = _run(sample.ONE)["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.name for rule in sample.RULES]
    for rule in rules:
        assert rule["shortDescription"]["text"]
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
        assert rule["properties"]["precision"] in ("low", "medium", "high")
        assert rule["properties"]["problem.severity"] in ("error", "warning", "recommendation")
        assert ("security-severity" in rule["properties"]) == ("security" in rule["properties"]["tags"])
    assert rules[4]["properties"]["security-severity"] == "3.0"
    assert rules[4]["name"] == "RootUser"
    assert rules[5]["defaultConfiguration"] == {"level": "none"}


def test_each_index_leads_to_what_it_names() -> None:
    run = _run(sample.SEVERAL)
    for result in run["results"]:
        artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert run["artifacts"][artifact["index"]]["location"] == artifact
        if "ruleIndex" in result:
            assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    assert [result["ruleId"] for result in run["results"] if "ruleIndex" not in result] == [
        "not-in-the-table"
    ]


def test_the_path_is_a_relative_reference() -> None:
    artifacts = _run(sample.SEVERAL)["artifacts"]
    uri = "dienste/gr%C3%B6%C3%9Fe%2C%20100%25%3A%20%E5%9B%BE/Dockerfile"
    assert artifacts[1]["location"]["uri"] == uri


def test_a_result_in_full() -> None:
    result = _run(sample.ONE)["results"][1]
    location = {"uri": "Dockerfile", "index": 0}
    assert result == {
        "ruleId": "metadata-only-copy-up",
        "ruleIndex": 1,
        "level": "warning",
        "message": {
            "text": "20.0 MiB of /big ship twice: `chmod 600 /big` copies the file up into a new layer\n"
            "[line 7](1): /big is created here"
        },
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": location,
                    "region": {"startLine": 8, "startColumn": 5, "endLine": 8, "endColumn": 19},
                }
            }
        ],
        "relatedLocations": [
            {
                "id": 1,
                "physicalLocation": {
                    "artifactLocation": location,
                    "region": {"startLine": 7, "startColumn": 1, "endLine": 7, "endColumn": 14},
                },
                "message": {"text": "/big is created here"},
            }
        ],
        "partialFingerprints": {"layerlint/v1": "fedcba9876543210"},
        "fixes": [
            {
                "description": {"text": "use COPY --chmod=600"},
                "artifactChanges": [
                    {
                        "artifactLocation": location,
                        "replacements": [
                            {
                                "deletedRegion": {"charOffset": 140, "charLength": 0},
                                "insertedContent": {"text": "--chmod=600 "},
                            },
                            {
                                "deletedRegion": {"charOffset": 155, "charLength": 19},
                                "insertedContent": {"text": ""},
                            },
                        ],
                    }
                ],
                "properties": {"applicability": "unsafe"},
            }
        ],
        "properties": {
            "confidence": "high",
            "bytes": {"low": 20971520, "likely": 20971520, "high": 20971520},
        },
    }


def test_text_of_the_file_makes_no_link() -> None:
    assert "](https" not in _run(sample.SEVERAL)["results"][3]["message"]["text"]
