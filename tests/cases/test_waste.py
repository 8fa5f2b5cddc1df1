"""Every wasteful Dockerfile is named for what it is, with its bytes; its mended twin is not."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from layerlint.checks import CHECKS
from layerlint.domain.units import parse_size
from layerlint.linter import Settings, lint
from layerlint.report import Finding
from layerlint.ruleset.loader import load_bundled
from layerlint.source import SourceFile

FOLDER = Path(__file__).parent / "waste"
CASES: Mapping[str, Any] = {path.stem: yaml.safe_load(path.read_text()) for path in sorted(FOLDER.glob("*.yaml"))}
RULES = load_bundled(CHECKS)


def _findings(text: str, case: Any, folder: Path) -> list[Finding]:
    source = random.Random(0)  # files of one length differ in what is in them
    for name, content in case.get("context", {}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode() if isinstance(content, str) else source.randbytes(parse_size(content["size"]))
        path.write_bytes(data)
    report = lint(SourceFile("Dockerfile", text), folder, Settings(), RULES, RULES)
    return [finding for finding in report.findings if finding.rule in case["named"]]


@pytest.mark.parametrize("name", CASES)
def test_it_is_named_with_its_bytes(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    found = _findings(case["wasteful"], case, tmp_path)
    for rule, expected in case["named"].items():
        lines = expected["line"] if isinstance(expected["line"], list) else [expected["line"]]
        of_rule = [finding for finding in found if finding.rule == rule]
        assert [finding.place.line for finding in of_rule] == lines, [finding.message for finding in of_rule]
        for finding in of_rule if "bytes" in expected else ():
            low, high = map(parse_size, expected["bytes"])
            assert finding.bytes is not None, finding.message
            assert low <= finding.bytes.likely <= high, finding.message


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_said_of_the_mended_one(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    assert [f"{f.place.line}: {f.message}" for f in _findings(case["mended"], case, tmp_path)] == []


def test_there_are_eighteen() -> None:
    assert len(CASES) == 18
