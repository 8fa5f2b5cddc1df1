"""What an ignore comment silences, in every form, and what is said of comments that silence nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlint.dockerfile.parser import parse
from layerlint.dockerfile.syntax import Document
from layerlint.report import Confidence, Finding, Severity
from layerlint.ruleset.findings import Remark, in_order, to_findings
from layerlint.ruleset.message import parse as message
from layerlint.ruleset.model import Rule, RuleSet
from layerlint.ruleset.params import NoParams
from layerlint.ruleset.suppressions import apply_comments
from layerlint.source import SourceFile, Span


def rule(name: str, *aliases: str, check: str = "x", text: str = "found", category: str = "waste") -> Rule:
    return Rule(
        name, category, check, NoParams(), message(text), Severity.WARNING, Confidence.HIGH, "", "", "",
        aliases=aliases,
    )  # fmt: skip


KNOWN = RuleSet((
    rule("invalid-suppression", check="invalid-suppression", text="{problem}", category="style"),
    rule("one", "DL3009", "CKV_DOCKER_3", "DS-0002", "StageNameCasing"),
    rule("two", "SC2086", category="cache"),
    rule("unused-hadolint-suppression", check="unused-hadolint-suppression", text="{names}", category="style"),
    rule("unused-suppression", check="unused-suppression", text="{names}", category="style"),
))  # fmt: skip


def all_findings(document: Document) -> tuple[Finding, ...]:
    """Rules one and two, on every instruction."""
    rules = [found for name in ("one", "two") if (found := KNOWN.find(name))]
    return to_findings(
        [(rule, Remark(node.span, {})) for node in document.nodes for rule in rules], document.source
    )


def left(text: str, active: RuleSet = KNOWN) -> list[str]:
    """``line rule`` of what is left, with the message of the linter's own."""
    document = parse(SourceFile("Dockerfile", text))
    before = all_findings(document)
    findings, silenced = apply_comments(before, document, KNOWN, active)
    own = [finding for finding in findings if finding.rule.endswith("-suppression")]
    assert len(before) == len(findings) - len(own) + silenced
    assert in_order(findings) == findings
    return [
        f"{found.place.line} {found.rule}" + f": {found.message}" * (found in own) for found in findings
    ]


TWO_RUNS = "FROM a\n{}RUN b\nRUN c\n"


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("", ["1 one", "1 two", "2 one", "2 two", "3 one", "3 two"]),
        ("# layerlint: ignore[one] reason\n", ["1 one", "1 two", "3 two", "4 one", "4 two"]),
        ("   #   layerlint:ignore[One]reason\n", ["1 one", "1 two", "3 two", "4 one", "4 two"]),
        ("# layerlint: ignore [one , two]\n", ["1 one", "1 two", "4 one", "4 two"]),
        ("# layerlint: ignore[DL3009, cache]\n", ["1 one", "1 two", "4 one", "4 two"]),
        ("# layerlint: ignore[one]\n\n# more\n", ["1 one", "1 two", "5 two", "6 one", "6 two"]),
        ("# layerlint: ignore[one]\n# layerlint: ignore[two]\n", ["1 one", "1 two", "5 one", "5 two"]),
        ("# layerlint: ignore-file[one] reason\n", ["1 two", "3 two", "4 two"]),
        ("# layerlint: ignore-file[all]\n", []),
        ("# hadolint ignore=DL3009,SC2086\n", ["1 one", "1 two", "4 one", "4 two"]),
        ("#hadolint  ignore=DL3009 , DL9999 # reason\n", ["1 one", "1 two", "3 two", "4 one", "4 two"]),
        ("# hadolint global ignore=DL3009\n", ["1 two", "3 two", "4 two"]),
        ("#checkov:skip=CKV_DOCKER_3:reason\n", ["1 two", "3 two", "4 two"]),
        ("# trivy:ignore:DS-0002\n", ["1 one", "1 two", "3 two", "4 one", "4 two"]),
        ("#trivy:ignore:AVD-DS-0002:exp:2030-01-01 trivy:ignore:X\n",
         ["1 one", "1 two", "3 two", "4 one", "4 two"]),
        ("# check=skip=StageNameCasing,UndefinedVar;experimental=x // why\n",
         ["1 one", "1 two", "3 two", "4 one", "4 two"]),
        ("# check=skip=all\n", ["1 one", "1 two", "3 two", "4 one", "4 two"]),
        # Not the form of these tools, so nothing is meant by it.
        ("# hadolint ignore DL3009\n", ["1 one", "1 two", "3 one", "3 two", "4 one", "4 two"]),
        ("# I like layerlint: ignore[one]\n", ["1 one", "1 two", "3 one", "3 two", "4 one", "4 two"]),
    ],
)  # fmt: skip
def test_a_comment_above_an_instruction(comment: str, expected: list[str]) -> None:
    assert left(TWO_RUNS.format(comment)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# check=skip=StageNameCasing\nFROM a\nRUN b\n", ["2 two", "3 two"]),
        ("# syntax=x\n# check=error=true;skip=all // why\nFROM a\n", ["3 two"]),
        ("FROM a\nRUN b && \\\n  # layerlint: ignore[one]\n  c\nRUN d\n",
         ["1 one", "1 two", "2 two", "5 one", "5 two"]),
        ("FROM a\nRUN <<E\n  # layerlint: ignore[one] why\nb\nE\nRUN d\n",
         ["1 one", "1 two", "2 two", "6 one", "6 two"]),
        ("FROM a\nCOPY <<E /x\n# layerlint: ignore[one] why\nE\n", ["1 one", "1 two", "2 one", "2 two"]),
        ("# hadolint stage ignore=DL3009\nFROM a\nRUN b\nFROM c\nRUN d\n",
         ["2 one", "2 two", "3 two", "4 one", "4 two", "5 one", "5 two"]),
        ("FROM a\n# hadolint stage ignore=DL3009\nFROM b\nRUN c\nRUN d\n",
         ["1 one", "1 two", "3 one", "3 two", "4 two", "5 two"]),
        ("FROM a\n# hadolint ignore=DL3009\n", ["1 one", "1 two"]),
    ],
)  # fmt: skip
def test_other_places(text: str, expected: list[str]) -> None:
    assert left(text) == expected


