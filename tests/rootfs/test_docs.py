"""The example of docs/base.md is what the tool says; LAYERLINT_UPDATE_SNAPSHOTS=1 writes it anew."""

from __future__ import annotations

import os
import re
from pathlib import Path

from layerlint.reporters.base_text import text
from layerlint.reporters.style import Style
from layerlint.rootfs.ranking import WORTH
from tests.rootfs.apps import CASES, advice_of

PAGE = Path(__file__).parents[2] / "docs" / "base.md"


def test_the_example_is_what_is_said() -> None:
    folder = CASES / "golang-single"
    dockerfile = (folder / "Dockerfile").read_text()
    said = text([advice_of(dockerfile, folder)], Style(width=110))
    page = PAGE.read_text(encoding="utf-8")
    head = page.partition("```dockerfile\n")[0]
    wanted = f"{head}```dockerfile\n{dockerfile}```\n\n```console\n$ layerlint base Dockerfile\n{said}```\n"
    if os.environ.get("LAYERLINT_UPDATE_SNAPSHOTS"):
        PAGE.write_text(wanted, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == wanted


def test_the_page_names_the_figure_of_the_order() -> None:
    found = re.search(r"saves (\d+) % or more", PAGE.read_text(encoding="utf-8"))
    assert found is not None
    assert int(found[1]) == round(WORTH * 100)
