"""Many files: told in order and not kept, whatever becomes of the processes that read them."""

from __future__ import annotations

import gc
import multiprocessing
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from layerlint import batch
from layerlint.batch import AHEAD, ENOUGH, Job, Result, lint_all
from layerlint.checks import CHECKS
from layerlint.cli import main
from layerlint.linter import Settings
from layerlint.report import FileReport
from layerlint.reporters import STREAMS, reporter, stream
from layerlint.reporters.style import Style
from layerlint.ruleset.active import Active
from layerlint.ruleset.loader import load_bundled
from layerlint.ruleset.model import RuleSet
from tests.reporters import sample
from tests.shared import CHECKOUT

MANY = 3 * ENOUGH


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_STEP_SUMMARY", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for number in range(MANY):
        (tmp_path / f"{number:03}.Dockerfile").write_text(f"FROM scratch\nFROBNICATE {number}\n")
    return tmp_path


@pytest.fixture(scope="module")
def job() -> Job:
    known = load_bundled(CHECKS)
    syntax = RuleSet(tuple(rule for rule in known if rule.name == "syntax"))
    return Job(Settings(), Active(known, syntax, {}, ()))


@pytest.fixture
def forked() -> Iterator[None]:
    """Processes that have what a test put in place of something."""
    before = multiprocessing.get_start_method(allow_none=True)
    multiprocessing.set_start_method("fork", force=True)
    yield
    multiprocessing.set_start_method(before, force=True)


def paths() -> list[str]:
    return sorted(path.name for path in Path().glob("*.Dockerfile"))


def told(results: Iterator[Result]) -> list[str]:
    found = []
    for result in results:
        assert result.report is not None, result.problems
        found.append(result.report.findings[0].message.split()[-1])
    return found


# ------------------------------------------------------------------------ processes


def _slow_first(path: str, job: Job) -> Result:
    """As ``lint_path``, with the first file as the last that is done."""
    if path == "000.Dockerfile":
        wanted = [f"{number:03}.read" for number in range(1, AHEAD)]
        for name in wanted:
            while not Path(name).exists():
                os.sched_yield()
        ahead = [name for name in os.listdir() if name.endswith(".read")]
        Path("ahead").write_text(str(len(ahead)))
    Path(path.replace("Dockerfile", "read")).touch()
    return Result(FileReport(path, (), None))


