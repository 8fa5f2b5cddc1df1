"""Images of real builds, read back in every form: what is hidden, to the byte."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from layerlint.analysis.inside import look_inside
from layerlint.images.opening import open_image
from layerlint.report import ImageReport
from tests.images_inside import truth
from tests.images_inside.making import docker_archive
from tests.shared import shared


def compare(report: ImageReport, told: dict[str, Any]) -> None:
    layers = report.layers
    assert layers.image_bytes.likely == told["image_bytes"]
    assert layers.visible_bytes.likely == told["visible_bytes"]
    assert layers.hidden_bytes.likely == told["hidden_bytes"]
    rows = [number for number, row in enumerate(told["layers"]) if not row["empty"]]
    expected = Counter(
        (each["path"], each["bytes"], rows.index(each["created"]), rows.index(each["hidden_by"]))
        for each in told["hidden"]
        if each["bytes"]
    )
    ours = Counter(
        (each.path, each.bytes.likely, each.created.layer, each.hidden_by.layer) for each in layers.hidden
    )
    assert ours == expected
    for layer, number in zip(layers.layers, rows, strict=True):
        assert layer.bytes.likely == told["layers"][number]["bytes"]
        assert all(size.is_exact for size in (layer.bytes, layer.hidden, layer.entries, layer.compressed))


def archive(case: str, folder: Path) -> tuple[Path, dict[str, Any]]:
    told = truth.read(shared("oracle"), case)
    return docker_archive(folder / "image.tar", truth.layers(told), truth.history(told)), told


@pytest.mark.parametrize("case", truth.CASES)
def test_an_archive_of_docker(case: str, tmp_path: Path) -> None:
    path, told = archive(case, tmp_path)
    compare(look_inside(open_image(str(path))), told)


@pytest.mark.parametrize("form", ["oci-archive", "oci", "docker-archive"])
def test_the_forms_of_skopeo(form: str, tmp_path: Path) -> None:
    if shutil.which("skopeo") is None:
        pytest.skip("skopeo is absent")
    path, told = archive("overwrite", tmp_path)
    target = tmp_path / ("layout" if form == "oci" else "other.tar")
    name = f"{form}:{target}:test:latest" if form == "docker-archive" else f"{form}:{target}:latest"
    copy = ["skopeo", "copy", "-q", "--insecure-policy", f"docker-archive:{path}", name]
    subprocess.run(copy, check=True, capture_output=True, timeout=120)
    compare(look_inside(open_image(f"{form}:{target}")), told)


def test_the_same_is_told_as_json(tmp_path: Path) -> None:
    from layerlint.reporters import image_reporter
    from layerlint.reporters.style import Style

    path, told = archive("move-and-delete", tmp_path)
    document = json.loads(image_reporter("json")(look_inside(open_image(str(path))), Style()))
    keys = list(document)
    assert keys[:11] == [
        "schema",
        "dockerfile",
        "target",
        "platform",
        "differ",
        "base",
        "layers",
        "image_bytes",
        "visible_bytes",
        "hidden_bytes",
        "hidden",
    ]
    assert document["schema"] == "layerlint.image/1"
    assert document["hidden_bytes"] == dict.fromkeys(("low", "likely", "high"), told["hidden_bytes"])
    assert {"dive", "duplicates"} <= set(keys)
