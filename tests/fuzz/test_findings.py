"""What fuzzing has found, and a few seeds, each run without the fuzzer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.target import check

FINDINGS = sorted((Path(__file__).parent / "findings").iterdir())


@pytest.mark.parametrize("path", FINDINGS, ids=lambda path: path.name)
def test_finding(path: Path) -> None:
    check(path.read_bytes())
