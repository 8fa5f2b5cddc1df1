"""What the formats for people say of a real image: the rows of its tables, and its sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from layerlint.domain.size import ZERO, Size
from layerlint.domain.units import format_bytes
from layerlint.report import (
    ComparisonRecord,
    DuplicateRecord,
    FleetReport,
    HiddenRecord,
    ImageReport,
    Origin,
    VerifyReport,
)
from layerlint.reporters import forecast
from layerlint.reporters.characters import one_line
from layerlint.reporters.size import short_size

FIGURES: Final = (("", False), ("exact", True), ("as dive counts", True))
VERIFY: Final = (
    ("layer", True),
    ("line", True),
    ("instruction", False),
    ("forecast", True),
    ("image", True),
    ("error", True),
    ("", False),
)
FLEET: Final = (("image", False), ("bytes", True), ("its own", True), ("shared", True), ("layers", True))
SHARED: Final = (("bytes", True), ("images", True), ("instruction", False))


def rows(report: ImageReport) -> tuple[forecast.Row, ...]:
    """A row of the layer table for each layer, those of the base without a line."""
    so_far, found = ZERO, []
    for layer in report.layers.layers:
        so_far += layer.bytes
        cells = (
            str(layer.index + 1),
            str(layer.line or ("base" if layer.index < (report.base_layers or 0) else "")),
            one_line(layer.instruction),
            short_size(layer.bytes),
            forecast.NOTHING if layer.hidden == ZERO else short_size(layer.hidden),
            short_size(so_far),
        )
        found.append(forecast.Row(cells, layer.bytes == ZERO))
    return tuple(found)


def headline(report: ImageReport) -> str:
    """``image app:1.2, 787 MiB (base 74.8 MiB), 212 MiB hidden (27 %)``."""
    image, hidden = report.layers.image_bytes.likely, report.layers.hidden_bytes.likely
    base = ""
    if report.base_layers is not None:
        size = sum(layer.bytes.likely for layer in report.layers.layers[: report.base_layers])
        base = f" (base {format_bytes(size)})" if report.base_layers else " (from scratch)"
    share = f" ({hidden * 100 / image:.0f} %)" if image else ""
    part = f"{format_bytes(hidden)} hidden{share}" if hidden else "nothing hidden"
    return f"image {named(report)}: {format_bytes(image)}{base}, {part}"


def named(report: ImageReport) -> str:
    return one_line(report.name or report.reference)


def figures(report: ImageReport) -> tuple[tuple[str, str, str], ...]:
    """dive's three figures by dive's names, and what they should be."""
    exact, dive = report.exact, report.dive
    return (
        ("efficiency", "" if exact is None else _percent(exact.efficiency), _percent(dive.efficiency)),
        (
            "wastedBytes",
            "" if exact is None else format_bytes(exact.hidden_bytes),
            format_bytes(dive.wasted_bytes),
        ),
        (
            "userWastedPercent",
            "" if exact is None else _percent(exact.user_hidden_percent),
            _percent(dive.user_wasted_percent),
        ),
    )


def hidden_story(record: HiddenRecord) -> str:
    """``line 3, deleted by line 8``; a layer (numbered from 1) where no line is known."""
    return f"{_origin(record.created)}, {one_line(record.kind)} by {_origin(record.hidden_by)}"


def copies(record: DuplicateRecord, most: int = 2) -> str:
    """The first paths, and how many more there are."""
    shown = ", ".join(one_line(path) for path, _ in record.copies[:most])
    more = len(record.copies) - most
    return f"{len(record.copies)} × {format_bytes(record.bytes)}  {shown}{f' and {more} more' if more > 0 else ''}"


def duplicates_headline(records: Sequence[DuplicateRecord]) -> str:
    wasted = sum(record.wasted for record in records)
    return f"{format_bytes(wasted)} of files are there more than once under several names"


def comparison(record: ComparisonRecord) -> tuple[str, str, str, str, str, str, str]:
    """A row of ``VERIFY``."""
    return (
        "" if record.layer is None else str(record.layer + 1),
        str(record.line or ""),
        one_line(record.instruction),
        "-" if record.forecast is None else short_size(record.forecast),
        "-" if record.actual is None else format_bytes(record.actual),
        error(record),
        verdict(record),
    )


def error(record: ComparisonRecord) -> str:
    if record.error is None:
        return ""
    if record.error and abs(record.error) < 0.0005:
        return "< 0.1 %"
    return f"{record.error * 100:+.1f} %" if record.error else "0 %"


def verdict(record: ComparisonRecord) -> str:
    if record.forecast is None:
        return "ok" if record.within else "NOT FORECAST"
    if record.actual is None:
        return "no layer" if record.within else "NOT BUILT"
    if record.forecast.likely == record.actual:
        return "same"
    return "inside" if record.within else "OUTSIDE"


def verify_headline(report: VerifyReport) -> str:
    """``forecast of Dockerfile holds for app.tar: 5 layers, +0.3 % of 12.1 MiB above the base``."""
    outside = sum(not each.within for each in (*report.layers, report.hidden))
    whole = error(report.added)
    above = f"{forecast.count(len(report.layers), 'layer')} above the base{whole and f', {whole} of bytes'}"
    if not outside:
        return (
            f"the forecast of {one_line(report.dockerfile)} holds for {one_line(report.reference)}: {above}"
        )
    places = "1 is" if outside == 1 else f"{outside} are"
    return (
        f"the forecast of {one_line(report.dockerfile)} does not hold for {one_line(report.reference)}:"
        f" {places} outside ({above})"
    )


def fleet_headline(report: FleetReport) -> str:
    saved = report.image_bytes - report.stored_bytes
    return (
        f"{len(report.images)} images, {format_bytes(report.image_bytes)} in all,"
        f" {format_bytes(report.stored_bytes)} stored: {format_bytes(saved)} shared;"
        f" {format_bytes(report.duplicated_bytes)} of content in several of them but in other layers"
    )


def fleet_rows(report: FleetReport) -> list[tuple[str, ...]]:
    return [
        (
            one_line(image.reference),
            format_bytes(image.bytes),
            format_bytes(image.unique),
            format_bytes(image.shared),
            str(len(image.layers)),
        )
        for image in report.images
    ]


def shared_rows(report: FleetReport) -> list[tuple[str, ...]]:
    """The layers that several images have, the largest first."""
    shared = [layer for layer in report.layers if len(layer.images) > 1]
    shared.sort(key=lambda layer: (-layer.bytes, layer.diff_id))
    return [
        (format_bytes(layer.bytes), str(len(layer.images)), one_line(layer.instruction)) for layer in shared
    ]


def amount(size: Size | int) -> str:
    return short_size(size if isinstance(size, Size) else Size.exact(size))


def _origin(origin: Origin) -> str:
    if origin.line is not None:
        return f"line {origin.line}"
    return "base" if origin.layer is None else f"layer {origin.layer + 1}"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value * 100:.2f} %"
