"""Several Dockerfiles side by side: what their images share."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.report import FleetForecast, SectionRecord, TableRecord
from layerlint.reporters.characters import wrap
from layerlint.reporters.forecast import count
from layerlint.reporters.json import dumps, size_object
from layerlint.reporters.lessons import markdown_section, text_section
from layerlint.reporters.size import short_size
from layerlint.reporters.style import Style


def text(report: FleetForecast, style: Style) -> str:
    lines = [line for section in _sections(report) for line in (*text_section(section, style), "")]
    return "".join(f"{line}\n" for line in (*lines, *wrap(_headline(report), style.width)))


def markdown(report: FleetForecast, style: Style) -> str:
    lines = [line for section in _sections(report) for line in (*markdown_section(section), "")]
    return "".join(f"{line}\n" for line in (*lines, _headline(report)))


def json(report: FleetForecast, style: Style) -> str:
    return dumps(
        {
            "schema": "layerlint.fleet-forecast/1",
            "images": [
                {"dockerfile": path, "bytes": size_object(whole), "unique": size_object(unique)}
                for path, whole, unique in report.images
            ],
            "shared": [
                {"what": what, "bytes": size_object(size), "images": list(images)}
                for what, size, images in report.shared
            ],
            "image_bytes": size_object(report.image_bytes),
            "stored_bytes": size_object(report.stored_bytes),
        }
    )


def _sections(report: FleetForecast) -> Iterator[SectionRecord]:
    images = tuple(
        (f"{number}", path, whole, unique) for number, (path, whole, unique) in enumerate(report.images, 1)
    )
    yield SectionRecord("Images", (), TableRecord(("", "Dockerfile", "image", "its own"), images))
    if report.shared:
        rows = tuple(
            (what, size, ", ".join(f"{each + 1}" for each in images)) for what, size, images in report.shared
        )
        yield SectionRecord("Kept once", (), TableRecord(("layer", "bytes", "images"), rows))


def _headline(report: FleetForecast) -> str:
    """``3 images of 1.2 GiB, kept in 640 MiB``"""
    whole, stored = short_size(report.image_bytes), short_size(report.stored_bytes)
    return f"{count(len(report.images), 'image')} of {whole}, kept in {stored}"
