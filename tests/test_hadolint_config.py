"""hadolint's configuration file: what it means here, what is told of it, and the same as a file of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from layerlint.checks import CHECKS
from layerlint.config import Config, load_config
from layerlint.config.hadolint import read_hadolint
from layerlint.config.located import Scalar, Sequence
from layerlint.errors import InvalidFileError
from layerlint.report import Severity
from layerlint.ruleset.loader import load_bundled
from layerlint.ruleset.selection import known_part, select_rules
from layerlint.ruleset.written import written

RULES = load_bundled(CHECKS)

WHOLE = """\
ignored: [DL3009, SC2086]
override:
  error: [DL3002]
  style: [DL3010]
  info: [DL3002]
failure-threshold: style
no-fail: false
strict-labels: true
disable-ignore-pragma: true
label-schema: {author: text, home: url, "built-at": rfc3339, rev: hash, v: semver, who: email, license: spdx}
trustedRegistries: [docker.io, "*.example.com"]
no-color: true
verbose: false
format: json
"""


def options_of(config: Config) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for rule, options in config.selection.options:
        for key, value in options.entries:
            assert isinstance(value, Sequence)
            texts = [item.text for item in value.items if isinstance(item, Scalar)]
            found.setdefault(rule.text, {})[key.text] = texts
    return found


def test_every_key() -> None:
    config = read_hadolint("x/.hadolint.yaml", WHOLE.encode())
    assert [code.text for code in config.selection.ignore] == ["DL3009", "SC2086"]
    # The highest level wins, as there, wherever it stands.
    levels = [(code.text, level.value) for code, level in config.selection.severity]
    assert levels[-3:] == [("DL3010", "info"), ("DL3002", "info"), ("DL3002", "error")]
    # What a schema and a list switch on has the level that it has there.
    assert dict(levels[:-3]) == {
        "DL3026": "error", "DL3049": "info", "DL3050": "info",
        **dict.fromkeys((f"DL305{number}" for number in "1234568"), "warning"),
    }  # fmt: skip
    assert (config.fail_on, config.ignore_comments, config.borrowed) == (Severity.INFO, False, True)
    assert (config.path, config.folder) == ("x/.hadolint.yaml", Path("x"))
    labels = ["author", "home", "built-at", "rev", "v", "who", "license"]
    assert options_of(config) == {
        "DL3049": {"labels": labels},
        "DL3050": {"labels": labels},
        "DL3051": {"labels": labels},
        "DL3052": {"labels": ["home"]},
        "DL3053": {"labels": ["built-at"]},
        "DL3054": {"labels": ["license"]},
        "DL3055": {"labels": ["rev"]},
        "DL3056": {"labels": ["v"]},
        "DL3058": {"labels": ["who"]},
        "DL3026": {"registries": ["docker.io", "*.example.com"]},
    }
    assert config.notes == (
        "x/.hadolint.yaml:14:9: format is left to the command line",
        "x/.hadolint.yaml:12:11: no-color is left to the command line",
        "x/.hadolint.yaml:13:10: verbose is left to the command line",
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Severity.WARNING), ("# nothing\n", Severity.WARNING), ("no-fail:\n", Severity.WARNING),
        ("failure-threshold: error\n", Severity.ERROR), ("failure-threshold: none\n", Severity.INFO),
        ("failure-threshold: error\nno-fail: true\n", Severity.OFF),
    ],
)  # fmt: skip
def test_the_threshold(text: str, expected: Severity) -> None:
    assert read_hadolint("h", text.encode()).fail_on is expected


def test_faults_are_errors_with_their_places() -> None:
    text = (
        "ignored: DL3009\noverride: {warn: [DL3002], info: DL3003}\nno-fail: maybe\nfailure-threshold: low\n"
        "label-schema: {a: date}\ntrustedRegistries: {a: b}\nstrict-labels: [x]\n"
    )
    with pytest.raises(InvalidFileError) as error:
        read_hadolint("h", text.encode())
    assert str(error.value).split("\n") == [
        'h:1:10: ignored must be a list, not "DL3009"',
        'h:2:12: unknown key "warn" (did you mean warning?)',
        'h:2:34: override.info must be a list, not "DL3003"',
        'h:3:10: no-fail must be true or false, not "maybe"',
        'h:4:20: failure-threshold must be one of error, warning, info, style, ignore, none, not "low"',
        'h:5:19: the type of a must be one of email, hash, rfc3339, semver, spdx, text, url, not "date"',
        "h:6:20: trustedRegistries must be a list, not a mapping",
        "h:7:16: strict-labels must be true or false, not a list",
    ]
    with pytest.raises(InvalidFileError, match="expected a mapping with the keys disable-ignore-pragma"):
        read_hadolint("h", b"- DL3009\n")
    with pytest.raises(InvalidFileError, match="not YAML"):
        read_hadolint("h", b"ignored: [")


def test_what_hadolint_overlooks_is_told() -> None:
    config = read_hadolint("h", b"ignore: [DL3009]\nignored: [dl3009, SC1, DL3009]\ntrustedRegistries: docker.io\n")
    assert config.notes == (
        'h:1:1: hadolint has no key "ignore" (did you mean ignored?)',
        'h:2:11: "dl3009" is no code of hadolint or ShellCheck',
        'h:2:19: "SC1" is no code of hadolint or ShellCheck',
    )
    assert [code.text for code in config.selection.ignore] == ["DL3009"]
    assert options_of(config) == {"DL3026": {"registries": ["docker.io"]}}


def test_it_is_read_where_there_is_none_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path / "a")
    (tmp_path / ".hadolint.yml").write_text("ignored: [DL3009]\n")
    config = load_config(Path())
    assert config.path == "../.hadolint.yml"
    assert config.notes == (
        "settings are those of ../.hadolint.yml; `layerlint rules --import ../.hadolint.yml` prints ours for them",
    )
    (tmp_path / "a" / ".hadolint.yaml").write_text("")
    assert load_config(Path()).path == ".hadolint.yaml"
    assert load_config(Path(), tmp_path / ".hadolint.yml").path == "../.hadolint.yml"
    # Ours goes before, also from further up.
    (tmp_path / ".layerlint.yaml").write_text("ignore: [waste]\n")
    config = load_config(Path())
    assert (config.path, config.notes, config.borrowed) == ("../.layerlint.yaml", (), False)


def test_written_as_ours_it_means_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    theirs = read_hadolint(".hadolint.yaml", WHOLE.encode())
    text = written(theirs, RULES)
    (tmp_path / ".layerlint.yaml").write_text(text)
    ours = load_config(Path())
    assert ours.path == ".layerlint.yaml"
    assert (ours.fail_on, ours.ignore_comments) == (theirs.fail_on, theirs.ignore_comments)
    expected = select_rules(RULES, known_part(theirs.selection, RULES)[0])
    assert select_rules(RULES, ours.selection) == expected
    assert expected != RULES


def test_the_text_of_ours() -> None:
    config = read_hadolint("h", b"ignored: [DL3009, DL9999]\noverride: {info: [DL3010]}\nno-fail: true\n")
    assert written(config, RULES) == (
        "# Out of h.  `profile: hadolint` has its rules and severities alone.\n"
        "ignore:\n"
        "  - package-index-left  # DL3009\n"
        "severity:\n"
        "  archive-kept-after-extraction: info  # DL3010\n"
        "fail-on: off\n"
        "# h:1:19: no rule stands for DL9999\n"
    )
