"""SARIF 2.1.0 (OASIS), with what GitHub code scanning asks of it.

GitHub wants ``help``, texts of at most 1,024 characters and one location for each result, and links a
related location only where the message names it (its documentation of SARIF support).
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from layerlint.report import Confidence, Finding, Fix, Place, Report, RuleInfo, Severity
from layerlint.reporters.characters import REPLACEMENT, printable, shorten
from layerlint.reporters.json import Object, dumps, size_object
from layerlint.reporters.style import Style

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT: Final = "layerlint/v1"

_LONGEST_TEXT = 1024
_NO_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")
"""Surrogates that stand for no byte (PEP 383)."""

_LEVELS = {Severity.OFF: "none", Severity.INFO: "note", Severity.WARNING: "warning", Severity.ERROR: "error"}
_PROBLEM_SEVERITIES = {
    Severity.OFF: "recommendation",
    Severity.INFO: "recommendation",
    Severity.WARNING: "warning",
    Severity.ERROR: "error",
}
_PRECISIONS = {Confidence.LOW: "low", Confidence.MEDIUM: "medium", Confidence.HIGH: "high"}

# On GitHub's scale of 0.1 to 10.0: low below 4, medium below 7, high below 9.
_SECURITY_SEVERITIES = {
    Severity.OFF: "1.0",
    Severity.INFO: "3.0",
    Severity.WARNING: "5.5",
    Severity.ERROR: "8.0",
}


def report(report: Report, style: Style) -> str:
    """One run, on one line; paths are relative to the place where layerlint was started."""
    rule_index = {rule.name: index for index, rule in enumerate(report.rules)}
    run: Object = {
        "tool": {
            "driver": {
                "name": "layerlint",
                "semanticVersion": report.version,
                "rules": [_rule(rule) for rule in report.rules],
            }
        },
        "automationDetails": {"id": "layerlint/"},
        "invocations": [{"executionSuccessful": True}],
        "columnKind": "unicodeCodePoints",
        "artifacts": [
            {"location": _artifact(file.path, index), "roles": ["analysisTarget"]}
            for index, file in enumerate(report.files)
        ],
        "results": [
            _result(finding, _artifact(file.path, index), rule_index.get(finding.name))
            for index, file in enumerate(report.files)
            for finding in file.findings
        ],
    }
    return dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


# ------------------------------------------------------------------------ rules


def _rule(rule: RuleInfo) -> Object:
    properties: Object = {
        "tags": [rule.category, "dockerfile"],
        "precision": _PRECISIONS[rule.confidence],
        "problem.severity": _PROBLEM_SEVERITIES[rule.severity],
        "aliases": list(rule.aliases),
    }
    if rule.category == "security":
        properties["security-severity"] = _SECURITY_SEVERITIES[rule.severity]
    descriptor: Object = {
        "id": rule.name,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": _text(rule.summary),
        "fullDescription": _text(rule.why or rule.summary),
        "help": _help(rule),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": properties,
    }
    if rule.url:
        descriptor["helpUri"] = rule.url
    return descriptor


def _help(rule: RuleInfo) -> Object:
    also = f"Also known as: {', '.join(rule.aliases)}." if rule.aliases else ""
    text = "\n\n".join(part for part in (rule.summary, rule.why, rule.remedy, also) if part)
    titled = (("", rule.summary), ("**Why.** ", rule.why), ("**Remedy.** ", rule.remedy), ("", also))
    return {"text": text, "markdown": "\n\n".join(title + part for title, part in titled if part)}


# ------------------------------------------------------------------------ results


def _result(finding: Finding, artifact: Object, rule_index: int | None) -> Object:
    result: Object = {"ruleId": finding.name}
    if rule_index is not None:
        result["ruleIndex"] = rule_index
    result["level"] = _LEVELS[finding.severity]
    result["message"] = {"text": _message(finding)}
    result["locations"] = [_location(finding.place, artifact)]
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, **_location(each.place, artifact), "message": _text(each.message)}
            for number, each in enumerate(finding.related, 1)
        ]
    if finding.fingerprint:
        result["partialFingerprints"] = {FINGERPRINT: finding.fingerprint}
    if finding.fix is not None and finding.fix.edits:
        result["fixes"] = [_fix(finding.fix, artifact)]
    result["properties"] = {"confidence": finding.confidence.value}
    if finding.bytes is not None:
        result["properties"]["bytes"] = size_object(finding.bytes)
    return result


def _message(finding: Finding) -> str:
    """The message with a link to each related location (SARIF 2.1.0 §3.11.6).

    A space parts what would read as a link in the text of the Dockerfile.
    """
    related = (
        f"[line {each.place.line}]({number}): {_unlinked(each.message)}"
        for number, each in enumerate(finding.related, 1)
    )
    return "\n".join((_unlinked(finding.message), *related))


def _unlinked(text: str) -> str:
    return printable(text).replace("](", "] (")


def _location(place: Place, artifact: Object) -> Object:
    return {
        "physicalLocation": {
            "artifactLocation": artifact,
            "region": {
                "startLine": place.line,
                "startColumn": place.column,
                "endLine": place.end_line,
                "endColumn": place.end_column,
            },
        }
    }


def _fix(fix: Fix, artifact: Object) -> Object:
    replacements = [
        {
            "deletedRegion": {"charOffset": edit.start, "charLength": edit.end - edit.start},
            "insertedContent": {"text": edit.text},
        }
        for edit in fix.edits
    ]
    return {
        "description": _text(fix.title),
        "artifactChanges": [{"artifactLocation": artifact, "replacements": replacements}],
        "properties": {"applicability": fix.applicability.value},
    }


def _artifact(path: str, index: int) -> Object:
    return {"uri": uri_of(path), "index": index}


def uri_of(path: str) -> str:
    """A relative reference (RFC 3986): the bytes of the path, percent-encoded."""
    uri = quote(_NO_BYTE.sub(REPLACEMENT, path.removeprefix("./")).encode("utf-8", "surrogateescape"))
    return f"file://{uri}" if uri.startswith("/") else uri


def _text(text: str) -> Object:
    return {"text": shorten(printable(text), _LONGEST_TEXT)}
