"""A baseline: what is left out, what is gone, and a text that merges."""

from __future__ import annotations

from pathlib import Path

import pytest

from layerlint.errors import InvalidFileError, UsageError
from layerlint.report import Confidence, FileReport, Finding, Place, Severity
from layerlint.ruleset.baseline import apply_baseline, read_baseline, written_baseline


def report(path: str, *fingerprints: str) -> FileReport:
    findings = (
        Finding("r", (), "waste", Severity.INFO, Confidence.HIGH, "m", Place(1, 1, 1, 2), fingerprint=mark)
        for mark in fingerprints
    )
    return FileReport(path, tuple(findings), None)


def everything(path: str, name: str) -> bool:
    return True


def all_but_a(path: str, name: str) -> bool:
    return name != "a"


A, B, C = "a:00000001:1", "b:00000002:1", "SC2086:00000003:12"
TEXT = f"Dockerfile:\n- {C}\n- {A}\nx/Dockerfile:\n- {B}\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("Dockerfile", "x/Dockerfile"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text("")
    return tmp_path


def test_written_and_read() -> None:
    files = [report("./x/Dockerfile", B), report("Dockerfile", C, A, A), report("clean")]
    text = written_baseline(files, {}, Path(), everything)
    assert text.split("\n", 1)[1] == TEXT
    Path("b.yaml").write_text(text)
    known = read_baseline(Path("b.yaml"))
    assert known == {"Dockerfile": {A, C}, "x/Dockerfile": {B}}
    assert written_baseline([], known, Path(), everything) == text


def test_known_findings_are_left_out_and_counted() -> None:
    files = [report("Dockerfile", A, B, C), report("x/Dockerfile", B)]
    known = {"Dockerfile": frozenset((A, C)), "x/Dockerfile": frozenset((A, B))}
    left, notes = apply_baseline(files, known, Path(), everything)
    assert [[finding.fingerprint for finding in file.findings] for file in left] == [[B], []]
    assert [file.known for file in left] == [2, 1]
    assert notes == ("baseline: x/Dockerfile has a no more; --write-baseline leaves that out",)


def test_of_what_did_not_run_nothing_is_gone() -> None:
    known = {"Dockerfile": frozenset((A, B)), "x/Dockerfile": frozenset((C,)), "deleted": frozenset((A,))}
    _, notes = apply_baseline([report("Dockerfile")], known, Path(), all_but_a)
    assert notes == (
        "baseline: Dockerfile has b no more; --write-baseline leaves that out",
        "baseline: there is no deleted any more",
    )
    text = written_baseline([report("Dockerfile", C)], known, Path(), all_but_a)
    assert text.split("\n", 1)[1] == f"Dockerfile:\n- {C}\n- {A}\nx/Dockerfile:\n- {C}\n"


def test_many_that_are_gone_are_a_short_note() -> None:
    known = {"Dockerfile": frozenset(f"{name}:00000001:1" for name in "abcdef")}
    _, notes = apply_baseline([report("Dockerfile")], known, Path(), everything)
    assert notes == ("baseline: Dockerfile has a, b, c and 3 more no more; --write-baseline leaves that out",)


def test_paths_are_from_the_folder_of_the_file(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(here / "x")
    for path in ("Dockerfile", "./Dockerfile", str(here / "x" / "Dockerfile"), "../x/Dockerfile"):
        assert written_baseline([report(path, B)], {}, Path(".."), everything).endswith(f"\nx/Dockerfile:\n- {B}\n")


@pytest.mark.parametrize("path", ["a b/Dockerfile", "ä", "a: b", '"', "#x", "- x", "a\nb", "-"])
def test_strange_paths(here: Path, path: str) -> None:
    Path("b.yaml").write_text(written_baseline([report(path, A)], {}, Path(), everything))
    assert read_baseline(Path("b.yaml")) == {path: {A}}


def test_a_broken_file() -> None:
    Path("b.yaml").write_text(f"a:\n- {A}\n- x\n- [y]\n- a:0001:1\nb: {A}\na: []\n")
    with pytest.raises(InvalidFileError) as error:
        read_baseline(Path("b.yaml"))
    assert str(error.value).split("\n") == [
        'b.yaml:3:3: a finding is written like "latest-tag:0a1b2c3d:1", not "x"',
        'b.yaml:4:3: a finding is written like "latest-tag:0a1b2c3d:1", not a list',
        'b.yaml:5:3: a finding is written like "latest-tag:0a1b2c3d:1", not "a:0001:1"',
        'b.yaml:6:4: the findings of b must be a list, not "a:00000001:1"',
        "b.yaml:7:1: a is given twice",
    ]
    Path("b.yaml").write_text("<<<<<<< HEAD\n")
    with pytest.raises(InvalidFileError, match="a baseline is a mapping of paths to lists"):
        read_baseline(Path("b.yaml"))
    with pytest.raises(UsageError, match=r"absent\.yaml: the baseline cannot be read: No such file"):
        read_baseline(Path("absent.yaml"))
    Path("b.yaml").write_text("")
    assert read_baseline(Path("b.yaml")) == {}
