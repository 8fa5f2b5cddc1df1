"""Runs with a cache of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from layerlint import batch
from layerlint.cli import main

Told: TypeAlias = tuple[int, str, str]
Run: TypeAlias = Callable[..., Told]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.delenv("LAYERLINT_NO_CACHE")
    monkeypatch.setenv("LAYERLINT_CACHE_DIR", str(folder))
    for name in ("GITHUB_STEP_SUMMARY", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture
def run(cache: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    def told(*arguments: str) -> Told:
        code = main(["check", "--shellcheck", "off", *arguments])
        return code, *capfd.readouterr()

    return told


@pytest.fixture
def linted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths that were linted, not served."""
    paths: list[str] = []
    lint = batch._lint

    def noting(path: str, data: bytes, job: batch.Job) -> object:
        paths.append(path)
        return lint(path, data, job)

    monkeypatch.setattr(batch, "_lint", noting)
    return paths
