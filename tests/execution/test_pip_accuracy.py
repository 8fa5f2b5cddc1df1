"""Forecast bytes of pip steps, held against real builds."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from layerlint.analysis.forecast import forecast
from layerlint.filesystem.layer import Differ
from layerlint.linter import Settings, analyse
from layerlint.report import LayersReport
from layerlint.source import SourceFile
from tests.shared import rows, shared


def report_of(dockerfile: str, folder: Path) -> LayersReport:
    source = SourceFile.from_bytes("Dockerfile", dockerfile.encode())
    report = forecast(analyse(source, folder, Settings(differ=Differ.NATIVE)).trace, changes=True)
    assert report is not None
    return report


def test_layers_of_pip_have_the_bytes_of_real_builds(tmp_path: Path) -> None:
    """Distributions drift between the build and the snapshot of another week: the median has to be near."""
    errors, missed = [], []
    for build in rows("oracle/builds.jsonl.gz"):
        if "pip install" not in build["dockerfile"] and "venv" not in build["dockerfile"]:
            continue
        layers = report_of(build["dockerfile"], tmp_path).layers
        real = [row for row in build["rows"] if not row["empty"] and row.get("bytes") is not None][1:]
        for ours, theirs in zip(layers, real, strict=True):
            if "apt-get" in ours.instruction:
                continue
            error = ours.bytes.likely / theirs["bytes"] - 1
            errors.append(abs(error))
            holds = ours.bytes.low <= theirs["bytes"] and theirs["bytes"] <= (ours.bytes.high or theirs["bytes"])
            missed += [] if holds else [ours.instruction]
            print(f"{theirs['bytes']:>12,} {ours.bytes.likely:>12,} {error:>+7.1%} {ours.complete} {ours.instruction}")
    assert len(errors) >= 8
    assert sorted(errors)[len(errors) // 2] <= 0.05
    assert sum(error <= 0.1 for error in errors) / len(errors) >= 0.9
    assert len(missed) / len(errors) <= 0.1, missed


@pytest.mark.parametrize(
    ("names", "real"),
    [("boto3", 26_847_146), ("flask", 4_986_563), ("numpy", 71_392_625), ("pandas", 153_355_630),
     ("requests", 3_218_857)],
)  # fmt: skip
def test_distributions_have_the_bytes_of_real_builds(names: str, real: int, tmp_path: Path) -> None:
    """``pip install --no-cache-dir`` in a venv of Debian 12, November 2026 (reference/data.md)."""
    dockerfile = (
        "FROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y --no-install-recommends python3-venv\n"
        f"RUN python3 -m venv /v\nRUN /v/bin/pip install --no-cache-dir {names}\n"
    )
    layer = report_of(dockerfile, tmp_path).layers[-1]
    assert layer.complete
    assert layer.bytes.likely / real == pytest.approx(1, abs=0.05)
    assert layer.bytes.low <= real <= (layer.bytes.high or 0)


@pytest.mark.parametrize("at", [2, 3])
def test_the_layers_of_the_oracle(at: int) -> None:
    """Without the cache, which those builds could not keep."""
    folder = shared("oracle/cases/pip-cache")
    with gzip.open(shared("oracle/truth/pip-cache.json.gz"), "rt", encoding="utf-8") as stream:
        truth = [layer for layer in json.load(stream)["layers"] if not layer["empty"]][1:]
    ours = report_of((folder / "Dockerfile").read_text(encoding="utf-8"), folder).layers[at]
    kept = sum(change.bytes.likely for change in ours.changes if change.path.startswith("/root/.cache"))
    assert ours.complete
    assert (ours.bytes.likely - kept) / truth[at]["bytes"] == pytest.approx(1, abs=0.05)
