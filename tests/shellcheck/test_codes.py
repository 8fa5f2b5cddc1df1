"""ShellCheck's codes are names: in settings, in comments, in every report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from layerlint import cli
from layerlint.cli import arguments, output
from layerlint.cli.shellcheck import read_shellcheck
from tests.shellcheck.program import real, stand_in

TEXT = 'FROM example.org/unknown:1\nRUN cd x; ls $y\nRUN echo "$z" `id`\n'
"""SC2164 (warning), SC2086 (info) and SC2154 (warning); SC2154, SC2046 (warning, lowered) and SC2006 (style)."""
ALL = ["SC2046 info", "SC2086 info", "SC2154 warning", "SC2154 warning", "SC2164 warning"]


def told(
    folder: Path, capfd: pytest.CaptureFixture[str], *arguments: str, text: str = TEXT, config: str = ""
) -> list[str]:
    """``code severity`` of ShellCheck's findings, and names for nothing in comments; sorted."""
    real()
    (folder / "Dockerfile").write_text(text)
    (folder / ".layerlint.yaml").write_text(config)
    cli.main([str(folder / "Dockerfile"), "--format", "json", *arguments])
    (file,) = json.loads(capfd.readouterr().out)["files"]
    codes = [
        f"{finding['aliases'][0]} {finding['severity']}"
        for finding in file["findings"]
        if finding["rule"] == "shell-script"
    ]
    comments = [
        f"unused {finding['message'].split()[-1]}"
        for finding in file["findings"]
        if finding["rule"] == "unused-suppression"
    ]
    return sorted(codes + comments)


