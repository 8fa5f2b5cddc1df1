"""Which rules are on."""

from __future__ import annotations

import pytest

from layerlint.config import Selection, argument_names, argument_severity
from layerlint.config.located import Location, Mapping, Scalar
from layerlint.errors import InvalidFileError, UsageError
from layerlint.report import Confidence, Severity
from layerlint.ruleset.message import Message
from layerlint.ruleset.model import Rule, RuleSet
from layerlint.ruleset.selection import select_rules
from tests.ruleset.checks import Params


def rule(name: str, category: str, severity: Severity, *aliases: str) -> Rule:
    return Rule(
        name, category, "hidden", Params(), Message("", ()), severity, Confidence.HIGH, "", "", "",
        aliases=aliases,
    )  # fmt: skip


RULES = RuleSet((
    rule("a", "waste", Severity.WARNING, "DL1"),
    rule("b", "waste", Severity.OFF, "DL2"),
    rule("c", "style", Severity.INFO),
))  # fmt: skip


def on(*selections: Selection) -> dict[str, str]:
    return {rule.name: rule.severity.value for rule in select_rules(RULES, *selections)}


def selection(select: str | None = None, ignore: str = "", severity: str = "") -> Selection:
    return Selection(
        None if select is None else argument_names("--select", [select]),
        argument_names("--ignore", [ignore]),
        argument_severity("--severity", severity.split()),
    )


@pytest.mark.parametrize(
    ("select", "ignore", "severity", "expected"),
    [
        (None, "", "", {"a": "warning", "c": "info"}),
        ("all", "", "", {"a": "warning", "c": "info"}),
        ("waste", "", "", {"a": "warning"}),
        ("dl1,style", "", "", {"a": "warning", "c": "info"}),
        ("b", "", "", {"b": "warning"}),
        ("all,DL2", "", "", {"a": "warning", "b": "warning", "c": "info"}),
        ("b", "", "b=info", {"b": "info"}),
        ("opt-in", "", "", {"b": "warning"}),
        ("all,opt-in", "", "", {"a": "warning", "b": "warning", "c": "info"}),
        (None, "opt-in", "b=error", {"a": "warning", "c": "info"}),
        (None, "", "b=error", {"a": "warning", "b": "error", "c": "info"}),
        (None, "", "waste=error", {"a": "error", "c": "info"}),
        (None, "", "all=info a=error", {"a": "error", "c": "info"}),
        (None, "", "a=off", {"c": "info"}),
        ("c", "", "a=error", {"c": "info"}),
        (None, "waste", "b=error", {"c": "info"}),
        ("a", "a", "", {}),
        ("", "", "", {}),
    ],
)
def test_selection(select: str | None, ignore: str, severity: str, expected: dict[str, str]) -> None:
    assert on(selection(select, ignore, severity)) == expected


@pytest.mark.parametrize(
    ("below", "above", "expected"),
    [
        # Who selects starts anew, but keeps what was said of severities.
        (("a,b", "", "c=error"), ("style", "", ""), {"c": "error"}),
        (("a", "", ""), (None, "", "a=info"), {"a": "info"}),
        # A level does not select.
        (("a", "", ""), (None, "", "c=error"), {"a": "warning"}),
        # Named and off below, a level above puts it on: an opt-in rule of a profile.
        (("a,b", "", "b=off"), (None, "", ""), {"a": "warning"}),
        (("a,b", "", "b=off"), (None, "", "b=info"), {"a": "warning", "b": "info"}),
        # What was ignored comes back by its own name only.
        ((None, "a", ""), ("all", "", ""), {"c": "info"}),
        ((None, "a", ""), ("waste,style", "", "a=error"), {"c": "info"}),
        ((None, "waste", ""), ("all,a", "", ""), {"a": "warning", "c": "info"}),
        ((None, "", ""), (None, "dl1", ""), {"c": "info"}),
    ],
)
def test_a_selection_goes_over_another(
    below: tuple[str | None, str, str], above: tuple[str | None, str, str], expected: dict[str, str]
) -> None:
    assert on(selection(*below), selection(*above)) == expected


def test_options_set_parameters() -> None:
    place = Location("c.yaml", 3, 5)
    options = Mapping(((Scalar("count", place), Scalar("7", place, plain=True)),), place)
    chosen = Selection(options=((Scalar("DL1", place), options),))
    assert [rule.params.count for rule in select_rules(RULES, chosen)] == [7, 2]
    more = Mapping(((Scalar("deep", place), Scalar("true", place, plain=True)),), place)
    both = select_rules(RULES, chosen, Selection(options=((Scalar("a", place), more),)))
    assert [(rule.params.count, rule.params.deep) for rule in both] == [(7, True), (2, False)]


def test_all_unknown_names_and_parameters_at_once() -> None:
    place = Location("c.yaml", 3, 5)
    options = Mapping(((Scalar("cuont", place), Scalar("7", place, plain=True)),), place)
    of_file = Selection(
        select=(Scalar("al", place),),
        options=((Scalar("a", place), options), (Scalar("waste", place), options)),
    )
    with pytest.raises(InvalidFileError) as error:
        select_rules(RULES, of_file, selection(None, "wast, zzz", "stile=off"))
    assert str(error.value).split("\n") == [
        'c.yaml:3:5: there is no rule, alias or category "al" (did you mean all?)',
        'c.yaml:3:5: unknown key "cuont" (did you mean count?)',
        'c.yaml:3:5: there is no rule or alias "waste"; `layerlint rules` lists them',
        '--severity: there is no rule, alias or category "stile" (did you mean style?)',
        '--ignore: there is no rule, alias or category "wast" (did you mean waste?)',
        '--ignore: there is no rule, alias or category "zzz"; `layerlint rules` lists them',
    ]


@pytest.mark.parametrize("text", ["a", "a=", "=info", "a=eror"])
def test_a_wrong_severity_argument(text: str) -> None:
    with pytest.raises(UsageError, match="write RULE=LEVEL with a level of off, info, warning, error"):
        argument_severity("--severity", [text])
