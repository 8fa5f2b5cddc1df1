"""`docker build --check`: BuildKit's warnings, for those of its rules that are ours too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

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


Case = tuple[str, str, dict[str, str] | None, list[tuple[str, int]]]
"""A row's id, its Dockerfile, what BuildKit's frontend was given, its warnings by name and line."""


def _compare(cases: Iterable[Case]) -> None:
    count: Counter[str] = Counter()
    failed = []
    for name, text, attributes, warnings in cases:
        expected = Counter(warning for warning in warnings if warning[0] in NAMES)
        found = _ours(text, attributes_to_settings(attributes or {}))
        count.update(rule for rule, _ in expected.elements())
        if found != expected:
            failed.append((name, found - expected, expected - found))
    print(f"{count.total()} warnings of {len(NAMES)} rules: {dict(sorted(count.items()))}")
    assert failed == [], "\n".join(map(str, failed))


def _edge_cases() -> Iterator[Case]:
    for row in rows("conformance/edge.jsonl.gz"):
        error = row["lint"]["build_error"]
        # At any other error BuildKit stops before its warnings are complete.
        if not error or error.startswith("lint violation"):
            warnings = [(warning["rule"], warning["lines"][0][0]) for warning in row["lint"]["warnings"]]
            yield row["id"], row["dockerfile"], row["attrs"], warnings


def _own_tests() -> Iterator[Case]:
    for row in rows("conformance/lint.jsonl.gz"):
        if not row["build_error"]:
            given = row["warnings_all_targets"] or row["warnings"] or []
            warnings = [(warning["rule"], warning["line"]) for warning in given]
            yield row["id"], row["dockerfile"], row["frontendAttrs"], warnings


def test_warnings_of_edge_cases() -> None:
    _compare(_edge_cases())


def test_warnings_of_buildkits_own_tests() -> None:
    _compare(_own_tests())
