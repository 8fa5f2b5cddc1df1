"""`docker build --check`: BuildKit's warnings, for those of its rules that are ours too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from layerlint.dockerfile.check_directive import RULES as BUILDKIT_RULES
from layerlint.linter import lint
from layerlint.source import SourceFile
from tests.conformance.dockerfiles import RULES, attributes_to_settings, read
from tests.shared import rows

NAMES = {alias: rule.name for rule in RULES for alias in rule.aliases if alias in BUILDKIT_RULES}
"""BuildKit's names, and ours."""


@dataclass(frozen=True)
class Case:
    id: str
    text: str
    attributes: Mapping[str, str]
    """What BuildKit's frontend was given."""
    ignored: str | None
    """The text of the ignore file."""
    warnings: list[tuple[str, int]]
    """By name and line."""


def _ours(case: Case, folder: Path) -> Counter[tuple[str, int]]:
    """By BuildKit's names and lines."""
    document = read(case.text)
    if case.ignored is not None:
        (folder / ".dockerignore").write_text(case.ignored)
    settings = attributes_to_settings(case.attributes)
    report = lint(SourceFile("Dockerfile", case.text), folder, settings, RULES, RULES)
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


def _compare(cases: Iterable[Case], folder: Path) -> None:
    count: Counter[str] = Counter()
    failed = []
    for number, case in enumerate(cases):
        place = folder / str(number)
        place.mkdir()
        expected = Counter(warning for warning in case.warnings if warning[0] in NAMES)
        found = _ours(case, place)
        count.update(rule for rule, _ in expected.elements())
        if found != expected:
            failed.append((case.id, found - expected, expected - found))
    print(f"{count.total()} warnings of {len(NAMES)} rules: {dict(sorted(count.items()))}")
    assert failed == [], "\n".join(map(str, failed))


def _edge_cases() -> Iterator[Case]:
    for row in rows("conformance/edge.jsonl.gz"):
        error = row["lint"]["build_error"]
        # At any other error BuildKit stops before its warnings are complete.
        if not error or error.startswith("lint violation"):
            warnings = [(warning["rule"], warning["lines"][0][0]) for warning in row["lint"]["warnings"]]
            yield Case(row["id"], row["dockerfile"], row["attrs"] or {}, row["dockerignore"], warnings)


def _own_tests() -> Iterator[Case]:
    for row in rows("conformance/lint.jsonl.gz"):
        if not row["build_error"]:
            given = row["warnings_all_targets"] or row["warnings"] or []
            warnings = [(warning["rule"], warning["line"]) for warning in given]
            ignored = (row["context_files"] or {}).get(".dockerignore")
            yield Case(row["id"], row["dockerfile"], row["frontendAttrs"] or {}, ignored, warnings)


def test_warnings_of_edge_cases(tmp_path: Path) -> None:
    _compare(_edge_cases(), tmp_path)


def test_warnings_of_buildkits_own_tests(tmp_path: Path) -> None:
    _compare(_own_tests(), tmp_path)
