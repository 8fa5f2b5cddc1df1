"""The wheel works with the checkout out of reach: rules, catalog and program are in it."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.execution.dockerfiles import files
from tests.shared import CHECKOUT, copy_project

RULES = [path for path in (CHECKOUT / "rules").glob("*/*.yaml") if path.parent.name != "profiles"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing of the checkout is in the way or left in it."""
    pytest.importorskip("hatchling")
    pytest.importorskip("build")
    source, output = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    copy_project(source)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", output, source]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=source)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    (built,) = output.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel in an environment of its own; what it depends on is taken from the one that runs the tests."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    library = next((folder / "lib").iterdir()) / "site-packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(library)
    (library / "dependencies.pth").write_text(sysconfig.get_paths()["platlib"])
    return folder / "bin" / "python"


def run(program: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME")}
    code = "from layerlint.cli import main; import sys; sys.exit(main())"
    return subprocess.run(
        [program, "-P", "-c", code, *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_what_is_in_it(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"layerlint/py.typed", "layerlint/_rules/waste/removed-in-later-layer.yaml"} <= names
    assert {"layerlint/_profiles.json", "layerlint/_rules/profiles/hadolint.yaml"} <= names
    assert "layerlint/ruleset/peers.yaml" in names
    page = CHECKOUT / "layerlint" / "reporters" / "html"
    assert {f"layerlint/reporters/html/{path.name}" for path in page.glob("page.*")} <= names
    assert {f"layerlint/reporters/html/{path.name}" for path in page.glob("*.js")} <= names
    assert any(name.startswith("layerlint/catalog/data/") for name in names)
    assert any(name.startswith("layerlint/catalog/images/") for name in names)
    assert not any(name.startswith(("tests/", "rules/", "layerlint/catalog/snapshot")) for name in names)
    entry = next(name for name in names if name.endswith("entry_points.txt"))
    assert "layerlint = layerlint.cli:main" in zipfile.ZipFile(wheel).read(entry).decode()


def test_it_is_the_wheel_that_runs(program: Path, tmp_path: Path) -> None:
    code = "import layerlint; print(layerlint.__file__)"
    ran = subprocess.run([program, "-P", "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert Path(ran.stdout.strip()).is_relative_to(program.parent.parent)


def test_it_lists_the_rules_of_the_checkout(program: Path, tmp_path: Path) -> None:
    ran = run(program, tmp_path, "rules", "--format", "json")
    assert ran.returncode == 0, ran.stderr
    for path in RULES:
        assert path.stem in ran.stdout


def test_it_has_the_profiles(program: Path, tmp_path: Path) -> None:
    ran = run(program, tmp_path, "rules", "--profile", "hadolint")
    assert ran.returncode == 0, ran.stderr
    assert "package-index-left" in ran.stdout


def test_its_rules_are_read_without_yaml(program: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from layerlint.checks import CHECKS; from layerlint.ruleset.loader import load_bundled\n"
        "print(len(load_bundled(CHECKS).rules), 'yaml' in sys.modules)\n"
        "print(*sorted(name for name in sys.modules if name.startswith('layerlint.checks.')))"
    )
    ran = subprocess.run([program, "-P", "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    of_none = ["layerlint.checks._table", "layerlint.checks.model"]
    assert ran.stdout.split() == [str(len(RULES)), "False", *of_none]


def test_it_imports_the_checks_that_a_file_needs(program: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from layerlint.cli import main; main(['--select', 'all', '-q', 'Dockerfile'])\n"
        "print({'layerlint.checks.expose_format', 'layerlint.checks.root_user'} & {*sys.modules})"
    )
    for text, expected in (
        ("FROM scratch\n", {"layerlint.checks.root_user"}),
        ("FROM scratch\nEXPOSE 80\n", {"layerlint.checks.expose_format", "layerlint.checks.root_user"}),
    ):
        files(tmp_path, {"Dockerfile": text})
        ran = subprocess.run([program, "-P", "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
        assert ast.literal_eval(ran.stdout.splitlines()[-1]) == expected


def test_its_base_images_are_found_without_yaml(program: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from layerlint.execution import bases\n"
        "print(bases.find('golang:1.13-alpine').workdir, 'yaml' in sys.modules)"
    )
    ran = subprocess.run([program, "-P", "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert ran.stdout.split() == ["/go", "False"]


def test_it_forecasts_on_a_base_of_the_catalog(program: Path, tmp_path: Path) -> None:
    files(tmp_path, {"Dockerfile": "FROM debian:bookworm-slim\nCOPY f /f\nRUN rm /f\n", "f": "text"})
    ran = run(program, tmp_path, "layers", "--format", "json", "Dockerfile")
    assert ran.returncode == 0, ran.stderr
    report = json.loads(ran.stdout)
    assert report["base"]["source"] == "catalog"
    assert report["hidden_bytes"]["likely"] == 4
    assert run(program, tmp_path, "--fail-on", "info", "Dockerfile").returncode == 1
