"""Laws of the text: nothing but a finding is wider than asked, and no text of the file gets through raw."""

from __future__ import annotations

import re

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layerlint.domain.size import ZERO, Size
from layerlint.report import (
    BaseRecord,
    ChangeRecord,
    HiddenRecord,
    LayerRecord,
    LayersReport,
    Origin,
    UnmodelledRecord,
)
from layerlint.reporters.characters import cells, one_line, shorten, wrap
from layerlint.reporters.style import Style
from layerlint.reporters.text import layers, report
from tests.reporters import sample
from tests.reporters.test_size import sizes

TEXTS = st.one_of(
    st.text(max_size=120), st.text("ab 图é\u0301\N{ZERO WIDTH JOINER}\x1b\udc80\n", max_size=120)
)
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


@st.composite
def forecasts(draw: st.DrawFn) -> LayersReport:
    def size() -> Size:
        return draw(st.one_of(st.just(ZERO), sizes(2**70)))

    def layer(index: int) -> LayerRecord:
        line = draw(st.integers(1, 10**6))
        unmodelled = draw(st.booleans())
        return sample.layer(
            index,
            line,
            draw(TEXTS),
            size(),
            size(),
            stage=draw(st.sampled_from(["0", "1", "build\N{COMBINING ACUTE ACCENT}" * 30])),
            unmodelled=(UnmodelledRecord(line, draw(TEXTS), draw(TEXTS)),) if unmodelled else (),
            changes=(ChangeRecord(draw(TEXTS), "file", size(), draw(TEXTS)),),
        )

    return LayersReport(
        dockerfile=draw(TEXTS),
        target=draw(TEXTS),
        platform="linux/amd64",
        differ="buildkit",
        base=BaseRecord(draw(TEXTS), "unknown", size(), draw(TEXTS)),
        layers=tuple(layer(index) for index in range(draw(st.integers(0, 2)))),
        image_bytes=size(),
        visible_bytes=size(),
        hidden_bytes=size(),
        hidden=(HiddenRecord(draw(TEXTS), size(), "type-change", Origin(None, None), Origin(0, 10**6)),),
        notes=tuple(draw(st.lists(TEXTS, max_size=5))),
    )


# A forecast takes dozens of draws, so fewer of them, and no complaint that they are slow.
FEWER = settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)


@FEWER
@given(st.lists(forecasts(), max_size=2), st.integers(60, 160), st.booleans(), st.integers(0, 1))
def test_no_line_is_wider_than_asked(
    found: list[LayersReport], width: int, colour: bool, verbose: int
) -> None:
    output = layers(found, Style(colour=colour, width=width, verbose=verbose, changes=True))
    for line in output.split("\n"):
        assert cells(_ESCAPES.sub("", line)) <= width


@FEWER
@given(forecasts(), st.integers(60, 160))
def test_colour_changes_no_character(found: LayersReport, width: int) -> None:
    plain = layers([found], Style(width=width, verbose=1))
    painted = layers([found], Style(width=width, verbose=1, colour=True))
    assert _ESCAPES.sub("", painted) == plain
    assert "\x1b" not in plain


@given(TEXTS, st.integers(0, 50))
def test_shorten_keeps_to_the_width_and_to_a_prefix(text: str, width: int) -> None:
    short = shorten(text, width)
    assert cells(short) <= width
    assert short == text or not short or text.startswith(short[:-1])


@given(TEXTS, st.integers(1, 50))
def test_wrap_keeps_the_words(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cells(line) <= width for line in lines)
    if all(cells(word) <= width and len(word) <= width for word in text.split()):
        assert " ".join(lines) == " ".join(text.split())


@given(TEXTS)
def test_one_line_is_one_printable_line(text: str) -> None:
    line = one_line(text)
    line.encode("utf-8")
    assert len(line.splitlines()) <= 1
    assert "\x1b" not in line
    assert one_line(line) == line


def test_a_finding_is_one_line_that_an_editor_can_open() -> None:
    lines = report(sample.SEVERAL, Style(quiet=True)).splitlines()
    assert len(lines) == sum(len(file.findings) for file in sample.SEVERAL.files)
    for line in lines:
        assert re.match(r"[^:]+(: [^:]+)?:\d+:\d+: (error|warning|info): .+ \[[a-z-]+\]$", line)


def test_quiet_and_nothing_found_is_nothing() -> None:
    assert report(sample.NOTHING_FOUND, Style(quiet=True)) == ""


def test_an_ordinary_file_fits_a_screen() -> None:
    assert len(report(sample.ONE, Style()).splitlines()) <= 24