def without(*codes: str) -> list[str]:
    return [each for each in ALL if each.split()[0] not in codes]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], ALL),
        (["--ignore", "SC2154"], without("SC2154")),
        (["--ignore", "sc2154,SC2086"], without("SC2154", "SC2086")),
        (["--ignore", "SC9999"], ALL),
        (["--ignore", "shell-script"], []),
        (["--severity", "SC2164=off"], without("SC2164")),
        (["--severity", "SC2164=error"], [*without("SC2164"), "SC2164 error"]),
        (["--severity", "SC2046=warning"], ["SC2046 warning", *without("SC2046")]),
        # Of the rule: no more than this.
        (["--severity", "shell-script=info"], [each.replace("warning", "info") for each in ALL]),
        (["--severity", "shell-script=off"], []),
        (["--select", "SC2086"], ["SC2086 info"]),
        (["--select", "SC2086,SC2164", "--ignore", "SC2164"], ["SC2086 info"]),
        (["--select", "correctness,SC2086"], ALL),
        (["--select", "SC2086,correctness"], ALL),
        (["--select", "waste"], []),
        (["--shellcheck", "off"], []),
    ],
)
def test_settings(
    given: list[str], expected: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert told(tmp_path, capfd, *given) == expected


@pytest.mark.parametrize(
    ("config", "given", "expected"),
    [
        ("ignore: [SC2154]", [], without("SC2154")),
        ("severity: {SC2154: off, SC2164: error}", [], [*without("SC2154", "SC2164"), "SC2164 error"]),
        ("select: [SC2154]", [], ["SC2154 warning", "SC2154 warning"]),
        ("ignore: [SC2154]", ["--select", "SC2154"], ["SC2154 warning", "SC2154 warning"]),
        ("options: {shell-script: {minimum: warning}}", [], without("SC2086")),
        ("options: {shell-script: {minimum: style}}", [], ["SC2006 info", *ALL]),
        ("options: {shell-script: {lowered: [SC2164]}}", [], [
            "SC2046 warning", "SC2086 info", "SC2154 warning", "SC2154 warning", "SC2164 info"]),
        ("options: {shell-script: {left-out: [SC2154]}}", [], without("SC2154")),
        ("options: {shell-script: {last-only: true, lowered: []}}", [], ["SC2086 info"]),
        ("options: {shell-script: {last-only: true, minimum: style}}", [], ["SC2006 info", "SC2086 info"]),
    ],
)  # fmt: skip
def test_configuration(
    config: str, given: list[str], expected: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert told(tmp_path, capfd, *given, config=config) == expected


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("# hadolint ignore=SC2164,SC2086", ["SC2046 info", "SC2154 warning", "SC2154 warning"]),
        ("# layerlint: ignore[SC2154]", ["SC2046 info", "SC2086 info", "SC2154 warning", "SC2164 warning"]),
        ("# layerlint: ignore-file[sc2154]", without("SC2154")),
        ("# layerlint: ignore[shell-script]", ["SC2046 info", "SC2154 warning"]),
        ("# layerlint: ignore[SC2002]", [*ALL, "unused SC2002"]),
    ],
)
def test_comments(
    comment: str, expected: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = TEXT.replace("RUN", f"{comment}\nRUN", 1)
    assert told(tmp_path, capfd, text=text) == expected


def test_a_comment_is_not_unused_where_shellcheck_did_not_run(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = TEXT.replace("RUN", "# layerlint: ignore[SC2002]\nRUN", 1)
    assert told(tmp_path, capfd, "--shellcheck", "off", text=text) == []


def test_sarif_has_a_rule_for_each_code(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    real()
    (tmp_path / "Dockerfile").write_text(TEXT)
    cli.main([str(tmp_path / "Dockerfile"), "--format", "sarif", "--select", "shell-script"])
    (run,) = json.loads(capfd.readouterr().out)["runs"]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in run["results"]} == {"SC2046", "SC2086", "SC2154", "SC2164"}
    assert all(
        run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        for result in run["results"]
    )
    assert rules["SC2086"]["helpUri"] == "https://www.shellcheck.net/wiki/SC2086"
    assert rules["SC2164"]["defaultConfiguration"] == {"level": "warning"}


def test_a_program_that_fails_is_told_and_the_rest_is_there(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian:bookworm\nRUN ls $x\n")
    program = stand_in(tmp_path, "exit 4")
    code = cli.main([str(tmp_path / "Dockerfile"), "-q", "--shellcheck", str(program), "--fail-on", "error"])
    out, err = capfd.readouterr()
    assert code == output.OK
    assert "[root-user]" in out
    assert err == (
        f"layerlint: {tmp_path}/Dockerfile: ShellCheck ended with exit code 4: its findings are missing\n"
    )


def test_without_the_extra(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\nRUN ls $x\n")
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    cli.main([str(tmp_path / "Dockerfile")])
    assert "ShellCheck" not in "".join(capfd.readouterr())
    cli.main([str(tmp_path / "Dockerfile"), "-v"])
    note = "ShellCheck is not installed, so scripts are not checked: pip install 'layerlint[shellcheck]'"
    assert note in capfd.readouterr().out
    cli.main(["--version"])
    assert "ShellCheck is not installed" in capfd.readouterr().out


def test_no_program_is_taken_out_of_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither of the folder that is linted, nor by ``PATH``."""
    stand_in(tmp_path, "")
    (tmp_path / "bin").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "bin" / "python"))
    options = arguments.parser("check").parse_args(["check"])
    assert read_shellcheck(options) == (None, ())


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("example.org/unknown:1", {"SC2086": "medium", "SC2154": "low", "SC3046": "low"}),
        ("debian:bookworm", {"SC2086": "medium", "SC2154": "medium", "SC3046": "medium"}),
        ("fedora:38", {"SC2086": "medium", "SC2154": "medium"}),
    ],
)
def test_what_rests_on_an_unknown_base_is_told_in_doubt(
    base: str, expected: dict[str, str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    real()
    (tmp_path / "Dockerfile").write_text(f"FROM {base}\nRUN source /etc/profile && ls $x\n")
    cli.main([str(tmp_path / "Dockerfile"), "--format", "json", "--select", "shell-script"])
    (file,) = json.loads(capfd.readouterr().out)["files"]
    assert {each["aliases"][0]: each["confidence"] for each in file["findings"]} == expected


def test_a_script_that_is_too_long_costs_the_others_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    real()
    long = "\n".join("true" for _ in range(50_000))
    (tmp_path / "Dockerfile").write_text(f"FROM scratch\nRUN ls $x\nRUN <<EOF\n{long}\nls $y\nEOF\n")
    cli.main([str(tmp_path / "Dockerfile"), "-q", "--select", "SC2086"])
    out, err = capfd.readouterr()
    assert "Dockerfile:2:8: info:" in out
    assert len(out.splitlines()) == 1
    assert "ShellCheck is not given scripts of more than 200000 characters" in err