@pytest.mark.parametrize(
    ("comment", "problem"),
    [
        ("layerlint: ignore", "ignore must name what it is for: # layerlint: ignore[rule] reason"),
        ("layerlint: ignore one", "ignore must name what it is for: # layerlint: ignore[rule] reason"),
        ("layerlint: ignore all of [one]",
         "ignore must name what it is for: # layerlint: ignore[rule] reason"),
        ("layerlint: ignore-file[]",
         "ignore-file must name rules between [ and ]: # layerlint: ignore-file[rule, rule] reason"),
        ("layerlint: ignore[one",
         "ignore must name rules between [ and ]: # layerlint: ignore[rule, rule] reason"),
        ("layerlint: ignore[one,]",
         "ignore must name rules between [ and ]: # layerlint: ignore[rule, rule] reason"),
        ("layerlint: ingore[one]", 'unknown word "ingore" after "layerlint:" (did you mean ignore?)'),
        ("layerlint:", 'unknown word "" after "layerlint:": known are ignore, ignore-file'),
        ("layerlint ignore[one]", "a colon is missing: # layerlint: ignore[rule] reason"),
        ("layerlint: ignore[on]", 'there is no rule, alias or category "on" (did you mean one?)'),
        ("layerlint: ignore[qqq]",
         'there is no rule, alias or category "qqq"; `layerlint rules` lists them'),
    ],
)  # fmt: skip
def test_a_comment_that_cannot_be_read(comment: str, problem: str) -> None:
    found = left(TWO_RUNS.format(f"# {comment}\n"))
    assert found == [
        "1 one", "1 two", f"2 invalid-suppression: {problem}", "3 one", "3 two", "4 one", "4 two"
    ]  # fmt: skip


def test_nothing_follows() -> None:
    assert left("FROM a\n# layerlint: ignore[one]\n")[-1] == "2 invalid-suppression: no instruction follows"


