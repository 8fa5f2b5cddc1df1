"""Whole outputs, kept as files: ``LAYERLINT_UPDATE_SNAPSHOTS=1`` writes them anew, for a reader to judge."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "snapshots"


def check(name: str, output: str) -> None:
    """The output is, to the byte, what the file of that name holds."""
    path = FOLDER / name
    if os.environ.get("LAYERLINT_UPDATE_SNAPSHOTS") == "1":
        path.write_bytes(output.encode())
    assert path.exists(), f"no snapshot {name}: run once with LAYERLINT_UPDATE_SNAPSHOTS=1"
    assert output == path.read_bytes().decode()
