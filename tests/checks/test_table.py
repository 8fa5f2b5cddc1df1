"""The table of the checks: every line of it can be resolved, and a check that is left out would see nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from layerlint.checks import CHECKS, is_needed
from layerlint.checks._table import TABLE
from layerlint.checks.model import Check
from layerlint.linter import Analysis, Settings, _write_context, analyse
from layerlint.ruleset.loader import load_bundled
from layerlint.ruleset.model import Example
from layerlint.source import SourceFile

RULES = load_bundled(CHECKS)
KEYWORDS = frozenset(
    ("ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER",
     "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR")
)  # fmt: skip


def test_every_line_is_a_check() -> None:
    assert list(TABLE) == sorted(TABLE)
    assert all(isinstance(check, Check) for check in CHECKS.values())
    assert {word for _, words in TABLE.values() for word in words.split()} <= KEYWORDS


def _seen_by_those_left_out(analysis: Analysis) -> list[str]:
    keywords = analysis.keywords()
    return [
        rule.name
        for rule in RULES
        if rule.check in CHECKS and not is_needed(rule.check, keywords)
        for trace in analysis.traces()
        if any(True for _ in CHECKS[rule.check].run(trace, rule.params))
    ]


@pytest.mark.parametrize("category", sorted({rule.category for rule in RULES}))
def test_a_check_that_is_left_out_sees_nothing(category: str, tmp_path: Path) -> None:
    """In any example of any rule."""
    for rule in RULES:
        for number, example in enumerate((*rule.bad, *rule.good) if rule.category == category else ()):
            folder = tmp_path / f"{rule.name}-{number}"
            assert _seen_by_those_left_out(_analysis(example, folder)) == [], f"{rule.name}:{example.line}"


def _analysis(example: Example, folder: Path) -> Analysis:
    source = SourceFile("Dockerfile", example.dockerfile)
    if example.context is None:
        return analyse(source, None, Settings())
    folder.mkdir()
    _write_context(folder, example)
    return analyse(source, folder, Settings())


@pytest.mark.parametrize(
    ("dockerfile", "check"),
    [
        ("FROM scratch\nONBUILD expose 80/TCP\n", "uppercase-protocol"),
        ("FROM scratch AS a\nONBUILD EXPOSE 80/TCP\nFROM a\n", "uppercase-protocol"),
        ("FROM scratch\nEX\\\nPOSE 80/TCP\n", "uppercase-protocol"),
        ("COPY a b\nFROM scratch\n", "relative-copy-destination"),
        ("FROM scratch\nONBUILD ONBUILD RUN a\n", "forbidden-trigger"),
        ("FROM scratch\nmaintainer me\n", "deprecated-maintainer"),
    ],
)
def test_it_is_needed_however_the_keyword_stands_there(dockerfile: str, check: str) -> None:
    assert is_needed(check, analyse(SourceFile("Dockerfile", dockerfile), None, Settings()).keywords())


def test_it_is_not_needed_without_the_keyword() -> None:
    keywords = analyse(SourceFile("Dockerfile", "FROM scratch\n# EXPOSE 1\nRUN ADD\n"), None, Settings()).keywords()
    assert keywords == {"FROM", "RUN"}
    assert not is_needed("uppercase-protocol", keywords)
    assert is_needed("build-fails", keywords)
