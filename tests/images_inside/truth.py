"""Images made again of the truth about real builds: files of the same sizes at the same places."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from layerlint.images.model import History
from tests.images_inside.making import Row, file, folder, gone, hardlink, opaque, symlink

CASES = (
    "apt-lists-left",
    "apt-purge-later",
    "archives",
    "copy-then-chown",
    "move-and-delete",
    "multi-stage",
    "npm-global",
    "overwrite",
    "pip-cache",
    "shell-writes",
)


def read(oracle: Path, case: str) -> dict[str, Any]:
    with gzip.open(oracle / "truth" / f"{case}.json.gz", "rt", encoding="utf-8") as stream:
        found: dict[str, Any] = json.load(stream)
    return found


def layers(truth: dict[str, Any]) -> list[list[Row]]:
    """The rows of each tar; the content of every file is its own."""
    return [_rows(layer, number) for number, layer in enumerate(_with_layer(truth))]


def history(truth: dict[str, Any]) -> tuple[History, ...]:
    return tuple(History(row["created_by"], "", row["empty"]) for row in truth["layers"])


def _with_layer(truth: dict[str, Any]) -> list[dict[str, Any]]:
    return [layer for layer in truth["layers"] if not layer["empty"]]


def _rows(layer: dict[str, Any], number: int) -> list[Row]:
    rows = [folder(path) for path in layer["dirs"]]
    rows += [file(path, size, f"{number} {path}") for path, size in layer["files"].items()]
    rows += [symlink(path, target) for path, target in layer["links"].items()]
    rows += [gone(path) for path in layer["whiteouts"]]
    rows += [opaque(path) for path in layer["opaque"]]
    rows.sort(key=lambda row: row.path)
    return rows + [hardlink(path, target) for path, target in sorted(layer["hardlinks"].items())]
