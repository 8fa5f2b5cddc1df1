"""Every format on the sample, whole."""

from __future__ import annotations

import json

import pytest

from layerlint.report import LayersReport, Report
from layerlint.reporters import LAYERS_REPORTERS, REPORTERS, layers_reporter, reporter
from layerlint.reporters.style import Style
from tests.reporters import sample, snapshot

STYLES = {
    "one": (sample.ONE, Style()),
    "one-colour": (sample.ONE, Style(colour=True)),
    "one-narrow": (sample.ONE, Style(width=60)),
    "one-quiet": (sample.ONE, Style(quiet=True)),
    "one-verbose": (sample.ONE, Style(verbose=1)),
    "none-found": (sample.NOTHING_FOUND, Style()),
    "several": (sample.SEVERAL, Style()),
    "several-verbose": (sample.SEVERAL, Style(verbose=1, width=80)),
}

FORECASTS = tuple(file.layers for file in sample.SEVERAL.files if file.layers is not None)


def indented(document: str) -> str:
    """JSON for a reader; the order of the keys is kept."""
    return json.dumps(json.loads(document), indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("name", STYLES)
def test_text(name: str) -> None:
    report, style = STYLES[name]
    snapshot.check(f"{name}.txt", reporter("text")(report, style))


@pytest.mark.parametrize(("name", "report"), [("one", sample.ONE), ("several", sample.SEVERAL)])
@pytest.mark.parametrize("suffix", ["json", "sarif"])
def test_json_and_sarif(suffix: str, name: str, report: Report) -> None:
    output = reporter(suffix)(report, Style())
    assert output.count("\n") == 1
    snapshot.check(f"{name}.{suffix}", indented(output))


@pytest.mark.parametrize(("format_name", "suffix"), [("github", "github.txt"), ("markdown", "md")])
def test_commands_and_summary(format_name: str, suffix: str) -> None:
    snapshot.check(f"several.{suffix}", reporter(format_name)(sample.SEVERAL, Style()))


@pytest.mark.parametrize("changes", [False, True])
def test_layers_as_text(changes: bool) -> None:
    name = "layers-changes.txt" if changes else "layers.txt"
    snapshot.check(name, layers_reporter("text")(FORECASTS, Style(changes=changes)))


def test_layers_as_json() -> None:
    output = layers_reporter("json")(FORECASTS[:1], Style(changes=True))
    snapshot.check("layers-changes.json", indented(output))


@pytest.mark.parametrize(("format_name", "suffix"), [("markdown", "md"), ("svg", "svg")])
def test_layers_for_a_pull_request(format_name: str, suffix: str) -> None:
    snapshot.check(f"layers.{suffix}", layers_reporter(format_name)(FORECASTS, Style()))


def test_several_forecasts_are_json_lines() -> None:
    lines = layers_reporter("json")(FORECASTS, Style()).splitlines()
    assert [json.loads(line)["dockerfile"] for line in lines] == [one.dockerfile for one in FORECASTS]


def test_the_tables_are_sorted_and_every_format_loads() -> None:
    assert list(REPORTERS) == sorted(REPORTERS)
    assert list(LAYERS_REPORTERS) == sorted(LAYERS_REPORTERS)
    for name in REPORTERS:
        assert isinstance(reporter(name)(Report((), (), "0"), Style()), str)
    nothing: tuple[LayersReport, ...] = ()
    for name in LAYERS_REPORTERS:
        assert layers_reporter(name)(nothing, Style()) == ""


@pytest.mark.parametrize("name", sorted(REPORTERS))
def test_hostile_text_reaches_no_terminal_and_every_output_is_utf_8(name: str) -> None:
    output = reporter(name)(sample.SEVERAL, Style(verbose=1))
    output.encode("utf-8")
    assert not set("\x1b\x07\r\N{RIGHT-TO-LEFT OVERRIDE}") & set(output)


@pytest.mark.parametrize("name", sorted(REPORTERS))
def test_the_same_report_gives_the_same_bytes(name: str) -> None:
    render = reporter(name)
    assert render(sample.SEVERAL, Style()) == render(sample.SEVERAL, Style())
