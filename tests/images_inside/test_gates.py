"""dive's gates: its comparisons, its file, its flags; on images and on forecasts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from layerlint.analysis.gates import Figures, judge, of_forecast, of_image
from layerlint.analysis.inside import look_inside
from layerlint.cli import main
from layerlint.config.dive_ci import (
    DEFAULTS,
    HIGHEST_USER_WASTED,
    HIGHEST_WASTED,
    LOWEST_EFFICIENCY,
    bound,
    read_dive_ci,
)
from layerlint.errors import InvalidFileError, UsageError
from layerlint.linter import Settings, analyse
from layerlint.report import GateStatus
from layerlint.source import SourceFile
from tests.images_inside.making import docker_archive, file, folder, gone, image

WASTEFUL = [
    [file("/base", 1000)],
    [folder("/d"), file("/d/a", 600), file("/b", 400)],
    [gone("/d"), gone("/b")],
]


def point(value: float) -> tuple[float, float, float]:
    return value, value, value


def statuses(figures: Figures, **texts: str) -> list[str]:
    return [
        record.status.name for record in judge(figures, [bound(name, text) for name, text in texts.items()])
    ]


@pytest.mark.parametrize(
    ("name", "text", "status"),
    [
        (LOWEST_EFFICIENCY, "0.95", "PASS"),  # dive compares strictly: what equals the bound passes
        (LOWEST_EFFICIENCY, "0.951", "FAIL"),
        (LOWEST_EFFICIENCY, "0", "PASS"),
        (LOWEST_EFFICIENCY, "disabled", "SKIP"),
        (LOWEST_EFFICIENCY, "OFF", "SKIP"),
        (LOWEST_EFFICIENCY, "false", "SKIP"),
        (LOWEST_EFFICIENCY, "", "SKIP"),
        (LOWEST_EFFICIENCY, "1.1", "MISCONFIGURED"),
        (LOWEST_EFFICIENCY, "-0.1", "MISCONFIGURED"),
        (LOWEST_EFFICIENCY, "nan", "MISCONFIGURED"),
        (LOWEST_EFFICIENCY, "high", "MISCONFIGURED"),
        (HIGHEST_WASTED, "20MB", "PASS"),
        (HIGHEST_WASTED, "20 MB", "PASS"),
        (HIGHEST_WASTED, "20m", "PASS"),
        (HIGHEST_WASTED, "19,999,999", "FAIL"),
        (HIGHEST_WASTED, "20000000", "PASS"),
        (HIGHEST_WASTED, "19.5MiB", "PASS"),
        (HIGHEST_WASTED, "much", "MISCONFIGURED"),
        (HIGHEST_USER_WASTED, "0.25", "PASS"),
        (HIGHEST_USER_WASTED, "0.2499", "FAIL"),
        (HIGHEST_USER_WASTED, "25", "MISCONFIGURED"),
    ],
)
def test_comparisons_are_those_of_dive(name: str, text: str, status: str) -> None:
    figures = Figures(point(0.95), point(20_000_000), point(0.25))
    assert statuses(figures, **{name: text}) == [status]


def test_an_interval_across_the_bound_cannot_be_told() -> None:
    figures = Figures((0.8, 0.9, 1.0), (10, 20, None), (0.1, 0.2, 0.3))
    assert statuses(figures, lowestEfficiency="0.85") == ["WARN"]
    assert statuses(figures, lowestEfficiency="0.8") == ["PASS"]
    assert statuses(figures, highestWastedBytes="1000") == ["WARN"]
    assert statuses(figures, highestWastedBytes="9") == ["FAIL"]
    assert statuses(figures, highestUserWastedPercent="0.3") == ["PASS"]
    assert statuses(figures, highestUserWastedPercent="0.05") == ["FAIL"]


def test_dive_s_figures_and_the_right_ones_may_disagree() -> None:
    report = look_inside(image(WASTEFUL))
    gates = {LOWEST_EFFICIENCY: "0.7", HIGHEST_WASTED: "500", HIGHEST_USER_WASTED: "0.5"}
    assert statuses(of_image(report, exact=False), **gates) == ["PASS", "PASS", "PASS"]
    assert statuses(of_image(report, exact=True), **gates) == ["FAIL", "FAIL", "FAIL"]


def test_an_image_without_bytes_above_its_base() -> None:
    """dive divides by 0: not a number, which is above nothing."""
    figures = of_image(look_inside(image([[file("/a", 10)]])), exact=False)
    assert statuses(figures, highestUserWastedPercent="0") == ["PASS"]


# ------------------------------------------------------------------------ forecasts


def forecast_statuses(text: str, context: Path | None = None, *, exact: bool, **texts: str) -> list[str]:
    figures = of_forecast(analyse(SourceFile("Dockerfile", text), context, Settings()).trace, exact=exact)
    assert figures is not None
    return statuses(figures, **texts)


@pytest.mark.parametrize("exact", [False, True])
def test_a_forecast_is_judged_before_the_build(tmp_path: Path, exact: bool) -> None:
    (tmp_path / "big").write_bytes(bytes(1000))
    (tmp_path / "other").write_bytes(bytes(1000))
    text = "FROM scratch\nCOPY big /big\nCOPY other /big\n"
    assert forecast_statuses(text, tmp_path, exact=exact, lowestEfficiency="0.6") == ["FAIL"]
    assert forecast_statuses(text, tmp_path, exact=exact, lowestEfficiency="0.5") == ["PASS"]
    assert forecast_statuses(text, tmp_path, exact=exact, highestWastedBytes="999") == ["FAIL"]


@pytest.mark.parametrize("exact", [False, True])
def test_what_is_not_understood_cannot_be_told(exact: bool) -> None:
    text = "FROM scratch\nRUN frobnicate --all\n"
    assert forecast_statuses(text, exact=exact, **DEFAULTS) == ["WARN", "SKIP", "WARN"]


@pytest.mark.parametrize("exact", [False, True])
def test_an_unknown_base_leaves_what_is_surely_wasted(exact: bool) -> None:
    text = "FROM example.org/unknown:1\nCOPY <<A /a\n1\nA\nCOPY <<A /a\n22\nA\n"
    gates = {HIGHEST_WASTED: "1", LOWEST_EFFICIENCY: "0.9", HIGHEST_USER_WASTED: "0.1"}
    assert forecast_statuses(text, exact=exact, **gates) == ["FAIL", "WARN", "FAIL"]


def test_the_forecast_s_figures_are_those_of_its_image(tmp_path: Path) -> None:
    """Where all is exact, the gate before the build is the gate after it."""
    (tmp_path / "one").write_bytes(bytes(100))
    (tmp_path / "two").write_bytes(bytes(250))
    text = "FROM scratch\nCOPY one /x\nCOPY two /x\nCOPY one /y\n"
    trace = analyse(SourceFile("Dockerfile", text), tmp_path, Settings()).trace
    built = [[], [file("/x", 100, "1")], [file("/x", 250, "2")], [file("/y", 100, "1")]]
    report = look_inside(image(built))
    for exact in (False, True):
        expected, found = of_image(report, exact=exact), of_forecast(trace, exact=exact)
        assert found is not None
        assert found.efficiency == pytest.approx(expected.efficiency)
        assert found.wasted == expected.wasted
        assert found.user_wasted == pytest.approx(expected.user_wasted)


# ------------------------------------------------------------------------ the file


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_both_spellings_of_a_key(tmp_path: Path) -> None:
    old = write(tmp_path / "a", "rules:\n  lowestEfficiency: 0.95\n  highestWastedBytes: 20MB\n")
    assert read_dive_ci(old) == {LOWEST_EFFICIENCY: "0.95", HIGHEST_WASTED: "20MB"}
    new = write(tmp_path / "b", "log: x\nrules:\n  highest-user-wasted-percent: 0.2\n  lowest-efficiency:\n")
    assert read_dive_ci(new) == {HIGHEST_USER_WASTED: "0.2", LOWEST_EFFICIENCY: ""}
    assert read_dive_ci(write(tmp_path / "c", "")) == {}
    assert read_dive_ci(write(tmp_path / "d", "rules:\n  lowestEfficiency: false\n")) == {
        LOWEST_EFFICIENCY: "false"
    }


@pytest.mark.parametrize(
    "text",
    [
        "rules: [1]\n",
        "- 1\n",
        "rules:\n  lowestEfficency: 0.9\n",
        "rules:\n  lowestEfficiency: {a: 1}\n",
        "a: &x [*x]\n",
    ],
)
def test_a_faulty_file_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidFileError):
        read_dive_ci(write(tmp_path / ".dive-ci", text))


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path / "absent", tmp_path, tmp_path / "fifo"):
        with pytest.raises(UsageError, match="not a file"):
            read_dive_ci(path)


# ------------------------------------------------------------------------ the command line


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    return str(docker_archive(tmp_path / "image.tar", WASTEFUL))


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, str]]:
    code = main(["image", "--format", "json", *arguments])
    document = json.loads(capsys.readouterr().out)
    return code, {gate["name"]: gate["status"] for gate in document.get("gates", [])}


def test_no_gate_unless_one_is_asked_for(archive: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path(".dive-ci").write_text("rules:\n  lowestEfficiency: 1\n")
    assert run(capsys, archive) == (0, {})


def test_exit_codes(archive: str, capsys: pytest.CaptureFixture[str]) -> None:
    order = (GateStatus.PASS, GateStatus.FAIL, GateStatus.SKIP, GateStatus.MISCONFIGURED)
    passed, failed, skipped, wrong = (each.value for each in order)
    assert run(capsys, archive, "--lowest-efficiency", "0.7")[0] == 0
    code, gates = run(capsys, archive, "--lowestEfficiency=0.9")
    assert (code, gates[LOWEST_EFFICIENCY], gates[HIGHEST_WASTED]) == (1, failed, skipped)
    code, gates = run(capsys, archive, "--lowest-efficiency", "2", "--highest-wasted-bytes", "1")
    assert (code, gates[LOWEST_EFFICIENCY], gates[HIGHEST_WASTED]) == (2, wrong, failed)
    assert run(capsys, archive, "--highest-wasted-bytes", "1kB")[1][HIGHEST_WASTED] == passed


def test_flags_go_before_the_file_and_the_file_before_dive_s_defaults(
    archive: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(".dive-ci").write_text("rules:\n  lowestEfficiency: 0.5\n  highestWastedBytes: 100\n")
    code, gates = run(capsys, archive, "--gates", "--highest-wasted-bytes", "1MB")
    assert list(gates.values()) == ["pass", "pass", "fail"]  # the last is dive's default
    assert code == 1
    Path("other").write_text("rules: {highestUserWastedPercent: off}\n")
    code, gates = run(capsys, archive, "--dive-ci", "other")
    assert list(gates.values()) == ["fail", "skip", "skip"]


def test_gates_of_a_forecast(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a").write_bytes(bytes(1000))
    (tmp_path / "b").write_bytes(bytes(2000))
    dockerfile = write(tmp_path / "Dockerfile", "FROM scratch\nCOPY a /x\nCOPY b /x\n")
    assert main(["layers", str(dockerfile)]) == 0
    assert "lowestEfficiency" not in capsys.readouterr().out
    assert main(["layers", "--gates", "--gate-figures", "exact", str(dockerfile)]) == 1
    told = capsys.readouterr().out.splitlines()
    assert told[-3:] == [
        "FAIL  lowestEfficiency          66.67 %, must be ≥ 90.00 %",
        "SKIP  highestWastedBytes        no bound",
        "FAIL  highestUserWastedPercent  33.33 %, must be ≤ 10.00 %",
    ]
    assert main(["layers", "--lowest-efficiency", "x", str(dockerfile)]) == 2
