"""Advice on small real applications; LAYERLINT_UPDATE_SNAPSHOTS=1 writes the snapshots anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from layerlint.report import BaseVerdict
from layerlint.reporters.base_text import text
from layerlint.reporters.style import Style
from tests.rootfs.apps import CASES, advice_of, compiled, of_reference, prepared

APPLICATIONS = tuple(sorted(path.parent.name for path in CASES.glob("*/Dockerfile")))
_STYLE = Style(width=120, verbose=1)


@pytest.mark.parametrize("name", APPLICATIONS)
def test_the_advice_is_as_it_was(name: str, tmp_path: Path) -> None:
    folder = prepared(name, tmp_path)
    found = text([advice_of((folder / "Dockerfile").read_text(), folder)], _STYLE)
    snapshot = CASES / name / "advice.txt"
    if os.environ.get("LAYERLINT_UPDATE_SNAPSHOTS"):
        snapshot.write_text(found, encoding="utf-8")
    assert found == snapshot.read_text(encoding="utf-8")


VERDICTS = {
    "express": ("node:22-slim", BaseVerdict.MEETS, ()),
    "express-native": ("node:22-slim", BaseVerdict.UNKNOWN, None),
    "express-typescript": ("node:22-slim", BaseVerdict.MEETS, ()),
    "fastapi": ("python:3.12-slim", BaseVerdict.MEETS, ()),
    "flask": ("python:3.12-slim", BaseVerdict.MEETS, ()),
    "golang": ("gcr.io/distroless/static-debian13", BaseVerdict.MEETS, ()),
    "golang-cgo": ("gcr.io/distroless/static-debian13", BaseVerdict.FAILS, ()),
    "golang-single": ("gcr.io/distroless/static-debian13", BaseVerdict.MEETS, ()),
    "java": ("eclipse-temurin:21-jre", BaseVerdict.MEETS, ()),
    "maven": ("eclipse-temurin:21-jre", BaseVerdict.MEETS, ()),
    "media": ("python:3.12-slim", BaseVerdict.WITH_PACKAGES, ("git",)),
    "numpy": ("python:3.12-slim", BaseVerdict.MEETS, ()),
    "pillow": ("python:3.12-slim", BaseVerdict.MEETS, ()),
    "psycopg": ("python:3.12-slim", BaseVerdict.WITH_PACKAGES, ("libpq5",)),
    "react": ("node:22-slim", BaseVerdict.MEETS, ()),
    "rust": ("gcr.io/distroless/cc-debian13", BaseVerdict.MEETS, ()),
    "script": ("debian:bookworm-slim", BaseVerdict.MEETS, ()),
}


@pytest.mark.parametrize("name", sorted(VERDICTS))
def test_the_verdict(name: str, tmp_path: Path) -> None:
    reference, verdict, packages = VERDICTS[name]
    folder = prepared(name, tmp_path)
    record = of_reference(advice_of((folder / "Dockerfile").read_text(), folder), reference)
    assert record.verdict is verdict, record.reasons
    assert packages is None or record.packages == packages
    assert record.saved is None or record.saved.likely > 0


def test_every_application_has_a_verdict() -> None:
    assert set(APPLICATIONS) == set(VERDICTS)


def test_a_binary_that_is_missing_today_is_told_and_not_held_against_a_candidate(tmp_path: Path) -> None:
    folder = prepared("media", tmp_path)
    found = advice_of((folder / "Dockerfile").read_text(), folder)
    missing = [need.name for need in found.needs if need.today == "missing"]
    assert missing == ["ffmpeg"]
    assert "ffmpeg" not in " ".join(of_reference(found, "python:3.12-slim").packages)


PROGRAM = 'FROM debian:bookworm\nCOPY program /program\nENTRYPOINT ["/program"]\n'


def test_a_static_program_needs_nothing(tmp_path: Path) -> None:
    found = advice_of(PROGRAM, compiled(tmp_path, "-static"))
    assert of_reference(found, "scratch").verdict is BaseVerdict.MEETS


def test_a_dynamic_program_needs_its_c_library(tmp_path: Path) -> None:
    found = advice_of(PROGRAM, compiled(tmp_path))
    assert of_reference(found, "scratch").verdict is BaseVerdict.FAILS
    assert of_reference(found, "debian:bookworm-slim").verdict is BaseVerdict.MEETS
