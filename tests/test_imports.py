"""Who may import whom, and what the start of the program may cost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shared import CHECKOUT

LAZY = ("hashlib", "importlib.metadata", "json", "sqlite3", "tarfile", "tree_sitter", "yaml", "zipfile", "zstandard")
"""Not needed to tell ``--version``, or a wrong flag."""


def test_contracts_of_pyproject_are_kept() -> None:
    pytest.importorskip("importlinter")
    program = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run(
        [program, "--no-cache"], capture_output=True, text=True, cwd=CHECKOUT, check=False,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("package", ["layerlint.checks", "layerlint.commands"])
def test_modules_of_a_table_are_independent(package: str) -> None:
    """One command, one module; one check, one module.  They share private helpers and the model alone."""
    grimp = pytest.importorskip("grimp")
    graph = grimp.build_graph("layerlint", cache_dir=None)
    shared = {f"{package}.model"}
    own = {module for module in graph.modules if module.startswith(f"{package}.")}
    wrong = [
        f"{module} imports {imported}"
        for module in sorted(own)
        for imported in sorted(graph.find_modules_directly_imported_by(module) & own - shared)
        if not imported.removeprefix(f"{package}.").startswith("_")
    ]
    assert wrong == []


def loaded(statement: str, *flags: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*sorted(sys.modules), file=sys.stderr)"
    ran = subprocess.run(
        [sys.executable, *flags, "-c", code], capture_output=True, text=True, cwd=CHECKOUT, check=True
    )
    return set(ran.stderr.split("\n")[-2].split())


def test_the_command_line_starts_with_nothing_heavy() -> None:
    found = loaded("import layerlint.cli", "-S")
    assert "layerlint.errors" in found
    assert found.isdisjoint(LAZY)
    own = {"layerlint.cli", "layerlint._dataclass", "layerlint.errors"}
    assert {name for name in found if name.startswith("layerlint.")} == own


def test_help_needs_no_analysis() -> None:
    found = loaded("import layerlint.cli\ntry: layerlint.cli.main(['--help'])\nexcept SystemExit: pass", "-S")
    assert found.isdisjoint(LAZY)
    assert "layerlint.execution" not in found


UNUSED = (
    "asyncio", "concurrent.futures", "hashlib", "http", "importlib.metadata", "multiprocessing", "random",
    "socket", "sqlite3", "ssl", "subprocess", "tarfile", "tempfile", "tree_sitter", "zipfile", "zstandard",
)  # fmt: skip
"""Not needed to lint a file without a script."""


def test_a_lint_imports_what_it_needs(tmp_path: Path) -> None:
    """No more of layerlint than the parts that a lint goes through, nor what only some instructions need."""
    (tmp_path / "Dockerfile").write_text("FROM scratch\nENV A=1\n")
    statement = f"main(['--shellcheck', 'off', {str(tmp_path / 'Dockerfile')!r}])"
    found = loaded(f"from layerlint.cli import main\n{statement}")
    assert "layerlint.linter" in found
    assert found & set(UNUSED) == set()
    own = {name.split(".")[1] for name in found if name.startswith("layerlint.")}
    assert own == {
        "_dataclass", "_digest", "_pattern", "_resources", "analysis", "batch", "catalog", "checks", "cli",
        "commands", "config", "discovery", "dockerfile", "domain", "effects", "errors", "execution", "filesystem",
        "graph", "linter", "lookup", "report", "reporters", "ruleset", "shell", "shellcheck", "source",
    }  # fmt: skip
    models = {name for name in found if name.startswith("layerlint.commands.") and "._" not in name}
    assert models == set()


def test_a_forecast_imports_no_check(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY a b\n")
    found = loaded(f"from layerlint.cli import main\nmain(['layers', {str(tmp_path / 'Dockerfile')!r}])")
    checks = {name for name in found if name.startswith("layerlint.checks.")}
    assert checks == {"layerlint.checks._table", "layerlint.checks.model"}
    # Python 3.14's argparse has colours, and those are dataclasses.
    assert {"dataclasses", "inspect"} & found <= loaded("import argparse; argparse.ArgumentParser()")


def test_a_kept_report_needs_no_linter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\nENV A=1\nCOPY . /\n")
    monkeypatch.delenv("LAYERLINT_NO_CACHE")
    monkeypatch.setenv("LAYERLINT_CACHE_DIR", str(tmp_path.with_name("cache-of-" + tmp_path.name)))
    statement = f"main(['--shellcheck', 'off', {str(tmp_path / 'Dockerfile')!r}])"
    first, found = (loaded(f"from layerlint.cli import main\n{statement}") for _ in range(2))
    assert "layerlint.linter" in first
    theirs = loaded("import argparse; argparse.ArgumentParser()")
    assert found & {*UNUSED, "dataclasses", "inspect", "yaml"} <= theirs
    own = {name.split(".")[1] for name in found if name.startswith("layerlint.")}
    assert own == {
        "_dataclass", "_digest", "_pattern", "_resources", "batch", "catalog", "cli", "config", "discovery", "domain",
        "errors", "filesystem", "report", "reporters", "results", "shellcheck",
    }  # fmt: skip
    assert {name for name in found if name.startswith("layerlint.catalog.")} == {"layerlint.catalog.folder"}
