"""Laws of every output format, whatever text a report holds: nothing gets out of its place."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from layerlint import reporters
from layerlint.report import (
    BaseAdvice,
    FleetReport,
    ImageReport,
    LayersReport,
    LessonRecord,
    Report,
    Severity,
    StepRecord,
    VerifyReport,
)
from layerlint.reporters.characters import encodable
from layerlint.reporters.github import LIMIT
from layerlint.reporters.style import Style
from tests.properties.reports import records

# A report takes hundreds of draws: to find a smaller one that fails too takes minutes.
FEW = settings(
    max_examples=10,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)

# The table of a verb, what gives a function of it, and the record; whether it takes several.
VERBS: dict[str, tuple[Any, Callable[[str], Callable[[Any, Style], str]], type, bool]] = {
    "check": (reporters.REPORTERS, reporters.reporter, Report, False),
    "layers": (reporters.LAYERS_REPORTERS, reporters.layers_reporter, LayersReport, True),
    "base": (reporters.BASE_REPORTERS, reporters.base_reporter, BaseAdvice, True),
    "explain": (reporters.LESSON_REPORTERS, reporters.lesson_reporter, LessonRecord, False),
    "explain --line": (reporters.STEPS_REPORTERS, reporters.steps_reporter, StepRecord, True),
    "image": (reporters.IMAGE_REPORTERS, reporters.image_reporter, ImageReport, False),
    "images": (reporters.FLEET_REPORTERS, reporters.fleet_reporter, FleetReport, False),
    "verify": (reporters.VERIFY_REPORTERS, reporters.verify_reporter, VerifyReport, False),
}
ALL = [(verb, form) for verb, (table, *_) in VERBS.items() for form in table]
SARIF = Path(__file__).resolve().parent.parent / "data" / "sarif-2.1.0.json"


def of(*forms: str) -> Any:
    return pytest.mark.parametrize(("verb", "form"), [pair for pair in ALL if pair[1] in forms])


def drawn(verb: str, data: st.DataObject) -> Any:
    _, _, record, several = VERBS[verb]
    if not several:
        return data.draw(records(record))
    return data.draw(st.lists(records(record), max_size=2))


def rendered(verb: str, form: str, data: st.DataObject, style: Style | None = None) -> str:
    output = VERBS[verb][1](form)(drawn(verb, data), style or Style(verbose=1, changes=True))
    output.encode("utf-8")
    return output


# --------------------------------------------------------------------- every format

CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]")


@pytest.mark.parametrize(("verb", "form"), ALL)
@given(data=st.data(), verbose=st.booleans())
@FEW
def test_no_control_character_and_valid_utf_8(verb: str, form: str, data: st.DataObject, verbose: bool) -> None:
    output = rendered(verb, form, data, Style(verbose=verbose, changes=verbose))
    found = CONTROLS.search(output)
    assert found is None, output[max(0, found.start() - 60) : found.end() + 20]


@of("json", "sarif")
@given(data=st.data())
@FEW
def test_json_is_a_document_a_line(verb: str, form: str, data: st.DataObject) -> None:
    for line in rendered(verb, form, data).split("\n")[:-1]:
        document = json.loads(line, parse_constant=pytest.fail)
        assert isinstance(document, dict)


@given(records(Report))
@FEW
def test_json_has_every_message_and_path(report: Report) -> None:
    document = json.loads(reporters.reporter("json")(report, Style()))
    assert [file["path"] for file in document["files"]] == [encodable(file.path) for file in report.files]
    told = [finding["message"] for file in document["files"] for finding in file["findings"]]
    assert told == [encodable(finding.message) for file in report.files for finding in file.findings]


@of("sarif")
@given(data=st.data())
@FEW
def test_sarif_is_valid_by_the_schema_of_the_standard(verb: str, form: str, data: st.DataObject) -> None:
    document = json.loads(rendered(verb, form, data))
    assert [error.message for error in _validator().iter_errors(document)] == []


def _validator() -> Any:
    if not _VALIDATORS:
        jsonschema = import_module("jsonschema")
        schema = json.loads(SARIF.read_text(encoding="utf-8"))
        _VALIDATORS.append(jsonschema.Draft202012Validator(schema))
    return _VALIDATORS[0]


_VALIDATORS: list[Any] = []


# -------------------------------------------------------------- annotations and text

# What the runner takes for a command: at the start of a line, after blanks, and the older form anywhere in it.
COMMAND = re.compile(r"::(error|warning|notice) [a-zA-Z]+=[^:,\r\n]*(,[a-zA-Z]+=[^:,\r\n]*)*::[^\r\n]*")


@given(records(Report))
@FEW
def test_each_line_of_annotations_is_one_command(report: Report) -> None:
    lines = reporters.reporter("github")(report, Style()).split("\n")[:-1]
    assert all(COMMAND.fullmatch(line) for line in lines), lines
    findings = [finding for file in report.files for finding in file.findings]
    shown = [finding for finding in findings if finding.severity is not Severity.OFF]
    assert len(lines) == len(shown)
    assert len(shown) <= LIMIT


@given(records(Report))
@FEW
def test_a_finding_is_one_line_of_text(report: Report) -> None:
    lines = reporters.reporter("text")(report, Style(quiet=True)).split("\n")[:-1]
    assert len(lines) == sum(len(file.findings) for file in report.files)


# ------------------------------------------------------------------------- Markdown

TAGS = re.compile(r'</?(code|details|summary)>|<a href="https://[^"<> ]*">|</a>')
FENCED = re.compile(r"^(`{4,})diff\n.*?\n\1\n", re.DOTALL | re.MULTILINE)


@of("markdown")
@given(data=st.data())
@FEW
def test_markdown_has_no_markup_of_others(verb: str, form: str, data: st.DataObject) -> None:
    """No tag, link, picture, code span or heading but those that the reporter writes."""
    output = FENCED.sub("", rendered(verb, form, data))
    bare = TAGS.sub("", output)
    assert "<" not in bare, bare
    assert "`" not in bare
    assert not re.search(r"\]\s*\(|!\[|^\s*(=+|-{3,}|\*{3,}|>|\[)", bare, re.MULTILINE), bare
    assert not re.search(r"(?<!^)#(?!\d+;|#| )", bare, re.MULTILINE), bare


@of("markdown")
@given(data=st.data())
@FEW
def test_a_row_of_a_table_is_one_line_with_its_cells(verb: str, form: str, data: st.DataObject) -> None:
    table: list[int] = []
    for line in FENCED.sub("", rendered(verb, form, data)).split("\n"):
        if line.startswith("|"):
            table.append(line.count("|"))
        else:
            assert "|" not in line
            assert len(set(table)) <= 1, table
            table = []


# ------------------------------------------------------------------- page and picture


class _Page(HTMLParser):
    """Every tag with its attributes, and the text of scripts by their type."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.tags: list[str] = []
        self.data = ""
        self._inside: Sequence[tuple[str, str | None]] = ()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]
        self._inside = attrs if tag == "script" else ()

    def handle_endtag(self, tag: str) -> None:
        self._inside = ()

    def handle_data(self, data: str) -> None:
        if ("type", "application/json") in self._inside:
            self.data += data


@given(records(Report))
@FEW
def test_a_page_has_the_elements_of_an_empty_one_and_its_data(report: Report) -> None:
    page, empty = _Page(), _Page()
    page.feed(reporters.reporter("html")(report, Style()))
    empty.feed(reporters.reporter("html")(Report((), (), ""), Style()))
    of_tables = {"p", "table", "thead", "tbody", "tr", "th", "td"}
    assert [tag for tag in page.tags if tag not in of_tables] == [tag for tag in empty.tags if tag not in of_tables]
    document = json.loads(page.data)
    assert len(document["files"]) == len(report.files)


@of("svg")
@given(data=st.data())
@FEW
def test_a_picture_is_well_formed_and_draws_only(verb: str, form: str, data: st.DataObject) -> None:
    output = rendered(verb, form, data)
    if not output:
        return
    names = set()
    for element in ElementTree.fromstring(output).iter():
        assert isinstance(element.tag, str), "neither comments nor instructions"
        names.add(element.tag.rpartition("}")[2])
        assert not [name for name in element.attrib if name.startswith("on") or name.endswith("href")]
    assert names <= {"svg", "style", "title", "desc", "g", "rect", "text", "tspan", "line", "path", "defs", "pattern"}