def test_a_name_that_silences_nothing_is_reported_by_itself() -> None:
    document = parse(SourceFile("Dockerfile", TWO_RUNS.format("# layerlint: ignore[one, two]\n")))
    only_one = [finding for finding in all_findings(document) if finding.rule == "one"]
    findings, silenced = apply_comments(only_one, document, KNOWN, KNOWN)
    assert silenced == 1
    assert [(found.place.line, found.rule, found.message) for found in findings] == [
        (1, "one", "found"), (2, "unused-suppression", "two"), (4, "one", "found")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# hadolint ignore=two", ["two"]), ("# hadolint ignore=DL3009,sc2086", ["sc2086"]),
        ("# hadolint stage ignore=DL1", ["DL1"]), ("# hadolint ignore=DL9999", []), ("# hadolint ignore=", []),
    ],
)  # fmt: skip
def test_what_hadolint_does_not_read_is_told(comment: str, expected: list[str]) -> None:
    """It silences here nevertheless, where the word is known."""
    document = parse(SourceFile("Dockerfile", TWO_RUNS.format(f"{comment}\n")))
    findings, _ = apply_comments(all_findings(document), document, KNOWN, KNOWN)
    found = [finding.message for finding in findings if finding.rule == "invalid-suppression"]
    assert found == [f'hadolint does not read it, for "{word}" is no code' for word in expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM a\n# check=skip=StageNameCase\nRUN b\n",
         ['3 BuildKit has no rule "StageNameCase" (did you mean StageNameCasing?)']),
        ("# check=skip=stagenamecasing,InvalidBaseImagePlatform,all,Zzz\nFROM a\n",
         ['1 BuildKit has no rule "Zzz"', '1 BuildKit has no rule "stagenamecasing" (did you mean StageNameCasing?)']),
        ("# check=skip=all\nFROM a\n# check=skip=all\nRUN b\n", []),
    ],
)  # fmt: skip
def test_what_buildkit_does_not_know_is_told(text: str, expected: list[str]) -> None:
    document = parse(SourceFile("Dockerfile", text))
    findings, _ = apply_comments((), document, KNOWN, KNOWN)
    found = [(each.place.line, each.message) for each in findings if each.rule == "invalid-suppression"]
    assert [f"{line} {message}" for line, message in found] == expected


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# hadolint ignore=DL3009", ["2 unused-hadolint-suppression: DL3009"]),
        ("# hadolint global ignore=DL3009,DL9999", ["2 unused-hadolint-suppression: DL3009"]),
        ("# trivy:ignore:DS-0002", []), ("# checkov:skip=CKV_DOCKER_3", []), ("# check=skip=StageNameCasing", []),
    ],
)  # fmt: skip
def test_of_other_tools_comments_hadolints_may_be_called_unused(comment: str, expected: list[str]) -> None:
    document = parse(SourceFile("Dockerfile", TWO_RUNS.format(f"{comment}\n")))
    findings, silenced = apply_comments((), document, KNOWN, KNOWN)
    assert [f"{found.place.line} {found.rule}: {found.message}" for found in findings] == expected
    assert silenced == 0


def test_a_rule_that_did_not_run_is_not_called_unused() -> None:
    document = parse(SourceFile("Dockerfile", TWO_RUNS.format("# layerlint: ignore[one]\n")))
    active = RuleSet(tuple(rule for rule in KNOWN if rule.name != "one"))
    assert apply_comments((), document, KNOWN, active) == ((), 0)


def test_switched_off_remarks_are_not_made() -> None:
    text = "FROM a\n# layerlint: ignore\n# layerlint: ignore[two]\nRUN b\n"
    assert left(text, RuleSet(KNOWN.rules[1:3])) == ["1 one", "1 two", "4 one"]


def test_a_finding_that_reaches_past_the_instruction_stays() -> None:
    document = parse(SourceFile("Dockerfile", TWO_RUNS.format("# layerlint: ignore[one]\n")))
    (one,) = (finding for finding in all_findings(document)[:1])
    wide = replace(one, place=replace(one.place, line=3, end_line=4))
    findings, silenced = apply_comments((wide,), document, KNOWN, RuleSet(KNOWN.rules[1:2]))
    assert (findings, silenced) == ((wide,), 0)


LINES = ["# layerlint: ignore[one]", "# layerlint: ignore-file[two]", "# hadolint ignore=DL3009", "# x", "",
         "FROM a", "RUN b \\", "RUN c", "#", "# check=skip=all", "# layerlint: ignore["]  # fmt: skip


@given(st.lists(st.sampled_from(LINES), max_size=14))
def test_comments_only_take_away(lines: list[str]) -> None:
    document = parse(SourceFile("Dockerfile", "\n".join(lines)))
    before = all_findings(document)
    after, silenced = apply_comments(before, document, KNOWN, RuleSet(KNOWN.rules[1:3]))
    assert set(after) <= set(before)
    assert len(after) + silenced == len(before)


@given(st.text(max_size=80))
def test_no_comment_raises(text: str) -> None:
    left(f"FROM a\n#{text}\nRUN b")
    left(f"FROM a\n# layerlint:{text}\nRUN b")


SOURCE = "FROM a\nRUN  b\nRUN c\n RUN b\n"


def test_fingerprints_outlive_what_moves_a_line() -> None:
    def prints(text: str) -> list[str]:
        return [finding.fingerprint for finding in all_findings(parse(SourceFile("x", text)))]

    before, after = prints(SOURCE), prints(f"# a comment\n\n{SOURCE}")
    assert before == after
    assert len(set(before)) == len(before) == 8
    assert before[2].removesuffix(":1") == before[6].removesuffix(":2")


def test_a_case_may_only_be_less_certain() -> None:
    source = SourceFile("x", "FROM a")
    known = KNOWN.find("one")
    assert known is not None
    for of_rule, of_case, expected in (
        (Confidence.HIGH, Confidence.LOW, Confidence.LOW),
        (Confidence.LOW, Confidence.HIGH, Confidence.LOW),
        (Confidence.MEDIUM, None, Confidence.MEDIUM),
    ):
        case = Remark(Span(0, 4), {}, confidence=of_case)
        (finding,) = to_findings([(replace(known, confidence=of_rule), case)], source)
        assert finding.confidence is expected
