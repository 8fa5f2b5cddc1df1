"""The program is asked once a file, and whatever it does instead of answering costs nobody a finding."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from layerlint.checks import CHECKS
from layerlint.linter import Settings, lint
from layerlint.ruleset.loader import load_bundled
from layerlint.shellcheck import program
from layerlint.shellcheck.find import find_named
from layerlint.shellcheck.program import Level, ShellCheckError, check
from layerlint.source import SourceFile
from tests.shellcheck.program import real, stand_in

KNOWN = load_bundled(CHECKS)
COMMENT = {
    "file": "0", "line": 1, "column": 1, "endLine": 1, "endColumn": 2,
    "level": "info", "code": 2086, "message": "m", "fix": None,
}  # fmt: skip


def answer(*comments: dict[str, object]) -> str:
    return f"cat <<'END'\n{json.dumps({'comments': list(comments)})}\nEND\nexit 1"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("exit 3", "ended with exit code 3"),
        ("echo '{\"comments\": []}'; exit 2", "ended with exit code 2"),
        ("kill -SEGV $$", "ended with exit code -11"),
        ("exit 0", "gave an answer that cannot be read"),
        ("echo usage: shellcheck FILE", "gave an answer that cannot be read"),
        ("echo '[]'", "gave an answer that cannot be read"),
        ("echo '{\"comments\": 7}'", "gave an answer that cannot be read"),
        (answer({"file": "0"}), "gave an answer that cannot be read"),
        (answer({**COMMENT, "level": "loud"}), "gave an answer that cannot be read"),
        (answer({**COMMENT, "line": None}), "gave an answer that cannot be read"),
        ("printf '%0100000d' 0 | tr 0 '['", "gave an answer that cannot be read"),
        ("exec sleep 30", "gave no answer within 1 s"),
        ("exec yes > /dev/null", "gave no answer within 1 s"),
    ],
)
def test_a_program_that_does_not_answer(
    script: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "_SECONDS", 0.5)
    monkeypatch.setattr(program, "_SECONDS_A_SCRIPT", 0.5)
    settings = Settings(shellcheck=stand_in(tmp_path, script))
    source = SourceFile("Dockerfile", "FROM debian:bookworm\nRUN ls $x\n")
    report = lint(source, None, settings, KNOWN, KNOWN)
    assert report.notes == (f"ShellCheck {expected}: its findings are missing",)
    assert report.findings == lint(source, None, Settings(), KNOWN, KNOWN).findings


def test_a_program_that_went_away() -> None:
    with pytest.raises(ShellCheckError, match="cannot be run: No such file or directory"):
        check(Path("/nowhere/shellcheck"), ["ls"])


def test_equal_scripts_are_one_file_and_one_process(tmp_path: Path) -> None:
    script = f'echo "$@" >> {tmp_path}/calls\ncat 0 1 > {tmp_path}/seen\n{answer(COMMENT)}'
    found = check(stand_in(tmp_path, script), ["ls a", "ls b", "ls a"])
    assert [[comment.code for comment in comments] for comments in found] == [[2086], [], [2086]]
    assert (tmp_path / "seen").read_text() == "ls als b"
    assert (tmp_path / "calls").read_text().splitlines() == ["--norc --format=json1 --severity=style 0 1"]


def test_nothing_is_asked_where_there_is_no_script() -> None:
    assert check(Path("/nowhere/shellcheck"), []) == []


def test_settings_of_the_folder_and_the_environment_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".shellcheckrc").write_text("disable=all\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SHELLCHECK_OPTS", "--exclude=SC2086,SC2154")
    (comments,) = check(real(), ["#!/bin/sh\nls $x\n"])
    assert [(comment.code, comment.level) for comment in comments] == [
        (2154, Level.WARNING),
        (2086, Level.INFO),
    ]


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    check(real(), ["ls"])
    assert list(tmp_path.iterdir()) == []


def test_a_name_is_looked_up_in_absolute_folders_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    there = stand_in(tmp_path / "bin", "")
    stand_in(tmp_path, "")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f".::bin:{tmp_path}/bin")
    assert find_named("shellcheck") == there
    assert find_named("./shellcheck") == tmp_path / "shellcheck"
    assert find_named("./absent") is None
    monkeypatch.setenv("PATH", "bin:.")
    assert find_named("shellcheck") is None
