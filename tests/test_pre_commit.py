"""The hooks, by the real pre-commit program, in a scratch repository that names a copy of this one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.execution.dockerfiles import files
from tests.shared import copy_project

NO_NETWORK = ("Could not find a version that satisfies", "No matching distribution", "Connection", "name resolution")
"""What pip says of a registry that it cannot reach: any other failure to install is ours."""
WASTE = "FROM scratch\nCOPY big /big\nRUN rm /big\nUSER 1000\n"


def environment(home: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PYTHONPATH"))}
    who = {f"GIT_{role}_{what}": "t" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return kept | who | {"PRE_COMMIT_HOME": str(home), "GIT_CONFIG_GLOBAL": os.devnull}


def git(folder: Path, *arguments: str) -> str:
    ran = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True, env=environment(folder)
    )
    return ran.stdout.strip()


def repository(folder: Path) -> str:
    """Everything in the folder as one commit: its hash."""
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--no-verify", "--message", "all")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    if shutil.which("git") is None or not Path(sys.executable).with_name("pre-commit").exists():
        pytest.skip("git or pre-commit is not installed")
    folder = tmp_path_factory.mktemp("hooks")
    copy_project(folder, ".pre-commit-hooks.yaml")
    return folder, repository(folder)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def pre_commit(hooks: tuple[Path, str], home: Path, folder: Path, hook: str) -> subprocess.CompletedProcess[str]:
    source, commit = hooks
    config = f"repos:\n- repo: {source}\n  rev: {commit}\n  hooks:\n  - id: {hook}\n"
    files(folder, {".pre-commit-config.yaml": config})
    repository(folder)
    ran = subprocess.run(
        [Path(sys.executable).with_name("pre-commit"), "run", "--all-files", "--color=never"],
        cwd=folder, capture_output=True, text=True, check=False, env=environment(home), timeout=300,
    )  # fmt: skip
    if "CalledProcessError" in ran.stdout and any(words in ran.stdout for words in NO_NETWORK):
        pytest.skip("pre-commit cannot install the package here: no network")
    return ran


def test_the_hook_fails_on_waste(hooks: tuple[Path, str], home: Path, tmp_path: Path) -> None:
    files(tmp_path, {"app/Dockerfile": WASTE, "app/big": "x" * 2_000_000, "README.md": "FROM scratch\n"})
    ran = pre_commit(hooks, home, tmp_path, "layerlint")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "app/Dockerfile:3:5: warning: `rm /big` hides" in ran.stdout
    assert "README" not in ran.stdout


def test_the_hook_passes_without_findings(hooks: tuple[Path, str], home: Path, tmp_path: Path) -> None:
    files(tmp_path, {"Dockerfile": "FROM scratch\nUSER 1000\n"})
    ran = pre_commit(hooks, home, tmp_path, "layerlint")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Passed" in ran.stdout


def test_the_other_hook_takes_other_names(hooks: tuple[Path, str], home: Path, tmp_path: Path) -> None:
    files(tmp_path, {"web.dockerfile": WASTE, "big": "x" * 2_000_000, "Dockerfile.j2": "{{ x }}"})
    ran = pre_commit(hooks, home, tmp_path, "layerlint-all")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "web.dockerfile:3:5" in ran.stdout
    assert "j2" not in ran.stdout
