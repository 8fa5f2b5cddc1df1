"""Profiles: those that ship, a user's own, and their faults."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from layerlint.checks import CHECKS
from layerlint.config.located import Location, Scalar
from layerlint.errors import InvalidFileError
from layerlint.report import Severity
from layerlint.ruleset import profiles
from layerlint.ruleset.loader import load_bundled
from layerlint.ruleset.profiles import Profile, bundled_profiles, compile_profiles, load_profile
from layerlint.ruleset.selection import select_rules
from tests.shared import CHECKOUT, shared

RULES = load_bundled(CHECKS)
LEVELS = {"error": "error", "warning": "warning", "info": "info", "style": "info", "ignore": "off"}


def load(name: str | None, *folders: Path) -> Profile:
    word = None if name is None else Scalar(name, Location("c.yaml", 1, 10))
    return load_profile(word, folders, RULES)


def test_what_ships() -> None:
    found = bundled_profiles(RULES)
    assert [profile.name for profile in found] == ["default", "hadolint", "strict"]
    assert all(profile.summary.endswith(".") for profile in found)


def test_the_default_profile_is_no_profile() -> None:
    assert select_rules(RULES, load(None).selection) == select_rules(RULES)


def test_the_strict_profile_has_every_rule() -> None:
    strict = {rule.name: rule for rule in select_rules(RULES, load("strict").selection)}
    assert sorted(strict) == [rule.name for rule in RULES]
    for rule in RULES:
        expected = Severity.WARNING if rule.severity is Severity.OFF else rule.severity
        assert strict[rule.name].severity is expected


def test_the_hadolint_profile_has_hadolints_codes() -> None:
    """All of them, with its severities: off and style, which we have not, are off and info."""
    table = re.findall(r"^\| (DL\d{4}) \| (\w+)", shared("reference/hadolint.md").read_text(), re.MULTILINE)
    levels = {code: LEVELS[severity] for code, severity in table}
    assert len(levels) == 72
    text = (CHECKOUT / "rules" / "profiles" / "hadolint.yaml").read_text()
    select, _, severity = text.partition("]\n")
    assert re.findall(r"DL\d{4}", select) == sorted(levels)
    # DL1001 and DL3057 are off, as are rules that are opt-in here until a level is given.
    given = dict(re.findall(r"(DL\d{4}): (\w+)", severity))
    assert given == levels


def test_the_hadolint_profile_is_of_rules_with_its_codes() -> None:
    on = list(select_rules(RULES, load("hadolint").selection))
    assert len(on) >= 15
    for rule in on:
        # One rule gives all of ShellCheck's codes.
        codes = [alias for alias in rule.aliases if re.fullmatch(r"DL\d{4}", alias)]
        assert codes or rule.name == "shell-script", rule.name


def test_a_users_own_goes_before(tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "strict.yaml").write_text("summary: Mine.\nselect: [waste]\n")
    (tmp_path / "profiles" / "house.yaml").write_text("summary: Ours.\nseverity: {no-such-rule: info}\n")
    assert load("strict", tmp_path).summary == "Mine."
    assert load("hadolint", tmp_path) == load("hadolint")
    # Of a user's profile, an unknown name is a fault.
    with pytest.raises(InvalidFileError, match=r'house\.yaml:2:12: there is no rule, alias or category "no-such'):
        select_rules(RULES, load("house", tmp_path).selection)
    with pytest.raises(InvalidFileError, match=r'c\.yaml:1:10: there is no profile "hous" \(did you mean house\?\)'):
        load("hous", tmp_path)
    for name in ("zzzz", "../../x", ""):
        with pytest.raises(InvalidFileError, match="known are default, hadolint, house, strict"):
            load_profile(Scalar(name, Location("--profile")), [tmp_path], RULES)


def test_every_fault_of_a_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("profiles").mkdir()
    Path("profiles/x.yaml").write_text("selct: [a]\nseverity: {a: loud}\noptions: {a: 3}\nignore: a\n")
    with pytest.raises(InvalidFileError) as error:
        load("x", Path())
    assert str(error.value).split("\n") == [
        'profiles/x.yaml:1:1: unknown key "selct" (did you mean select?)',
        "profiles/x.yaml:1:1: the key summary is missing",
        'profiles/x.yaml:2:15: the severity of a must be one of off, info, warning, error, not "loud"',
        'profiles/x.yaml:3:14: the options of a must be a mapping, not "3"',
        'profiles/x.yaml:4:9: ignore must be a list, not "a"',
    ]
    Path("profiles/x.yaml").write_text("")
    with pytest.raises(InvalidFileError, match=r"^profiles/x\.yaml: the file is empty$"):
        load("x", Path())


def test_a_wheel_has_them_as_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [load(name).selection.select is None for name in ("default", "hadolint", "strict")]
    (tmp_path / "profiles.json").write_text(compile_profiles(CHECKOUT / "rules"))
    monkeypatch.setattr(profiles, "bundled", lambda name: tmp_path / name)
    assert [load(name).selection.select is None for name in ("default", "hadolint", "strict")] == expected
