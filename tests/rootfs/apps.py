"""The small applications of ``tests/cases/base``, with what is made rather than kept: a jar, compiled programs."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from layerlint.linter import Settings, analyse
from layerlint.report import BaseAdvice, CandidateRecord
from layerlint.rootfs.advice import advise
from layerlint.source import SourceFile

CASES = Path(__file__).parent.parent / "cases" / "base"
C = '#include <stdio.h>\nint main(void) { puts("works"); return 0; }\n'


def prepared(name: str, folder: Path) -> Path:
    """A copy of a case, complete."""
    # The snapshot is no file of the application: `COPY . .` would bring it.
    shutil.copytree(CASES / name, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("advice.txt"))
    if name == "java":
        with zipfile.ZipFile(folder / "app.jar", "w") as jar:
            jar.writestr(zipfile.ZipInfo("META-INF/MANIFEST.MF"), "Manifest-Version: 1.0\nMain-Class: App\n")
    return folder


def compiled(folder: Path, *options: str) -> Path:
    """A program of C at ``folder/program``; skips the test without a compiler."""
    if shutil.which("gcc") is None:
        pytest.skip("gcc is absent")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "program.c").write_text(C)
    command = ["gcc", *options, "-o", str(folder / "program"), str(folder / "program.c")]
    if subprocess.run(command, capture_output=True).returncode:
        pytest.skip(f"gcc {' '.join(options)} fails here")
    (folder / "program.c").unlink()
    return folder


def advice_of(dockerfile: str, folder: Path | None = None, date: str | None = None) -> BaseAdvice:
    analysis = analyse(SourceFile("Dockerfile", dockerfile), folder, Settings())
    found = advise(analysis.trace, date)
    assert found is not None
    return found


def of_reference(found: BaseAdvice, reference: str) -> CandidateRecord:
    return next(each for each in found.candidates if each.reference == reference)
