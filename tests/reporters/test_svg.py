"""The picture is XML that stands alone, whatever the text, and keeps to its width."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from layerlint.domain.size import UNBOUNDED, ZERO, Size
from layerlint.report import DiveFigures, ImageReport, LayersReport
from layerlint.reporters.style import Style
from layerlint.reporters.svg import image, layers
from tests.reporters import sample

NAMESPACE = "{http://www.w3.org/2000/svg}"
REPORTS = [file.layers for file in sample.SEVERAL.files if file.layers is not None]


def picture(*reports: LayersReport) -> ElementTree.Element:
    return ElementTree.fromstring(layers(reports, Style()))


@pytest.mark.parametrize("report", REPORTS, ids=[each.dockerfile for each in REPORTS])
def test_what_is_drawn_is_within_the_picture(report: LayersReport) -> None:
    root = picture(report)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for box in root.iter(f"{NAMESPACE}rect"):
        x, y = float(box.get("x", 0)), float(box.get("y", 0))
        assert x >= 0
        assert x + float(box.attrib["width"]) <= width + 0.1
        assert 0 <= y <= height
    for path in root.findall(f"{NAMESPACE}path"):
        assert all(0 <= float(x) <= width for x in re.findall(r"[MH]([-0-9.]+)", path.attrib["d"]))


def test_it_loads_and_runs_nothing() -> None:
    text = layers(REPORTS, Style())
    tags = {each.tag.removeprefix(NAMESPACE) for each in picture(*REPORTS).iter()}
    assert tags <= {"svg", "title", "style", "defs", "pattern", "rect", "path", "text"}
    assert re.findall(r"https?://[^ \"]*", text) == ["http://www.w3.org/2000/svg"]
    assert "href" not in text


def test_text_of_the_dockerfile_is_text() -> None:
    (report,) = REPORTS[:1]
    layer = replace(report.layers[0], instruction="RUN </text><script>alert(1)</script> \x1b \u202e")
    shown = [each.text for each in picture(replace(report, layers=(layer,))).iter(f"{NAMESPACE}text")]
    assert any(text is not None and text.startswith("RUN </text><script>") for text in shown)


def test_an_image_has_its_own_layers_and_no_from() -> None:
    (report,) = REPORTS[:1]
    first = replace(report.layers[0], line=0, instruction="ADD rootfs.tar /")
    whole = replace(report, base=replace(report.base, bytes=ZERO), layers=(first, *report.layers))
    dive = DiveFigures(1.0, 0, None, 0, 0, ())
    made = ImageReport(
        reference="oci:<app>", form="oci", id="sha256:0", layers=whole, dive=dive, duplicates=()
    )
    shown = [each.text for each in ElementTree.fromstring(image(made, Style())).iter(f"{NAMESPACE}text")]
    assert shown[0] == "oci:<app>"
    assert "base" in shown
    assert not any((text or "").startswith("FROM") for text in shown)


def test_many_layers_end_in_one_row() -> None:
    (report,) = REPORTS[:1]
    root = picture(replace(report, layers=report.layers * 1000))
    assert float(root.attrib["height"]) < 6000
    assert any((each.text or "").endswith("more layers") for each in root.iter(f"{NAMESPACE}text"))


@pytest.mark.parametrize("size", [ZERO, UNBOUNDED, Size(0, 0, 2**70), Size(2**70, 2**70, None)])
def test_any_size_is_drawn(size: Size) -> None:
    (report,) = REPORTS[:1]
    layer = replace(report.layers[0], bytes=size, hidden=ZERO)
    assert "nan" not in layers([replace(report, layers=(layer,), base=replace(report.base, bytes=ZERO))], Style())
