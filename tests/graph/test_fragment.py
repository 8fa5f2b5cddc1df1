"""Instructions in front of the first FROM: refused, and still looked at."""

from __future__ import annotations

import pytest

from layerlint.linter import Settings, analyse, lint
from layerlint.report import Severity
from layerlint.ruleset.model import RuleSet
from layerlint.source import SourceFile
from tests.conformance.dockerfiles import RULES

ON = RuleSet(tuple(rule for rule in RULES if rule.severity is not Severity.OFF))


def found(text: str) -> list[tuple[str, str]]:
    """Rule and line of each finding."""
    report = lint(SourceFile("Dockerfile", text), None, Settings(), RULES, ON)
    return [(finding.rule, text.split("\n")[finding.place.line - 1]) for finding in report.findings]


@pytest.mark.parametrize("more", ["", "FROM debian:bookworm-slim\nUSER 1\n", "FROM a b c\n"])
def test_every_rule_looks_at_a_fragment(more: str) -> None:
    text = f"ARG A\nRUN apt-get update\nUSER daemon\nMAINTAINER x\nEXPOSE 80000\n{more}"
    assert {
        ("index-update-alone", "RUN apt-get update"),
        ("named-user", "USER daemon"),
        ("deprecated-maintainer", "MAINTAINER x"),
        ("port-out-of-range", "EXPOSE 80000"),
    } <= set(found(text))


def test_what_a_fragment_lacks_is_no_fault() -> None:
    assert found("COPY a /a\n") == [("instruction-before-from", "COPY a /a")]
    assert found("run true\ncmd []\n") == [("instruction-before-from", "run true")]


def test_nothing_is_said_twice() -> None:
    text = "ARG A\nCMD a \\\n\n b\nFROM scratch\nUSER 1\n"
    assert [rule for rule, _ in found(text)].count("empty-continuation") == 1


def test_a_fragment_does_not_shift_the_stages() -> None:
    text = "RUN true\nFROM scratch AS a\nFROM scratch\nCOPY --from=0 / /\n"
    analysis = analyse(SourceFile("Dockerfile", text), None, Settings())
    assert [stage.name for stage in analysis.graph.stages] == ["a", None]
    assert analysis.graph.reachable == {0, 1}
    assert analysis.graph.problems == ()


@pytest.mark.parametrize("text", ["", "ARG A\nFROM scratch\n", "RNU x\nFROM scratch\n"])
def test_no_fragment(text: str) -> None:
    assert analyse(SourceFile("Dockerfile", text), None, Settings()).fragment is None
