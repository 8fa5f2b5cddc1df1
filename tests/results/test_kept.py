"""What is served is what a fresh run tells: after every change of what the report was made from."""

from __future__ import annotations

import io
import os
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layerlint.execution import context
from layerlint.filesystem import host_files
from tests.results.conftest import Run

DOCKERFILE = """\
FROM scratch AS build
ARG WHAT=none
WORKDIR /src
COPY *.txt link requirements.txt ./
COPY app app
COPY large /large
ADD a.tar /a/
COPY --from=other / /other/
RUN pip install -r requirements.txt && rm /large && echo $WHAT
FROM build
COPY --from=build /src /src
RUN chmod -R 755 /src && rm -r /a
"""


def archive(path: Path, size: int) -> None:
    with tarfile.open(path, "w") as tar:
        member = tarfile.TarInfo("in")
        member.size = size
        tar.addfile(member, io.BytesIO(b"x" * size))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    for name in ("app/deep", "app/skipped", "other", "rules/waste", "unasked"):
        (root / name).mkdir(parents=True)
    (root / ".git").mkdir()
    (root / "Dockerfile").write_text(DOCKERFILE)
    (root / ".dockerignore").write_text("app/skipped\n!app/skipped/kept\n**/*.log\n")
    (root / ".layerlint.yaml").write_text("rules: [rules]\nignore: [latest-tag]\n")
    (root / "requirements.txt").write_text("flask==2.0.0\n")
    (root / "one.txt").write_text("1" * 5000)
    (root / "app/secret.env").write_text("TOKEN=none\n")
    (root / "app/deep/file").write_text("2" * 70_000)
    (root / "app/skipped/kept").write_text("3" * 100)
    (root / "app/skipped/gone").write_text("4" * 100)
    (root / "app/a.log").write_text("5")
    (root / "other/file").write_text("6" * 1000)
    (root / "unasked/file").write_text("7")
    (root / "large").write_bytes(b"8" * 2_000_000)
    os.utime(root / "large", ns=(1, 1))
    (root / "link").symlink_to("one.txt")
    os.link(root / "app/deep/file", root / "app/deep/name")
    archive(root / "a.tar", 30_000)
    monkeypatch.chdir(root)
    # What a large file is known by has to be older than its last change can be.
    monkeypatch.setattr(host_files, "_SETTLED", -(10**18))
    return root


