"""The JSON Schemas of what is told of images: published as they are, and every document keeps to them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from layerlint.cli import main
from layerlint.reporters.schema import NAMES, schema
from tests.shared import CHECKOUT

SNAPSHOTS = Path(__file__).parent / "snapshots"
DOCUMENTS = [SNAPSHOTS / name for name in ("fleet.json", "image.json", "layers-changes.json", "verify.json")]


def faults(document: Any) -> list[str]:
    jsonschema = pytest.importorskip("jsonschema")
    name = document["schema"].removeprefix("layerlint.").removesuffix("/1")
    validator = jsonschema.Draft202012Validator(json.loads(schema(name)))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


def objects(document: Any) -> list[dict[str, Any]]:
    """Every object of the document, itself too."""
    if isinstance(document, list):
        return [found for item in document for found in objects(item)]
    if not isinstance(document, dict):
        return []
    return [document, *(found for item in document.values() for found in objects(item))]


@pytest.mark.parametrize("name", NAMES)
def test_the_published_ones_are_these(name: str) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    text = schema(name)
    jsonschema.Draft202012Validator.check_schema(json.loads(text))
    path = CHECKOUT / "docs" / "schema" / f"{name}.json"
    if os.environ.get("LAYERLINT_UPDATE_SNAPSHOTS"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_what_is_told_keeps_to_it(path: Path) -> None:
    assert faults(json.loads(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "arguments", [("layers", "--changes"), ("layers", "--gates"), ("base",)], ids=" ".join
)
def test_what_the_command_line_tells_keeps_to_it(
    arguments: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text(
        "FROM debian:bookworm-slim\n"
        "RUN apt-get update && apt-get install -y curl && unknown-command\n"
        "RUN rm -rf /var/lib/apt/lists/*\n"
        'CMD ["curl", "--version"]\n'
    )
    main([*arguments, "--format", "json", str(file)])
    document = json.loads(capsys.readouterr().out)
    assert document["dockerfile"]
    assert faults(document) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_key_of_its_own_making_is_a_fault(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for at in range(len(objects(json.loads(text)))):
        document = json.loads(text)
        objects(document)[at]["extra"] = 1
        assert faults(document), f"object {at} takes a key that is not its own"
