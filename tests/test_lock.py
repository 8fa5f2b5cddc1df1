"""`uv.lock` is the lock of this pyproject.toml, and names the public index alone."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.shared import CHECKOUT

EXTRA = re.compile(r"extra == '([^']*)'")
INDEX = "https://pypi.org/simple"
FILES = "https://files.pythonhosted.org/packages/"


@pytest.fixture(scope="module")
def lock() -> dict[str, Any]:
    return tomllib.loads((CHECKOUT / "uv.lock").read_text())


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]


def asked(project: dict[str, Any]) -> list[tuple[str, Requirement]]:
    """What the project depends on, with the extra that asks for it."""
    extras = {"": project["dependencies"], **project["optional-dependencies"]}
    return [(extra, Requirement(line)) for extra, lines in extras.items() for line in lines]


def test_it_was_made_of_these_requirements(lock: dict[str, Any], project: dict[str, Any]) -> None:
    """Platforms are not compared: uv writes their markers in a form of its own."""
    (own,) = (package for package in lock["package"] if package["name"] == "layerlint")
    rows = own["metadata"]["requires-dist"]
    locked = {
        ("".join(EXTRA.findall(row.get("marker", ""))), row["name"], SpecifierSet(row.get("specifier", "")))
        for row in rows
    }
    expected = {(extra, canonicalize_name(row.name), row.specifier) for extra, row in asked(project)}
    assert locked == expected, "run `uv lock` (CONTRIBUTING.md)"
    assert lock["requires-python"] == project["requires-python"]


def test_what_is_locked_lies_in_the_ranges(lock: dict[str, Any], project: dict[str, Any]) -> None:
    """More than one version of a package is locked where Pythons need different ones."""
    versions = [(package["name"], package.get("version", "")) for package in lock["package"]]
    for _, requirement in asked(project):
        name = canonicalize_name(requirement.name)
        found = [version for locked, version in versions if locked == name]
        assert any(map(requirement.specifier.contains, found)), requirement


def test_every_file_is_of_the_public_index_and_has_a_hash(lock: dict[str, Any]) -> None:
    for package in lock["package"]:
        if package["name"] == "layerlint":
            assert package["source"] == {"editable": "."}
            continue
        assert package["source"] == {"registry": INDEX}, package["name"]
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        assert files, package["name"]
        for file in files:
            assert file["url"].startswith(FILES), file["url"]
            assert re.fullmatch(r"sha256:[0-9a-f]{64}", file["hash"]), file["url"]
