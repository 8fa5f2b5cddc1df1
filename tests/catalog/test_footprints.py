"""Measured footprints against whole layers of real builds."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path

import pytest

from layerlint.catalog import bases
from layerlint.catalog.model import BaseImage, Footprint, Package
from layerlint.catalog.packages import open_index
from layerlint.filesystem.node import Inode
from tests.catalog.closure import closure
from tests.catalog.test_bases import found, walk
from tests.shared import rows

TABLE = Path(__file__).parent / "installs.json"
"""Installs into slim images: the packages that came, and the bytes of all files but apt's and dpkg's
databases, logs and caches.  Made by ``python -m layerlint.catalog.snapshot.installs``."""


def shipped(footprint: Footprint, image: BaseImage) -> int:
    def kept(path: str) -> bool:
        if any(fnmatch(path, pattern) for pattern in image.path_includes):
            return True
        return not any(fnmatch(path, pattern) for pattern in image.path_excludes)

    pieces = (
        piece for piece in footprint.pieces if kept(f"{piece.path}/<files>" if piece.summary else piece.path)
    )
    return sum(piece.bytes.likely for piece in pieces) + footprint.info_bytes


def errors(label: str, forecasts: Iterable[tuple[str, int, int]]) -> list[float]:
    """Print a row each, and give the relative errors."""
    relative = []
    for name, truth, forecast in forecasts:
        relative.append((forecast - truth) / truth)
        print(f"{label} {name:32} truth {truth:>12,} forecast {forecast:>12,} {relative[-1]:+.2%}")
    return relative


def test_sums_of_footprints_are_the_bytes_of_installs() -> None:
    relative = errors("install", [
        (
            f"{row['image']} {' '.join(row['names'])}",
            row["bytes"],
            sum(shipped(package(row["image"], name).footprint, found(row["image"])) for name in row["packages"]),
        )
        for row in json.loads(TABLE.read_text())
    ])
    assert len(relative) >= 30
    assert statistics.median(map(abs, relative)) <= 0.01
    assert sum(abs(error) <= 0.05 for error in relative) >= 0.95 * len(relative)


def package(reference: str, name: str) -> Package:
    index = open_index(found(reference).index or "")
    assert index is not None
    there = index.get(name)
    assert there is not None, name
    return there


def databases(image: BaseImage, packages: Iterable[Package]) -> int:
    """Of dpkg and debconf, as an install rewrites them: with their old copies, without logs."""
    sizes = {path: node.size.likely for path, node in walk(image.root) if isinstance(node, Inode)}
    status = sizes["/var/lib/dpkg/status"] + sum(one.footprint.status_bytes for one in packages)
    templates = sizes["/var/cache/debconf/templates.dat"]
    return 2 * status + (2 if any(one.footprint.templates_bytes for one in packages) else 1) * templates


def test_layers_of_other_builds() -> None:
    forecasts = []
    for row in rows("oracle/builds.jsonl.gz"):
        lines = row["dockerfile"].splitlines()
        image = bases.find(lines[0].removeprefix("FROM "))
        step = next((line for line in lines if line.startswith("RUN apt-get update && apt-get install -y")), None)
        if image is None or step is None or image.index is None or "purge" in step:
            continue
        install = step.partition("install -y ")[2].partition(" &&")[0].split()
        index = open_index(image.index)
        layer = next(line for line in row["rows"] if line["created_by"].endswith(step.removeprefix("RUN ")))
        assert index is not None
        lists = 0 if "rm -rf /var/lib/apt/lists" in step else sum(file.bytes for file in index.files())
        brought = closure(
            index, [name for name in install if name[0] != "-"], image.packages,
            recommends="--no-install-recommends" not in install,
        ).values()
        forecast = sum(shipped(one.footprint, image) for one in brought) + databases(image, brought) + lists
        forecasts.append((row["name"], layer["bytes"], forecast))
    relative = errors("build", forecasts)
    assert len(relative) >= 15
    assert statistics.median(map(abs, relative)) <= 0.05


@pytest.mark.parametrize("suite", ["bullseye", "bookworm", "trixie"])
def test_estimates_of_packages_that_were_measured(suite: str) -> None:
    """The estimator, held against what it was fitted on: its bounds hold 80 % by construction."""
    index = open_index(suite)
    assert index is not None
    inside, likely, real = 0, 0, 0
    names = index.measured()
    for name in names:
        there = index.get(name)
        assert there is not None
        estimate = index.estimate(name)
        assert estimate is not None
        bytes_ = sum(piece.bytes.likely for piece in there.footprint.pieces)
        low, high = sum(p.bytes.low for p in estimate.pieces), sum(p.bytes.high or 0 for p in estimate.pieces)
        inside += int(low * 0.99 <= bytes_ <= high * 1.01 + 1024)
        likely += sum(piece.bytes.likely for piece in estimate.pieces)
        real += bytes_
    print(f"{suite}: {inside} of {len(names)} within bounds, sum off by {likely / real - 1:+.2%}")
    assert inside >= 0.7 * len(names)
    assert 0.9 <= likely / real <= 1.1
