"""Where the reference data of the wider tests lies: beside the checkout, or where LAYERLINT_SHARED says."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent


PROJECT = ("LICENSE", "NOTICE", "README.md", "hatch_build.py", "layerlint", "pyproject.toml", "rules")
"""What a wheel is built from."""


def copy_project(folder: Path, *more: str) -> None:
    """Copy what a wheel is built from, and more files of the checkout, without caches."""
    for name in (*PROJECT, *more):
        path = CHECKOUT / name
        if path.is_dir():
            shutil.copytree(path, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
        else:
            shutil.copy(path, folder / name)


def shared(name: str) -> Path:
    """The path of one reference file or folder; skips the test, saying so, where it is absent."""
    root = Path(os.environ.get("LAYERLINT_SHARED") or CHECKOUT.parent / "shared")
    path = root / name
    if not path.exists():
        pytest.skip(f"reference data {name!r} is absent (set LAYERLINT_SHARED)")
    return path


def rows(name: str) -> Iterator[dict[str, Any]]:
    """The objects of a ``.jsonl.gz`` file of the reference data."""
    with gzip.open(shared(name), "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