def same_size_and_time(path: Path, text: str) -> None:
    before = path.stat()
    assert len(text) == before.st_size
    path.write_text(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replaced(path: Path, make: Callable[[Path], object]) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    make(path)


CHANGES: dict[str, Callable[[Path], object]] = {
    "a byte of the Dockerfile": lambda at: (at / "Dockerfile").write_text(DOCKERFILE.replace("755", "777")),
    "a comment of the Dockerfile": lambda at: (at / "Dockerfile").write_text(DOCKERFILE + "# x\n"),
    "a file grows": lambda at: (at / "one.txt").write_text("1" * 9_000_000),
    "a deep file grows": lambda at: (at / "app/deep/file").write_text("1" * 9_000_000),
    "a large file grows": lambda at: (at / "large").write_bytes(b"1" * 9_000_000),
    "a large file is packed better": lambda at: (at / "large").write_bytes(os.urandom(2_000_000)),
    "content, with size and time as before": lambda at: same_size_and_time(
        at / "requirements.txt", "numpy==1.9.9\n"
    ),
    "a secret, with size and time as before": lambda at: same_size_and_time(
        at / "app/secret.env", "TOKEN=ab12\n"
    ),
    "the time of a file": lambda at: os.utime(at / "one.txt", ns=(5, 5)),
    "the mode of a file": lambda at: (at / "app/deep/file").chmod(0o755),
    "the mode of a folder": lambda at: (at / "app/deep").chmod(0o700),
    "a name": lambda at: (at / "one.txt").rename(at / "two.txt"),
    "a deep name": lambda at: (at / "app/deep/file").rename(at / "app/deep/more"),
    "a file goes": lambda at: (at / "requirements.txt").unlink(),
    "a folder goes": lambda at: shutil.rmtree(at / "app"),
    "a file comes that the pattern matches": lambda at: (at / "two.txt").write_text("1" * 70_000),
    "a deep file comes": lambda at: (at / "app/deep/new").write_text("1" * 70_000),
    "an ignored file comes": lambda at: (at / "app/b.log").write_text("1" * 70_000),
    "a file that is ignored no more grows": lambda at: (at / "app/skipped/kept").write_text("1" * 70_000),
    "a hard link is one no more": lambda at: replaced(at / "app/deep/name", lambda path: path.write_text("2" * 70_000)),
    "a link leads elsewhere": lambda at: replaced(at / "link", lambda path: path.symlink_to("large")),
    "a link leads nowhere": lambda at: replaced(at / "link", lambda path: path.symlink_to("nothing")),
    "a link leads out": lambda at: replaced(at / "link", lambda path: path.symlink_to("../../outside")),
    "a link is a file": lambda at: replaced(at / "link", lambda path: path.write_text("1" * 9000)),
    "a file is a folder": lambda at: replaced(at / "one.txt", Path.mkdir),
    "a file is a FIFO": lambda at: replaced(at / "one.txt", os.mkfifo),
    "a folder is a link": lambda at: replaced(at / "app", lambda path: path.symlink_to("unasked")),
    "another archive": lambda at: archive(at / "a.tar", 60_000),
    "no archive": lambda at: (at / "a.tar").write_text("x"),
    "the ignore file": lambda at: (at / ".dockerignore").write_text("app\n"),
    "no ignore file": lambda at: (at / ".dockerignore").unlink(),
    "an ignore file beside the Dockerfile": lambda at: (at / "Dockerfile.dockerignore").write_text("*.txt\n"),
    "a file of a named context": lambda at: (at / "other/file").write_text("6" * 70_000),
    "a named context goes": lambda at: shutil.rmtree(at / "other"),
    "the configuration": lambda at: (at / ".layerlint.yaml").write_text("ignore: [root-user]\n"),
    "no configuration": lambda at: (at / ".layerlint.yaml").unlink(),
    "a wrong configuration": lambda at: (at / ".layerlint.yaml").write_text("ignore: [no-such-rule]\n"),
    "the user's rules": lambda at: (at / "rules/waste/own.yaml").write_text("wrong"),
    "a profile of the user": lambda at: (at / "rules/profiles").mkdir(),
}
ARGUMENTS = ("--build-context", "other=other", "--format", "json", "Dockerfile")


@pytest.mark.parametrize("change", CHANGES)
def test_after_a_change_what_a_fresh_run_tells(change: str, folder: Path, run: Run, linted: list[str]) -> None:
    first = run(*ARGUMENTS)
    assert (first, linted) == (run("--no-cache", *ARGUMENTS), ["Dockerfile", "Dockerfile"])
    assert run(*ARGUMENTS) == first
    assert len(linted) == 2, "the second run was served"
    CHANGES[change](folder)
    changed = run(*ARGUMENTS)
    fresh = len(linted)
    assert changed == run("--no-cache", *ARGUMENTS) == run(*ARGUMENTS)
    # A report was made, and made again without the cache; or neither was: an error was told instead.
    assert fresh + (1 if fresh == 3 else 0) == len(linted) or changed[0] == 2


FLAGS = (
    ("--target", "build"), ("--platform", "linux/arm64"), ("--build-arg", "WHAT=some"), ("--build-arg", "WHAT"),
    ("--differ", "native"), ("--select", "security"), ("--ignore", "root-user"), ("--severity", "root-user=error"),
    ("--profile", "strict"), ("--context", "app"), ("--build-context", "build=other"), ("--rules", "unasked"),
    ("--config", "config.yaml"), ("--fail-on", "info"), ("--baseline", "known.yaml"), ("--verbose",), ("--quiet",),
    ("./Dockerfile",), ("--base", "scratch=oci:none"), ("--select", "no-such-rule"),
    *(("--format", name) for name in ("github", "html", "markdown", "sarif", "text")),
)  # fmt: skip


@pytest.mark.parametrize("flag", FLAGS, ids=" ".join)
def test_with_another_argument_what_a_fresh_run_tells(
    flag: tuple[str, ...], folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "config.yaml").write_text("platform: linux/s390x\nselect: [waste]\n")
    run(*ARGUMENTS)
    monkeypatch.setenv("WHAT", "of the environment")
    (folder / "known.yaml").write_text("Dockerfile:\n- root-user:00000000:1\n")
    found = run(*ARGUMENTS, *flag)
    assert found == run(*ARGUMENTS, *flag, "--no-cache") == run(*ARGUMENTS, *flag)
    if flag == ("--build-arg", "WHAT"):
        monkeypatch.setenv("WHAT", "")
        assert run(*ARGUMENTS, *flag) == run(*ARGUMENTS, *flag, "--no-cache")


@pytest.mark.parametrize("told", ["github", "html", "json", "markdown", "sarif", "text"])
def test_every_format_is_served(told: str, folder: Path, run: Run, linted: list[str]) -> None:
    assert run("--format", told, "Dockerfile") == run("--format", told, "Dockerfile")
    assert linted == ["Dockerfile"]


def test_what_was_not_asked_for_may_change(folder: Path, run: Run, linted: list[str]) -> None:
    first = run(*ARGUMENTS)
    (folder / "unasked/file").write_text("more")
    (folder / "app/skipped/gone").write_text("more")
    (folder / "app/a.log").write_text("more")
    assert run(*ARGUMENTS) == first
    assert len(linted) == 1


def test_files_in_order_with_some_served(folder: Path, run: Run, linted: list[str]) -> None:
    for number in range(5):
        (folder / f"{number}.Dockerfile").write_text(f"FROM scratch\nLABEL n={number}\nADD a.tar /\n")
    first = run(".")
    linted.clear()
    (folder / "2.Dockerfile").write_text("FROM scratch\nMAINTAINER x\n")
    changed = run(".")
    assert linted == ["2.Dockerfile"]
    assert changed == run("--no-cache", ".") != first


def test_off(folder: Path, run: Run, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("--no-cache", "Dockerfile")
    monkeypatch.setenv("LAYERLINT_NO_CACHE", "1")
    run("Dockerfile")
    assert not cache.exists()


def test_a_context_with_too_much_is_not_kept(
    folder: Path, run: Run, linted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_files, "MAX_ANSWERS", 20)
    assert run(*ARGUMENTS) == run(*ARGUMENTS)
    assert len(linted) == 2


def test_a_file_that_just_changed_and_is_known_by_its_times_is_not_kept(
    folder: Path, run: Run, linted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_files, "_SETTLED", 10**12)
    assert run(*ARGUMENTS) == run(*ARGUMENTS)
    assert len(linted) == 2


def test_a_context_that_changes_while_it_is_read(
    folder: Path, run: Run, linted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The requirements are others when the forecast is done than when they were read."""
    open_regular = host_files.open_regular

    def changing(path: str) -> object:
        stream = open_regular(path)
        if path.endswith("requirements.txt"):
            Path(path).write_text("numpy==1.9.9\n")
        return stream

    monkeypatch.setattr("layerlint.execution.view.open_regular", changing)
    run(*ARGUMENTS)
    monkeypatch.undo()
    monkeypatch.chdir(folder)
    assert list((folder.parent / "cache").rglob("results/*/*")) == []


def test_a_context_that_cannot_be_read_is_not_kept(
    folder: Path, run: Run, linted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = host_files.Listing

    def refusing(where: str) -> host_files.Listing:
        if where.endswith("deep"):
            error = PermissionError(13, "Permission denied")
            assert host_files._record is None or host_files._record.failed("listing", where, error) is None
            raise error
        return listed(where)

    monkeypatch.setattr(context.host_files, "Listing", refusing)
    assert run(*ARGUMENTS) == run(*ARGUMENTS)
    assert len(linted) == 2


NAMES = st.sampled_from(
    ("app", "app/deep", "app/deep/file", "app/new", "one.txt", "two.txt", "link", "requirements.txt")
)
STEPS = st.one_of(
    st.tuples(st.just("write"), NAMES, st.sampled_from(("", "flask\n", "numpy==1.0\n", "x" * 9000))),
    st.tuples(st.just("mode"), NAMES, st.sampled_from((0o644, 0o755, 0o600))),
    st.tuples(st.just("remove"), NAMES, st.none()),
    st.tuples(st.just("link"), NAMES, NAMES),
    st.tuples(st.just("folder"), NAMES, st.none()),
    st.tuples(st.just("ignore"), st.just(".dockerignore"), st.sampled_from(("", "app", "*\n!app/deep", "*.txt"))),
)


def apply(folder: Path, step: tuple[str, str, object]) -> None:
    kind, name, value = step
    path = folder / name
    try:
        match kind, value:
            case ("write" | "ignore"), str():
                path.write_text(value)
            case "mode", int():
                path.chmod(value)
            case "remove", _:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
            case "link", str():
                path.symlink_to(os.path.relpath(folder / value, path.parent))
            case _:
                path.mkdir()
    except OSError:
        return  # such a step changes nothing


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, min_size=1, max_size=4))
def test_any_changes_in_a_row(folder: Path, run: Run, steps: list[tuple[str, str, object]]) -> None:
    """From one example to the next the folder goes on as it is: states come again, and are served again."""
    for step in steps:
        apply(folder, step)
        assert run(*ARGUMENTS) == run("--no-cache", *ARGUMENTS)
