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


def loaded(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*sorted(sys.modules), file=sys.stderr)"
    ran = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, cwd=CHECKOUT, check=True
    )
    return set(ran.stderr.split("\n")[-2].split())


def test_the_command_line_starts_with_nothing_heavy() -> None:
    found = loaded("import layerlint.cli")
    assert "layerlint.errors" in found
    assert found.isdisjoint(LAZY)
    own = {"layerlint.cli", "layerlint._dataclass", "layerlint.errors"}
    assert {name for name in found if name.startswith("layerlint.")} == own


def test_help_needs_no_analysis() -> None:
    found = loaded("import layerlint.cli\ntry: layerlint.cli.main(['--help'])\nexcept SystemExit: pass")
    assert found.isdisjoint(LAZY)
    assert "layerlint.execution" not in found
