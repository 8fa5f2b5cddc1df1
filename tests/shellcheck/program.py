"""The real program of the tests, and stand-ins that misbehave."""

from __future__ import annotations

from pathlib import Path

import pytest

from layerlint.shellcheck.find import find_beside_interpreter


def real() -> Path:
    """Skips the test where the extra is not installed."""
    program = find_beside_interpreter()
    if program is None:
        pytest.skip("ShellCheck is not installed (the extra `shellcheck`)")
    return program


def stand_in(folder: Path, script: str) -> Path:
    """An executable sh script in the place of ShellCheck."""
    program = folder / "shellcheck"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program
