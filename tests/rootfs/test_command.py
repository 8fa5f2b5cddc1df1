"""``layerlint base`` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from layerlint.cli import main
from layerlint.report import BaseVerdict
from tests.rootfs.apps import CASES, advice_of, of_reference

FLASK = str(CASES / "flask" / "Dockerfile")


def test_json_has_the_needs_and_every_candidate(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["base", "--format", "json", FLASK]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == "layerlint.base/1"
    assert found["base"]["reference"] == "python:3.12"
    assert found["base"]["supported"] is None
    assert {need["kind"] for need in found["needs"]} >= {"binary", "interpreter", "shell"}
    assert all(place["line"] > 0 for need in found["needs"] for place in need["evidence"])
    slim = next(each for each in found["candidates"] if each["reference"] == "python:3.12-slim")
    assert slim["verdict"] == "meets"
    assert slim["saved"]["low"] <= slim["saved"]["likely"] <= slim["saved"]["high"]
    assert "-FROM python:3.12\n+FROM python:3.12-slim" in slim["diff"]


def test_sarif_points_at_from_and_at_the_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["base", "--format", "sarif", FLASK]) == 0
    run = json.loads(capsys.readouterr().out)["runs"][0]
    result = run["results"][0]
    assert (
        result["ruleId"]
        == run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"]
        == "base-larger-than-needed"
    )
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 1
    files = [each["physicalLocation"]["artifactLocation"]["uri"] for each in result["relatedLocations"]]
    assert "app.py" in files


def test_markdown_is_a_table_and_a_diff(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["base", "--format", "markdown", FLASK]) == 0
    said = capsys.readouterr().out
    assert "| meets | <code>python:3.12-slim</code> |" in said
    assert "````diff" in said


def test_a_date_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["base", "--today", "tomorrow", FLASK]) == 2
    assert 'write a date as YYYY-MM-DD, not "tomorrow"' in capsys.readouterr().err


def test_what_another_file_stands_on_is_there_already(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "one.Dockerfile").write_text('FROM debian:bookworm\nCMD ["date"]\n')
    (tmp_path / "two.Dockerfile").write_text('FROM debian:bookworm-slim\nCMD ["date"]\n')
    assert main(["base", "--format", "json", str(tmp_path)]) == 0
    one = json.loads(capsys.readouterr().out.splitlines()[0])
    shared = {each["reference"]: each["shared"]["likely"] for each in one["candidates"]}
    assert shared["debian:bookworm-slim"] > 70_000_000
    assert shared["scratch"] == 0


def test_layers_that_other_images_have_are_stored_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rest = 'RUN pip install flask\nCMD ["flask", "--version"]\n'
    (tmp_path / "one.Dockerfile").write_text(f"FROM python:3.12\n{rest}")
    (tmp_path / "two.Dockerfile").write_text(f"FROM python:3.12-slim\n{rest}")
    assert main(["base", "--format", "json", str(tmp_path)]) == 0
    one = json.loads(capsys.readouterr().out.splitlines()[0])
    records = {each["reference"]: each for each in one["candidates"]}
    slim, alpine = records["python:3.12-slim"], records["python:3.12-alpine"]
    assert slim["shared"]["likely"] == slim["image_bytes"]["likely"]  # the base, and what pip installs on it
    assert alpine["shared"]["likely"] == 0


def test_a_base_is_made_of_others_layers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "one.Dockerfile").write_text('FROM python:3.12-bookworm\nCMD ["python", "--version"]\n')
    (tmp_path / "two.Dockerfile").write_text('FROM debian:bookworm-slim\nCMD ["date"]\n')
    assert main(["base", "--format", "json", str(tmp_path)]) == 0
    one = json.loads(capsys.readouterr().out.splitlines()[0])
    slim = next(each for each in one["candidates"] if each["reference"] == "python:3.12-slim-bookworm")
    assert 70_000_000 < slim["shared"]["likely"] < slim["base_bytes"]["likely"]


def test_another_release_is_not_promised_where_packages_are_installed() -> None:
    plain = 'FROM debian:buster\nCMD ["date"]\n'
    installs = 'FROM debian:buster\nRUN apt-get update && apt-get install -y curl\nCMD ["curl"]\n'
    said = {
        text: of_reference(advice_of(text, date="2026-11-24"), "debian:trixie").verdict
        for text in (plain, installs)
    }
    assert said == {plain: BaseVerdict.MEETS, installs: BaseVerdict.UNKNOWN}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FROM scratch\n",
        "FROM ${X}\nRUN a\n",
        "FROM a AS b\nFROM b\nCOPY --from=b / /\n",
        "RUN x\n",
        "FROM \n",
    ],
)
def test_any_file_has_an_end(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "Dockerfile"
    path.write_text(text)
    assert main(["base", str(path)]) in (0, 2)
