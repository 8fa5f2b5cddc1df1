"""What is told of a file depends on the file: not on hash seeds, processes, or the files beside it."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from layerlint.checks import CHECKS
from layerlint.ruleset.loader import load_bundled

SEED = 20_240_229
FORMATS = ("json", "markdown", "sarif", "text")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Dockerfile of each rule's examples of what it finds, each in a folder with its context."""
    root = tmp_path_factory.mktemp("examples")
    for rule in load_bundled(CHECKS):
        for example in rule.bad[:1]:
            place = root / rule.name
            place.mkdir()
            (place / "Dockerfile").write_text(example.dockerfile)
            for name, content in example.context or ():
                path = place / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(bytes(content) if isinstance(content, int) else content.encode())
            if example.dockerignore is not None:
                (place / ".dockerignore").write_text(example.dockerignore)
    return root


def run(folder: Path, files: list[str], *options: str, seed: str = "0") -> bytes:
    ran = subprocess.run(
        [sys.executable, "-m", "layerlint", *options, *files],
        cwd=folder, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=False,
    )  # fmt: skip
    assert ran.returncode in (0, 1), ran.stderr
    return ran.stdout


def names(folder: Path) -> list[str]:
    """Of seventy, each time others where rules come or go."""
    found = sorted(str(path.relative_to(folder)) for path in folder.rglob("Dockerfile"))
    return sorted(random.Random(SEED).sample(found, 70))


@pytest.mark.parametrize("form", FORMATS)
def test_neither_hash_seeds_nor_processes_change_a_byte(form: str, folder: Path) -> None:
    files = names(folder)
    options = ("check", "--format", form)
    assert (
        run(folder, files, *options, "--jobs", "1", seed="1")
        == run(folder, files, *options, "--jobs", "3", seed="2")
    )  # fmt: skip


@pytest.mark.parametrize("verb", ["base", "graph", "layers", "parse"])
def test_seeds_change_no_byte_of_other_verbs(verb: str, folder: Path) -> None:
    for name in random.Random(SEED).sample(names(folder), 3):
        assert run(folder, [name], verb, seed="1") == run(folder, [name], verb, seed="2"), name


def test_the_order_of_files_and_those_beside_it_change_nothing_of_a_file(folder: Path) -> None:
    files = names(folder)
    mixed = files.copy()
    random.Random(SEED).shuffle(mixed)
    whole = dict(by_file(run(folder, files, "check", "--format", "json")))
    assert len(whole) == len(files)
    assert dict(by_file(run(folder, mixed, "check", "--format", "json"))) == whole
    for name in mixed[:3]:
        assert dict(by_file(run(folder, [name], "check", "--format", "json"))) == {name: whole[name]}


def by_file(output: bytes) -> Iterator[tuple[str, object]]:
    for report in json.loads(output)["files"]:
        yield report["path"], report