def test_results_keep_the_order_and_no_more_is_read_ahead_than_is_held(
    folder: Path, job: Job, forked: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second process reads all that it may while the first stands at the first file."""
    monkeypatch.setattr(batch, "lint_path", _slow_first)
    monkeypatch.setattr(batch, "_GIVEN", 1)
    found = [result.report.path for result in lint_all(paths(), job, jobs=2) if result.report]
    assert found == paths()
    assert len(found) > AHEAD
    assert (folder / "ahead").read_text() == str(AHEAD - 1)


def _killing(path: str, job: Job) -> Result:
    """As ``lint_path``, but two files take too much: one of them only once."""
    if path == "030.Dockerfile" or (path == "050.Dockerfile" and not Path("seen").exists()):
        Path("seen" if path == "050.Dockerfile" else "other").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return _lint_path(path, job)


_lint_path = batch.lint_path


def test_a_killed_process_costs_its_file_alone(
    folder: Path, forked: None, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(batch, "lint_path", _killing)
    code = main(["check", "--shellcheck", "off", "--jobs", "2", "--select", "syntax", "."])
    out, err = capfd.readouterr()
    assert code == 3
    assert err == (
        "layerlint: 030.Dockerfile: the process that read it was killed, by SIGKILL, 2 times "
        "(is there too little memory?); --jobs 1 takes the least\n"
    )
    lines = [line.split(":")[0] for line in out.splitlines()]
    assert lines == [*(path for path in paths() if path != "030.Dockerfile"), f"{MANY - 1} files"]


def test_a_machine_without_processes_reads_all_itself(
    folder: Path, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: object, job: Job) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(batch._Worker, "__init__", refused)
    assert told(lint_all(paths(), job, jobs=2)) == ["FROBNICATE"] * MANY


def _children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def test_to_close_it_ends_the_processes(folder: Path, job: Job) -> None:
    before = _children()
    results = lint_all(paths(), job, jobs=3)
    next(results)
    assert len(_children() - before) == 3
    results.close()
    assert _children() == before


# --------------------------------------------------------------------------- memory


@pytest.mark.parametrize("form", sorted(STREAMS))
def test_nothing_is_kept_of_a_file_that_is_told(
    form: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Reports are counted, among all objects, when each next file is read."""
    held = []

    def counting(path: str, job: Job) -> Result:
        held.append(sum(type(each) is FileReport for each in gc.get_objects()) - before)
        return _lint_path(path, job)

    monkeypatch.setattr(batch, "lint_path", counting)
    before = sum(type(each) is FileReport for each in gc.get_objects())
    one = FileReport("a", (), None)
    assert sum(each is one for each in gc.get_objects()) == 1, "they can be counted"
    del one
    assert main(["check", "--shellcheck", "off", "--jobs", "1", "--format", form, "."]) == 1
    assert len(held) == MANY
    assert max(held) <= 2
    assert capfd.readouterr().out


# --------------------------------------------------------------------------- the text


@pytest.mark.parametrize("form", sorted(STREAMS))
@pytest.mark.parametrize("style", [Style(), Style(verbose=1), Style(quiet=True)], ids=["", "verbose", "quiet"])
def test_the_parts_are_the_whole(form: str, style: Style) -> None:
    report = sample.SEVERAL
    one_by_one = stream(form, style, len(report.files))
    parts = [one_by_one.file(file) for file in report.files]
    assert "".join([*parts, one_by_one.end(report.notes)]) == reporter(form)(report, style)
    for file, part in zip(report.files, parts, strict=True):
        assert all(finding.name in part for finding in file.findings)


def program(*arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    # Where the tests run in the background, SIGINT is ignored, and so it would be in what they start.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "layerlint", *arguments], env=environment, start_new_session=True, **options
        )
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_ends_all_at_once(folder: Path) -> None:
    """To the whole group, as a terminal sends it, while the processes are at a file that takes long."""
    for number in range(MANY):
        (folder / f"{number:03}.Dockerfile").write_text("FROM scratch\n" + "RUN for i in 1 2; do cp a b; done\n" * 3000)
    ran = program("--shellcheck", "off", "--jobs", "2", ".", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    group = os.getpgid(ran.pid)
    while len(_children_of(ran.pid)) < 2:
        assert ran.poll() is None
        os.sched_yield()
    workers = _children_of(ran.pid)
    os.killpg(group, signal.SIGINT)
    _, err = ran.communicate(timeout=60)
    assert (ran.returncode, err) == (130, b"")
    assert not [worker for worker in workers if Path("/proc", worker).exists()]


def test_processes_outlive_nobody(folder: Path) -> None:
    """The one that began them is killed: they end when they would hand over what they have read."""
    ran = program("--shellcheck", "off", "--jobs", "3", ".", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while len(_children_of(ran.pid)) < 3:
        assert ran.poll() is None
        os.sched_yield()
    ran.kill()
    _, err = ran.communicate(timeout=60)  # which they have open too
    assert err == b""


def _children_of(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []


def test_a_reader_that_goes_away_ends_all(folder: Path) -> None:
    """The reader takes one line: of many files, most are never read."""
    for number in range(200):
        (folder / f"{number:03}.Dockerfile").write_text("FROM scratch\n" + "FROBNICATE\n" * 300)
    ran = program("-q", "--shellcheck", "off", "--jobs", "2", ".", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert ran.stdout is not None
    assert ran.stderr is not None
    assert ran.stdout.readline().startswith(b"000.Dockerfile:2:1: error:")
    assert ran.poll() is None, "the first file is told before the last is read"
    ran.stdout.close()
    assert ran.stderr.read() == b""
    assert ran.wait(timeout=60) == 0
    ran.stderr.close()


def test_progress_makes_room_for_what_is_told(folder: Path) -> None:
    """Both on one terminal: no line of the report has a piece of the progress in it, and none is left."""
    leader, follower = pty.openpty()
    ran = program("--shellcheck", "off", "--no-color", "--jobs", "2", ".", stdout=follower, stderr=follower)
    os.close(follower)
    said = b""
    try:
        while part := os.read(leader, 65536):
            said += part
    except OSError:  # the end of a terminal
        pass
    os.close(leader)
    assert ran.wait(timeout=60) == 1
    assert f"20 of {MANY} files".encode() in said
    screen = [line.split(b"\r\x1b[K")[-1] for line in said.replace(b"\r\n", b"\n").split(b"\n")]
    assert not [line for line in screen if b" of " in line and b"files" in line]
    assert sum(b": error: " in line for line in screen) == MANY
