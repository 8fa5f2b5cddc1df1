"""`docker build --check`: BuildKit's warnings, for those of its rules that are ours too."""

from __future__ import annotations

from collections import Counter
from typing import Any

from layerlint.linter import Settings, lint
from layerlint.source import SourceFile
from tests.conformance.dockerfiles import RULES, attributes_to_settings, read
from tests.shared import rows

NAMES = {alias: rule.name for rule in RULES for alias in rule.aliases if alias.isalpha()}
"""BuildKit's names, and ours."""


def _ours(text: str, settings: Settings) -> Counter[tuple[str, int]]:
    """By BuildKit's names and lines."""
    document = read(text)
    report = lint(SourceFile("Dockerfile", text), None, settings, RULES, RULES)
    found: Counter[tuple[str, int]] = Counter()
    for finding in report.findings:
        for alias in finding.aliases:
            if alias in NAMES:
                line = finding.place.line
                if alias == "NoEmptyContinuation":
                    # BuildKit points to the last line of the instruction, and does so once.
                    line = next(node.end_line for node in document.nodes if node.end_line >= line)
                    found[alias, line] = 1
                else:
                    found[alias, line] += 1
    return found


def _warnings(given: list[dict[str, Any]]) -> Counter[tuple[str, int]]:
    found: Counter[tuple[str, int]] = Counter()
    for warning in given:
        name = warning.get("rule") or warning["RuleName"]
        lines = warning.get("lines") or [[warning["Line"]]]
        if name in NAMES:
            found[name, lines[0][0]] += 1
    return found


def test_warnings_of_edge_cases() -> None:
    count: Counter[str] = Counter()
    failed = []
    for row in rows("conformance/edge.jsonl.gz"):
        if row["lint"]["build_error"] and not row["lint"]["build_error"].startswith("lint violation"):
            continue  # BuildKit stops there
        expected = _warnings(row["lint"]["warnings"])
        found = _ours(row["dockerfile"], attributes_to_settings(row["attrs"] or {}))
        count.update(name for name, _ in expected.elements())
        if found != expected:
            failed.append((row["id"], found - expected, expected - found))
    print(f"{count.total()} warnings of {len(NAMES)} rules: {dict(sorted(count.items()))}")
    assert failed == [], "\n".join(map(str, failed))


def test_warnings_of_buildkits_own_tests() -> None:
    count: Counter[str] = Counter()
    failed = []
    for row in rows("conformance/lint.jsonl.gz"):
        if row["build_error"]:
            continue  # BuildKit stops there
        given = row["warnings_all_targets"] or row["warnings"] or []
        expected: Counter[tuple[str, int]] = Counter(
            (warning["rule"], warning["line"]) for warning in given if warning["rule"] in NAMES
        )
        found = _ours(row["dockerfile"], attributes_to_settings(row["frontendAttrs"] or {}))
        count.update(name for name, _ in expected.elements())
        if found != expected:
            failed.append((row["id"], found - expected, expected - found))
    print(f"{count.total()} warnings of {len(NAMES)} rules: {dict(sorted(count.items()))}")
    assert failed == [], "\n".join(map(str, failed))
