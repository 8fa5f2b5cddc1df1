"""Entries that are damaged, of others, or too many; folders that cannot be written; processes side by side."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given

from layerlint._digest import digest
from layerlint.report import FileReport
from layerlint.results import store as module
from layerlint.results.encoding import decode, encode
from layerlint.results.store import Store
from tests.properties.reports import records
from tests.reporters.sample import SEVERAL
from tests.results.conftest import Run
from tests.shared import CHECKOUT

KEY = digest(b"key")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM scratch\nMAINTAINER x\nCOPY Dockerfile /\n")
    monkeypatch.chdir(folder)
    return folder


def entries(cache: Path) -> list[Path]:
    return sorted(path for path in (cache / "results").glob("*/*"))


def _anew(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """A change with a right digest in front."""

    def changed(data: bytes) -> bytes:
        body = change(data[40:])
        return digest(body).encode() + body

    return changed


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut": lambda data: data[:-1],
    "cut in the digest": lambda data: data[:20],
    "longer": lambda data: data + b" ",
    "another byte": lambda data: data.replace(b"MAINTAINER", b"MAINTAINED"),
    "zeros": lambda data: bytes(len(data)),
    "no JSON": _anew(lambda _: b"\xff{"),
    "not an object": _anew(lambda _: b"[]"),
    "nothing in it": _anew(lambda _: b"{}"),
    "another format": _anew(lambda body: body.replace(b'"format":1', b'"format":0')),
    "another key": _anew(lambda body: body.replace(b'"key":"', b'"key":"0')),
    "an unknown question": _anew(lambda body: body.replace(b'["entry"', b'["shell"')),
    "an unknown class": _anew(lambda body: body.replace(b'["Finding"', b'["Popen"')),
    "a class with too little": _anew(lambda body: body.replace(b'["Place",2,', b'["Place",')),
    "an unknown severity": _anew(lambda body: body.replace(b'["Severity","', b'["Severity","x')),
    "no report": _anew(lambda body: body[: body.index(b'"report"')] + b'"report":["",1]}'),
    "deep": _anew(lambda body: body[: body.index(b'"report"')] + b'"report":' + b"[" * 300_000 + b"]" * 300_000 + b"}"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_entry_is_none(damage: str, project: Path, cache: Path, run: Run, linted: list[str]) -> None:
    first = run("Dockerfile")
    (entry,) = entries(cache)
    data = entry.read_bytes()
    assert DAMAGE[damage](data) != data
    entry.write_bytes(DAMAGE[damage](data))
    assert run("Dockerfile") == first
    assert len(linted) == 2
    assert entry.read_bytes() == data, "it is written anew"


@pytest.mark.parametrize("kind", ["fifo", "folder", "link", "huge"])
def test_an_entry_that_is_no_file(kind: str, project: Path, cache: Path, run: Run, linted: list[str]) -> None:
    first = run("Dockerfile")
    (entry,) = entries(cache)
    kept = entry.rename(cache / "kept")
    match kind:
        case "fifo":
            os.mkfifo(entry)
        case "folder":
            entry.mkdir()
        case "link":
            entry.symlink_to(kept)
        case _:
            with entry.open("wb") as stream:
                stream.truncate(1 << 40)
    assert run("Dockerfile") == first
    assert len(linted) == 2


@pytest.mark.parametrize("which", ["top", "results"])
@pytest.mark.parametrize("kind", ["link", "open", "file", "another's"])
def test_a_folder_that_is_not_the_users_own(
    which: str, kind: str, project: Path, cache: Path, run: Run, linted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run("Dockerfile")
    folder = cache if which == "top" else cache / "results"
    match kind:
        case "link":
            folder.symlink_to(folder.rename(cache.with_name("elsewhere")))
        case "open":
            folder.chmod(0o777)
        case "file":
            folder.rename(cache.with_name("elsewhere"))
            folder.write_text("")
        case _:
            monkeypatch.setattr(os, "geteuid", lambda: 12345)
    run("Dockerfile")
    served = kind == "open" and which == "top"  # what lies in it is private all the same
    assert len(linted) == (1 if served else 2)


def test_folders_are_private(project: Path, cache: Path, run: Run) -> None:
    run("Dockerfile")
    (entry,) = entries(cache)
    modes = [path.stat().st_mode & 0o777 for path in (cache / "results", entry.parent, entry)]
    assert modes == [0o700, 0o700, 0o600]


def test_a_folder_that_cannot_be_written(project: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = run("--no-cache", "Dockerfile")
    for place in (os.path.join(os.devnull, "none"), "/proc/none", str(project / "Dockerfile")):
        monkeypatch.setenv("LAYERLINT_CACHE_DIR", place)
        assert run("Dockerfile") == fresh

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setenv("LAYERLINT_CACHE_DIR", str(project / "cache"))
    monkeypatch.setattr(os, "replace", full)
    assert run("Dockerfile") == fresh
    assert entries(project / "cache") == []


def test_the_oldest_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BUCKET", 10_000)
    store = Store(tmp_path / "cache")
    keys = [f"00{number:038x}" for number in range(30)]
    for number, key in enumerate(keys):
        store.save(key, b"x" * 900)
        os.utime(store._path(key), (number, number))
    kept = [key for key in keys if store.load(key) is not None]
    assert kept == keys[-len(kept) :]
    assert 8 <= len(kept) <= 10_000 // 940
    assert sum(path.stat().st_size for path in entries(tmp_path / "cache")) <= 10_000


def test_what_is_too_large_is_not_kept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for size in (module.MAX_ENTRY - 40, module.MAX_ENTRY):
        store.save(KEY, b"x" * size)
    data = store.load(KEY)
    assert data is not None
    assert len(data) == module.MAX_ENTRY - 40


def test_processes_side_by_side(tmp_path: Path) -> None:
    """Each finds nothing, or a whole entry; nothing is left beside the entries."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom layerlint.results import store\nstore.MAX_BUCKET = 300_000\n"
        "kept = store.Store(Path(sys.argv[1]))\n"
        "for number in range(200):\n"
        "    key = f'00{number % 7:038x}'\n"
        "    kept.save(key, sys.argv[2].encode() * 50_000)\n"
        "    data = kept.load(key)\n"
        "    assert data is None or len(set(data)) == 1 and len(data) == 50_000, 'torn'\n"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path), word], env={**os.environ, "PYTHONPATH": str(CHECKOUT)}
        )
        for word in "ab"
    ]  # fmt: skip
    assert [each.wait(120) for each in running] == [0, 0]
    assert not [path for path in entries(tmp_path) if path.name.startswith(".")]
    assert entries(tmp_path)


@given(records(FileReport))
def test_a_report_comes_back_as_it_was(file: FileReport) -> None:
    assert _again(file) == file


@pytest.mark.parametrize("file", SEVERAL.files, ids=lambda file: ascii(file.path))
def test_samples_come_back_as_they_were(file: FileReport) -> None:
    assert _again(file) == file


def _again(file: FileReport) -> FileReport:
    import json

    return decode(json.loads(encode(file)))
