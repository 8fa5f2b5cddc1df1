"""Law: a known input replaced by an unknown one never adds a finding of high confidence.

The inputs are those of every example of every rule, all rules at once; a finding is named by its rule and
its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from layerlint.checks import CHECKS
from layerlint.linter import Settings, lint
from layerlint.report import Confidence
from layerlint.ruleset.loader import load_bundled
from layerlint.ruleset.model import Example, RuleSet
from layerlint.source import SourceFile

# Those of the linter's own look at the text and its comments, and a loss may be a longer line.
RULES = RuleSet(
    tuple(rule for rule in load_bundled(CHECKS) if rule.check in CHECKS and rule.check != "long-line")
)

_LOSSES = [
    ("base", r"^FROM (?:debian|python)\S*", f"FROM example/unknown@sha256:{'0' * 64}"),
    ("command before", r"^RUN ((?:--\S+ )*)(?=[a-z])", r"RUN \1frobnicate && "),
    ("command before, either way", r"^RUN ((?:--\S+ )*)(?=[a-z])", r"RUN \1frobnicate; "),
    ("condition", r"^RUN ((?:--\S+ )*)(?=[a-z])", r"RUN \1frobnicate || "),
    ("last command", r"&& [^&\n]+[^\\&\n]$", "&& frobnicate"),
    ("instruction", r"^RUN [a-z][^\n]*[^\\\n]$", "RUN frobnicate"),
]


def _examples() -> list[Any]:
    return [
        pytest.param(example, id=f"{rule.name}:{example.line}")
        for rule in RULES
        for example in (*rule.bad, *rule.good)
    ]


def _weaker(text: str) -> Iterator[tuple[str, str]]:
    """What is lost, and the text without it: in each place where it stands, one at a time."""
    for loss, pattern, instead in _LOSSES:
        for found in re.finditer(pattern, text, re.MULTILINE):
            yield loss, text[: found.start()] + found.expand(instead) + text[found.end() :]


def _write(example: Example, folder: Path) -> Path | None:
    for name, content in example.context or ():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(content) if isinstance(content, int) else content.encode())
    if example.dockerignore is not None:
        (folder / ".dockerignore").write_text(example.dockerignore, encoding="utf-8")
    return None if example.context is None else folder


def _sure(text: str, folder: Path | None) -> set[tuple[str, int]]:
    report = lint(SourceFile("Dockerfile", text), folder, Settings(), RULES, RULES)
    return {(f.rule, f.place.line) for f in report.findings if f.confidence is Confidence.HIGH}


@pytest.mark.parametrize("example", _examples())
def test_an_unknown_input_adds_nothing_sure(example: Example, tmp_path: Path) -> None:
    folder, text = _write(example, tmp_path), example.dockerfile
    before = _sure(text, folder)
    assert _sure(text, None) <= before, "context"
    for loss, weaker in _weaker(text):
        assert _sure(weaker, folder) <= before, f"{loss}:\n{weaker}"
