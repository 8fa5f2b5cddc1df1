"""Dockerfiles in the wild: each is linted without an exception, in bounded time, the same way twice.

Every fourth goes through the parser, the interpreter and the rules (``LAYERLINT_CORPUS_STEP=1``: all of them, some
twenty minutes of processor time); a slice of them a second time with an empty build context, where every COPY of a
file is a fault.
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from layerlint import __version__
from layerlint.checks import CHECKS
from layerlint.linter import Settings, lint
from layerlint.report import Finding, Report
from layerlint.reporters import reporter
from layerlint.reporters.style import Style
from layerlint.ruleset.loader import load_bundled
from layerlint.ruleset.model import RuleSet
from layerlint.source import SourceFile
from tests.shared import rows

STEP = int(os.environ.get("LAYERLINT_CORPUS_STEP") or 4)
PARTS = 4
"""Tests, so that several processes share the files."""
SECONDS = 4.0
"""For one file, of processor time; the slowest takes about one."""


@dataclass(frozen=True, slots=True)
class Read:
    name: str
    problem: str
    seconds: float
    runs: int
    complete: int
    gaps: tuple[str, ...]


@cache
def bundled() -> RuleSet:
    return load_bundled(CHECKS)


def read(dockerfile: tuple[str, str], context: Path | None) -> Read:
    name, text = dockerfile
    started = time.process_time()
    gaps: list[str] = []
    runs = complete = 0
    problem = ""
    try:
        rules = bundled()
        source = SourceFile("Dockerfile", text)
        report = lint(source, context, Settings(), rules, rules)
        elapsed = time.process_time() - started
        check(report.findings, text)
        whole = Report((report,), tuple(rule.info() for rule in rules), __version__)
        for form in ("text", "sarif", "github", "markdown"):
            reporter(form)(whole, Style(False, 100, 2, False, False))
        json.loads(reporter("json")(whole, Style(False, 100, 0, False, False)))
        for layer in report.layers.layers if report.layers is not None else ():
            if layer.instruction.upper().startswith("RUN"):
                runs += 1
                complete += layer.complete
                gaps += [gap.reason for gap in layer.unmodelled if gap.reason.endswith("is not modelled")]
    except Exception as error:
        problem, elapsed = f"{type(error).__name__}: {error}", 0.0
    return Read(name, problem, elapsed, runs, complete, tuple(gaps))


def check(findings: tuple[Finding, ...], text: str) -> None:
    lines = text.count("\n") + 1
    for finding in findings:
        line, end = finding.place.line, finding.place.end_line
        assert 1 <= line <= end <= lines, finding


@pytest.fixture(scope="module")
def dockerfiles() -> list[tuple[str, str]]:
    return [(row["id"], row["dockerfile"]) for row in rows("corpus/dockerfiles.jsonl.gz")]


@pytest.mark.parametrize("part", range(PARTS))
def test_every_file_is_linted(
    dockerfiles: list[tuple[str, str]], part: int, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [read(each, None) for each in dockerfiles[part * STEP :: PARTS * STEP]]
    assert [(each.name, each.problem) for each in found if each.problem] == []
    assert [(each.name, each.seconds) for each in found if each.seconds > SECONDS] == []
    runs, complete = sum(each.runs for each in found), sum(each.complete for each in found)
    gaps = Counter(gap for each in found for gap in each.gaps)
    with capsys.disabled():
        print(f"\n{complete} of {runs} RUN steps understood in full; most often not modelled:")
        print(", ".join(f"{gap.removesuffix(' is not modelled')} {count}" for gap, count in gaps.most_common(40)))
    assert complete >= 0.15 * runs


def test_an_empty_context_breaks_nothing(dockerfiles: list[tuple[str, str]], tmp_path: Path) -> None:
    found = [read(each, tmp_path) for each in dockerfiles[:: 4 * STEP]]
    assert [(each.name, each.problem) for each in found if each.problem] == []
