"""The GitHub action and the workflow: their files are sound, and the scripts of the action do what they say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.execution.dockerfiles import files
from tests.shared import CHECKOUT

ACTION = CHECKOUT / "action.yml"
WORKFLOWS = sorted((CHECKOUT / ".github" / "workflows").glob("*.yml"))
WASTE = "FROM scratch\nCOPY big /big\nRUN rm /big\nUSER 1000\n"


def read(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def steps(path: Path) -> Iterator[dict[str, Any]]:
    data = read(path)
    for part in data["jobs"].values() if "jobs" in data else (data["runs"],):
        yield from part["steps"]


@pytest.mark.parametrize("path", [ACTION, *WORKFLOWS], ids=lambda path: path.name)
def test_steps_are_sound(path: Path) -> None:
    """An expression in a script would run what an input says; a tag of another's action can be moved."""
    found = list(steps(path))
    assert found
    for step in found:
        assert ("run" in step) != ("uses" in step), step
        if "uses" in step:
            assert step["uses"] == "./" or re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"]), step
        else:
            assert "${{" not in step["run"], step
            ran = subprocess.run(
                ["bash", "-n"], input=step["run"], text=True, capture_output=True, check=False
            )
            assert ran.returncode == 0, ran.stderr
        if path == ACTION and "run" in step:
            assert step["shell"] == "bash"


def test_every_input_is_used_and_known() -> None:
    text = ACTION.read_text(encoding="utf-8")
    assert set(re.findall(r"inputs\.(\w+)", text)) == set(read(ACTION)["inputs"])


def script(name: str) -> str:
    """The script of the step that has this environment variable."""
    (found,) = (step["run"] for step in steps(ACTION) if name in step.get("env", {}))
    return str(found)


def run(folder: Path, text: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """As a runner runs it."""
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text]
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GITHUB_")}
    environment = {**kept, "PYTHONPATH": str(CHECKOUT), **variables}
    return subprocess.run(command, cwd=folder, env=environment, text=True, capture_output=True, check=False)


@pytest.fixture
def program(tmp_path: Path) -> str:
    path = tmp_path / "bin" / "layerlint"
    path.parent.mkdir()
    path.write_text(f"#!{sys.executable}\nimport sys\nfrom layerlint.cli import main\nsys.exit(main())\n")
    path.chmod(0o755)
    return str(path)


def test_it_annotates_and_fails(tmp_path: Path, program: str) -> None:
    files(tmp_path / "a folder", {"Dockerfile": WASTE, "big": "x" * 300_000})
    ran = run(tmp_path, script("PATHS"), PROGRAM=program, PATHS="a folder\n", ARGUMENTS="")
    assert ran.returncode == 1, ran.stderr
    assert "::warning file=a folder/Dockerfile,line=3" in ran.stdout
    assert "title=removed-in-later-layer" in ran.stdout


def test_arguments_and_paths_are_split_and_never_run(tmp_path: Path, program: str) -> None:
    for name in ("one", "$(touch run)"):
        files(tmp_path / name, {"Dockerfile": WASTE, "big": "x" * 300_000})
    arguments = "--fail-on off\n --ignore  cache,style\n"
    ran = run(tmp_path, script("PATHS"), PROGRAM=program, PATHS="one\n$(touch run)", ARGUMENTS=arguments)
    assert ran.returncode == 0, ran.stderr
    assert "file=one/Dockerfile" in ran.stdout
    assert "file=$(touch run)/Dockerfile" in ran.stdout
    run(
        tmp_path,
        script("PATHS"),
        PROGRAM=program,
        PATHS="one",
        ARGUMENTS="$(touch run) `touch run` ;touch run",
    )
    assert not (tmp_path / "run").exists()
    dashed = run(tmp_path, script("PATHS"), PROGRAM=program, PATHS="--version", ARGUMENTS="")
    assert dashed.returncode == 2, "a path is no option"


@pytest.mark.parametrize(
    ("version", "wanted"), [("", "/the/action[shellcheck]"), ("0.1.0", "layerlint[shellcheck]==0.1.0")]
)
def test_what_it_installs(tmp_path: Path, version: str, wanted: str) -> None:
    """With a stand-in for Python that makes a folder for ``-m venv`` and writes down what it was asked for."""
    python, output = tmp_path / "python", tmp_path / "output"
    python.write_text(
        '#!/bin/bash\nprintf "%s\\n" "$@" >> "$LOG"\n'
        '[ "$3" != venv ] || { mkdir -p "$4/bin"; cp "$0" "$4/bin/python"; }\n'
    )
    python.chmod(0o755)
    ran = run(
        tmp_path, script("VERSION"), PYTHON=str(python), VERSION=version, ACTION="/the/action",
        RUNNER_TEMP=str(tmp_path / "temp"), GITHUB_OUTPUT=str(output), LOG=str(tmp_path / "log"),
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    asked = (tmp_path / "log").read_text().splitlines()
    assert asked[-1] == wanted
    assert asked.count("-I") == 2
    assert output.read_text() == f"program={tmp_path}/temp/layerlint/bin/layerlint\n"
