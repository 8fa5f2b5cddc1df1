"""Forecasts held against images: made by hand, made again of real builds, and built here and now."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from layerlint.analysis.verify import verify
from layerlint.cli import main
from layerlint.execution.trace import Trace
from layerlint.filesystem.layer import Differ
from layerlint.images.model import History
from layerlint.linter import Settings, analyse
from layerlint.report import ComparisonRecord, VerifyReport
from layerlint.source import SourceFile
from tests.images_inside import truth
from tests.images_inside.making import Row, docker_archive, file, folder, gone, image
from tests.shared import shared

DOCKERFILE = """\
FROM scratch
COPY one /srv/one
COPY two /srv/two
RUN rm /srv/one
"""
HISTORY = (
    History("COPY one /srv/one # buildkit", "", False),
    History("COPY two /srv/two # buildkit", "", False),
    History("RUN /bin/sh -c rm /srv/one # buildkit", "", False),
)
BUILT: list[list[Row]] = [[file("/srv/one", 100)], [file("/srv/two", 250)], [gone("/srv/one")]]


@pytest.fixture
def context(tmp_path: Path) -> Path:
    (tmp_path / "one").write_bytes(bytes(100))
    (tmp_path / "two").write_bytes(bytes(250))
    return tmp_path


def trace(text: str, context: Path | None = None, differ: Differ = Differ.BUILDKIT) -> Trace:
    return analyse(SourceFile("Dockerfile", text), context, Settings(differ=differ)).trace


def compared(report: VerifyReport | None) -> list[tuple[int, int | None, bool]]:
    assert report is not None
    return [(each.line, each.actual, each.within) for each in report.layers]


def test_a_forecast_that_holds(context: Path) -> None:
    report = verify(trace(DOCKERFILE, context), image(BUILT, HISTORY))
    assert report is not None
    assert compared(report) == [(2, 100, True), (3, 250, True), (4, 0, True)]
    assert (report.base.actual, report.added.actual, report.hidden.actual) == (0, 350, 100)
    assert report.within
    assert report.notes == ()


def test_a_context_that_changed_is_named_by_path(context: Path) -> None:
    (context / "two").write_bytes(bytes(300))
    report = verify(trace(DOCKERFILE, context), image(BUILT, HISTORY))
    assert compared(report) == [(2, 100, True), (3, 250, False), (4, 0, True)]
    assert report is not None
    assert not report.within
    (difference,) = report.layers[1].differences
    assert (difference.path, difference.forecast.likely, difference.actual) == ("/srv/two", 300, 250)
    assert difference.reason == "the build context has another file now"
    assert report.layers[1].error == pytest.approx(0.2)


@pytest.mark.parametrize(("tolerance", "within"), [(0.0, False), (0.19, False), (0.2, True)])
def test_tolerance_is_a_part_of_what_was_built(context: Path, tolerance: float, within: bool) -> None:
    (context / "two").write_bytes(bytes(300))
    report = verify(trace(DOCKERFILE, context), image(BUILT, HISTORY), tolerance=tolerance)
    assert report is not None
    assert report.layers[1].within is within


def test_what_an_unknown_command_wrote_is_inside_and_told(context: Path) -> None:
    text = DOCKERFILE + "RUN frobnicate --all\n"
    built = [*BUILT, [folder("/opt"), file("/opt/x", 70), file("/opt/y", 30)]]
    history = (*HISTORY, History("RUN /bin/sh -c frobnicate --all # buildkit", "", False))
    report = verify(trace(text, context), image(built, history))
    assert report is not None
    last = report.layers[3]
    assert (last.within, last.actual, [gap.command for gap in last.unmodelled]) == (
        True,
        100,
        ["frobnicate --all"],
    )
    assert [(each.path, each.actual) for each in last.differences] == [("/opt/x", 70), ("/opt/y", 30)]
    assert last.differences[0].reason == "not forecast: frobnicate --all is not understood"


def test_a_layer_of_no_instruction_is_no_success(context: Path) -> None:
    history = (*HISTORY, History("RUN /bin/sh -c something else entirely # buildkit", "", False))
    report = verify(trace(DOCKERFILE, context), image([*BUILT, [file("/x", 5)]], history))
    assert compared(report)[3] == (0, 5, False)


def test_an_instruction_without_a_layer_is_none_if_it_writes(context: Path) -> None:
    report = verify(trace(DOCKERFILE, context), image(BUILT[::2], HISTORY[::2]))
    assert compared(report) == [(2, 100, True), (4, 0, True), (3, None, False)]


def test_without_a_history_the_base_goes_by_its_bytes(context: Path) -> None:
    report = verify(trace(DOCKERFILE, context), image(BUILT, ()))
    assert compared(report) == [(2, 100, True), (3, 250, True), (4, 0, True)]
    assert report is not None
    assert report.notes[-1].startswith("the base is taken by its bytes for the first 0 layers")


def test_a_build_of_one_layer_is_compared_as_one(context: Path) -> None:
    rows = [History(row.created_by, "", True) for row in HISTORY[:2]]
    built = image([[file("/srv/two", 250)]], (*rows, HISTORY[2]))
    report = verify(trace(DOCKERFILE, context), built)
    assert compared(report) == [(2, 250, True)]
    assert report is not None
    assert (report.layers[0].end_line, report.hidden.actual, report.within) == (4, 0, True)


def test_a_file_without_stages_has_nothing_to_verify() -> None:
    assert verify(trace("# nothing\n"), image(BUILT, HISTORY)) is None


# ------------------------------------------------------------------------ real builds

HOLD = ("archives", "copy-then-chown", "move-and-delete", "multi-stage", "overwrite", "shell-writes")
"""Cases that rest on no package index, which drifts."""


@pytest.mark.parametrize("case", HOLD)
def test_real_builds_are_inside_their_forecasts(case: str) -> None:
    oracle = shared("oracle")
    told = truth.read(oracle, case)
    text = (oracle / "cases" / case / "Dockerfile").read_text()
    made = image(truth.layers(told), truth.history(told))
    report = verify(trace(text, oracle / "cases" / case, Differ.NATIVE), made)
    assert report is not None
    assert report.base.actual == told["layers"][0]["bytes"]
    rows = [row for row in told["layers"] if not row["empty"]]
    assert [each.actual for each in report.layers] == [row["bytes"] for row in rows[1:]]
    assert [each for each in (*report.layers, report.hidden) if not each.within] == []


def test_a_drifted_package_index_is_named() -> None:
    oracle = shared("oracle")
    told = truth.read(oracle, "pip-cache")
    text = (oracle / "cases" / "pip-cache" / "Dockerfile").read_text()
    made = image(truth.layers(told), truth.history(told))
    report = verify(trace(text, oracle / "cases" / "pip-cache", Differ.NATIVE), made)
    assert report is not None
    found = {each.path: each for each in report.layers[2].differences}
    # The recorded build could not cache its downloads (README of the oracle).
    assert (found["/root/.cache/pip/http/"].actual, report.layers[2].line) == (0, 4)


BUSYBOX = """\
FROM scratch AS base
ADD base.tar /
FROM base
WORKDIR /srv
COPY data /srv/data
RUN rm -r data/keep && echo done > /srv/log
RUN chmod 600 data/a.bin
"""


def test_a_build_of_here_and_now(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = shutil.which("busybox")
    if shutil.which("buildah") is None or program is None or os.geteuid() != 0:
        pytest.skip("buildah and busybox, as root, are needed to build")
    if b"statically linked" not in subprocess.check_output(["file", "-L", program]):
        pytest.skip("a static busybox is needed for a base image")
    (tmp_path / "context" / "data" / "keep").mkdir(parents=True)
    place = tmp_path / "context"
    (place / "data" / "a.bin").write_bytes(bytes(50_000))
    (place / "data" / "keep" / "b").write_bytes(bytes(20_000))
    (place / "Dockerfile").write_text(BUSYBOX)
    with tarfile.open(place / "base.tar", "w") as tar:
        data = Path(program).read_bytes()
        member = tarfile.TarInfo("bin/busybox")
        member.mode, member.size = 0o755, len(data)
        tar.addfile(member, io.BytesIO(data))
        for applet in ("sh", "rm", "echo", "chmod"):
            member = tarfile.TarInfo(f"bin/{applet}")
            member.type, member.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(member)
    store = ["--root", str(tmp_path / "root"), "--runroot", str(tmp_path / "run"), "--storage-driver", "vfs"]
    for layers in ("true", "false"):
        build = [
            "bud",
            "--format",
            "docker",
            "--isolation",
            "chroot",
            "-q",
            f"--layers={layers}",
            "-t",
            "x",
            str(place),
        ]
        done = subprocess.run(["buildah", *store, *build], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        target = tmp_path / f"{layers}.tar"
        push = ["push", "-q", "x", f"docker-archive:{target}:x:latest"]
        subprocess.run(["buildah", *store, *push], check=True, capture_output=True, timeout=120)
    subprocess.run(["buildah", *store, "rmi", "-a", "-f"], capture_output=True, timeout=60)

    # vfs has no upper directory: its layers are comparisons of two trees.
    options = ["verify", "--differ", "naive", "--format", "json", str(place / "Dockerfile")]
    assert main([*options, str(tmp_path / "true.tar")]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [(row["line"], row["actual"]) for row in document["layers"][1:]] == [
        (5, 70_000),
        (6, 5),
        (7, 50_000),
    ]
    assert all(row["forecast"]["likely"] == row["actual"] for row in document["layers"])
    assert document["hidden"]["actual"] == 70_000
    assert main([*options, str(tmp_path / "false.tar")]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [(row["line"], row["end_line"], row["actual"]) for row in document["layers"][1:]] == [
        (5, 7, 50_005)
    ]
    assert document["hidden"]["actual"] == 0
    (place / "data" / "a.bin").write_bytes(bytes(60_000))
    assert main([*options, str(tmp_path / "true.tar")]) == 1
    assert main([*options, str(tmp_path / "true.tar"), "--tolerance", "20"]) == 0


# ------------------------------------------------------------------------ the command line


def test_the_command_line(context: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = docker_archive(context / "image.tar", BUILT, HISTORY)
    (context / "Dockerfile").write_text(DOCKERFILE)
    assert main(["verify", str(context / "Dockerfile"), str(archive)]) == 0
    assert "holds for" in capsys.readouterr().out
    assert main(["verify", str(context / "Dockerfile")]) == 2
    assert main(["verify", str(context / "Dockerfile"), str(context / "absent.tar")]) == 2
    assert main(["verify", str(context / "Dockerfile"), str(archive), "--tolerance", "many"]) == 2
    assert "a number of percent" in capsys.readouterr().err


def test_an_error_of_nothing_cannot_be_said() -> None:
    from layerlint.domain.size import ZERO, Size

    def record(forecast: Size | None, actual: int | None) -> ComparisonRecord:
        return ComparisonRecord(0, 1, 1, "RUN x", forecast, actual, True, (), ())

    assert record(ZERO, 0).error == 0
    assert record(Size.exact(1), 0).error is None
    assert record(None, 5).error is None
    assert record(Size.exact(5), None).error is None
