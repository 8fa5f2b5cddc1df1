"""What the README shows is what the tool prints: LAYERLINT_UPDATE_SNAPSHOTS=1 writes it anew."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from layerlint import cli
from tests.shared import CHECKOUT

README = CHECKOUT / "README.md"


def _check(name: str, shown: str) -> None:
    """The block between the marks of ``name``, compared or replaced."""
    text = README.read_text(encoding="utf-8")
    begin, end = f"<!-- {name}:begin -->\n", f"<!-- {name}:end -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    block = f"{begin}\n```\n{shown.rstrip()}\n```\n\n{end}"
    if os.environ.get("LAYERLINT_UPDATE_SNAPSHOTS"):
        README.write_text(pattern.sub(lambda _: block, text), encoding="utf-8")
        return
    found = pattern.search(text)
    assert found is not None
    assert found[0] == block


def test_the_example_of_the_readme(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CHECKOUT)
    assert cli.main(["check", "--fail-on", "off", "examples/python-service/Dockerfile"]) == 0
    _check("example", capfd.readouterr().out)


def test_the_page_of_each_rule(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["rules", "--pages", "."]) == 0
    written = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    folder = CHECKOUT / "docs" / "rules"
    if os.environ.get("LAYERLINT_UPDATE_SNAPSHOTS"):
        folder.mkdir(exist_ok=True)
        for path in folder.iterdir():
            path.unlink()
        for name, text in written.items():
            (folder / name).write_text(text, encoding="utf-8")
    assert {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} == written


def test_the_rules_page(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["rules", "--format", "markdown"]) == 0
    page = "# Rules\n\nWritten by `layerlint rules --format markdown`.\n\n" + capfd.readouterr().out
    path = CHECKOUT / "docs" / "rules.md"
    if os.environ.get("LAYERLINT_UPDATE_SNAPSHOTS"):
        path.write_text(page, encoding="utf-8")
        return
    assert path.read_text(encoding="utf-8") == page
