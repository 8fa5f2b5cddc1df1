"""The job summary: no text of the file is markup, and GitHub's limit holds."""

from __future__ import annotations

import html
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from layerlint.report import FileReport, Report
from layerlint.reporters.characters import one_line
from layerlint.reporters.markdown import LIMIT, escape, escape_message, report
from layerlint.reporters.style import Style
from tests.reporters import sample

TEXTS = st.text(st.sampled_from("ab `*_<>&|[]()$~\\\n图"), max_size=60)


@given(TEXTS)
def test_escaped_text_shows_as_itself(text: str) -> None:
    escaped = escape(text)
    assert html.unescape(escaped) == one_line(text)
    assert not set("`*_<>|[]$~\\\n") & set(escaped)


@given(TEXTS)
def test_a_message_has_no_markup_but_code(text: str) -> None:
    escaped = escape_message(text)
    bare = escaped.replace("<code>", "").replace("</code>", "")
    assert not set("`*_<>|[]$~\\\n") & set(bare)
    assert escaped.count("<code>") == escaped.count("</code>")
    assert html.unescape(bare).replace("`", "") == one_line(text).replace("`", "")


def test_every_row_has_the_cells_of_its_table() -> None:
    table: list[int] = []
    for line in report(sample.SEVERAL, Style()).splitlines():
        if line.startswith("|"):
            table.append(line.count("|"))
        else:
            assert len(set(table)) <= 1
            table = []


def _large(number: int, length: int) -> Report:
    finding = replace(sample.ORDINARY.findings[0], message="图" * length)
    return Report((FileReport("Dockerfile", (finding,) * number, sample.ORDINARY.layers),), (), "0")


def test_a_long_summary_is_cut_and_says_so() -> None:
    output = report(_large(2000, 10_000), Style())
    assert LIMIT - 10_000 < len(output.encode()) < LIMIT
    assert output.endswith("\n\nCut here: GitHub shows no longer summary.\n")


def test_a_cut_leaves_no_fold_open() -> None:
    assert sample.ORDINARY.layers is not None
    many = replace(sample.ORDINARY.layers, layers=sample.ORDINARY.layers.layers * 10_000)
    output = report(Report((FileReport("Dockerfile", (), many),), (), "0"), Style())
    assert len(output.encode()) < LIMIT
    assert output.count("<details>") == output.count("</details>") == 1


def test_a_short_summary_is_whole() -> None:
    assert "Cut here" not in report(sample.SEVERAL, Style())
