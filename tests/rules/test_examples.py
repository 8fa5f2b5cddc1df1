"""Every example of every bundled rule is a test, and every rule keeps to the house style."""

from __future__ import annotations

import re
from typing import Any

import pytest

from layerlint.checks import CHECKS
from layerlint.config.reader import Reader
from layerlint.linter import lint_example
from layerlint.ruleset.loader import load_bundled
from layerlint.ruleset.model import Example, Rule
from layerlint.ruleset.reserved import SHELL_SCRIPT
from layerlint.ruleset.rule_file import read_rule
from tests.shared import CHECKOUT
from tests.shellcheck.program import real

RULES = load_bundled(CHECKS)


def _examples(kind: str) -> list[Any]:
    return [
        pytest.param(rule, example, id=f"{rule.name}:{example.line}")
        for rule in RULES
        for example in (rule.bad if kind == "bad" else rule.good)
    ]


@pytest.mark.parametrize(("rule", "example"), _examples("bad"))
def test_a_bad_example_is_found(rule: Rule, example: Example) -> None:
    if rule.check == SHELL_SCRIPT:
        real()
    lines = [finding.place.line for finding in lint_example(example, rule)]
    if example.expect is None:
        assert lines, example.dockerfile
    else:
        assert sorted(lines) == list(example.expect), example.dockerfile


@pytest.mark.parametrize(("rule", "example"), _examples("good"))
def test_nothing_is_found_in_a_good_example(rule: Rule, example: Example) -> None:
    found = [(finding.place.line, finding.message) for finding in lint_example(example, rule)]
    assert found == [], example.dockerfile


@pytest.mark.parametrize("rule", RULES.rules, ids=lambda rule: rule.name)
def test_house_style(rule: Rule) -> None:
    assert rule.bad, "a bundled rule shows what it finds"
    assert rule.good, "and what it does not"
    assert rule.since, "and says since when it is there"
    assert re.fullmatch(r"[A-Z`].*[^ .]\.", rule.summary), "a summary is a sentence"
    assert not rule.message.text.endswith("."), "a message is no sentence"
    for text in (rule.why, rule.remedy):
        assert text.rstrip("`").endswith((".", ":")) or "\n\n" in text, text


def test_the_rule_in_the_documentation_can_be_read() -> None:
    page = (CHECKOUT / "docs" / "rules-format.md").read_text(encoding="utf-8")
    block = page.split("```yaml\n")[1].split("```")[0]
    reader = Reader()
    read_rule("rules-format.md", block.encode(), "waste", "example", CHECKS, reader)
    assert reader.problems == []


def test_every_check_is_in_the_documentation() -> None:
    page = (CHECKOUT / "docs" / "rules-format.md").read_text(encoding="utf-8")
    listed = dict(
        re.findall(r"^\| `([a-z-]+)` \| [^|]+ \| ([^|]*) \|$", page.split("## Checks\n")[1], re.MULTILINE)
    )
    fields = {name: ", ".join(f"`{{{field}}}`" for field in check.fields) for name, check in CHECKS.items()}
    assert listed == fields


def test_every_check_is_used_by_a_rule() -> None:
    assert sorted(CHECKS) == list(CHECKS)
    assert CHECKS.keys() <= {rule.check for rule in RULES}
