"""Two builds of one source are the same bytes, wherever and whenever they are made."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.shared import PROJECT, copy_project

SOURCES = (
    *("CHANGELOG.md", "CONTRIBUTING.md", "action.yml", "uv.lock", ".pre-commit-hooks.yaml", ".github", ".ci"),
    *("benchmarks", "docs", "examples", "tests"),
)
"""What only a source distribution has."""


def build(folder: Path, umask: int, seed: str) -> list[Path]:
    """A source distribution and a wheel of a copy of the project whose files are new."""
    source, output = folder / "source", folder / "output"
    folder.mkdir()
    source.mkdir()
    copy_project(source, *SOURCES)
    for path in source.rglob("*"):
        os.utime(path)
        if path.is_file():
            path.chmod(path.stat().st_mode & ~umask)
    environment = {key: value for key, value in os.environ.items() if key != "SOURCE_DATE_EPOCH"}
    ran = subprocess.run(
        [sys.executable, "-m", "build", "--sdist", "--wheel", "--no-isolation", "--outdir", output, source],
        cwd=folder, env={**environment, "PYTHONHASHSEED": seed},
        capture_output=True, text=True, check=False, umask=umask,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return sorted(output.iterdir())


def test_two_builds_are_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    pytest.importorskip("build")
    one, other = build(tmp_path / "one", 0o022, "1"), build(tmp_path / "another", 0o077, "2")
    assert [path.name for path in one] == [path.name for path in other]
    assert [path.suffix for path in one] == [".whl", ".gz"]
    for first, second in zip(one, other, strict=True):
        assert members(first) == members(second)
        assert first.read_bytes() == second.read_bytes(), first.name
    names = [name for path in one for name, *_ in members(path)]
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]
    tops = {name.split("/")[1] for name in names if name.startswith("layerlint-") and ".dist-info" not in name}
    assert {*PROJECT, *SOURCES} <= tops


def members(path: Path) -> list[tuple[object, ...]]:
    """What differs is told by its name."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            return [(each.filename, each.date_time, each.external_attr, each.CRC) for each in archive.infolist()]
    with tarfile.open(path) as archive:
        return [(each.name, each.mtime, each.mode, each.uid, each.uname, each.size) for each in archive]
