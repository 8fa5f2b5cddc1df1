"""What is inside an image that was built, told as a forecast is: layers, what is hidden, what is there twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from layerlint._dataclass import replace
from layerlint.analysis.attribution import Attribution, LayerSource, attribute
from layerlint.analysis.dive import dive_figures
from layerlint.analysis.duplicates import duplicates
from layerlint.analysis.root_files import root_files
from layerlint.dockerfile.instructions import one_line
from layerlint.domain.credentials import redact, redact_all
from layerlint.domain.size import ZERO, Size, total
from layerlint.filesystem.accounting import Accounting, account
from layerlint.filesystem.union import FileSystem
from layerlint.images.model import Image, ImageLayer
from layerlint.report import (
    BaseRecord,
    ChangeRecord,
    ExactFigures,
    HiddenRecord,
    ImageReport,
    LayerRecord,
    LayersReport,
    Origin,
)

if TYPE_CHECKING:
    from layerlint.execution.trace import Trace

WITHOUT_HISTORY = "(not told by the image)"
"""In place of the instruction of a layer that no row of a history is about."""


def look_inside(
    image: Image, trace: Trace | None = None, *, changes: bool = False, files: int = 0
) -> ImageReport:
    """The layers of an image; with a Dockerfile, the lines that made them.

    The base is scratch, and its image's layers are listed like the others; those that no line made have line 0.
    ``files`` adds those of the final root file system: as many at most are told one by one.
    """
    layers = [each.layer for each in image.layers]
    sources = attribute(image, trace)
    accounting = account(FileSystem.scratch(), layers)
    report = _layers_report(image, trace, sources, accounting, changes=changes)
    if files:
        report = replace(report, files=root_files(accounting.final.root, files))
    base_layers = None if trace is None else sources.base_layers
    return ImageReport(
        image.reference,
        image.form,
        image.id,
        report,
        dive_figures(layers),
        duplicates(image, accounting.final),
        exact_figures(image, accounting, base_layers),
        base_layers,
        name=image.name,
    )


def exact_figures(image: Image, accounting: Accounting, base_layers: int | None) -> ExactFigures:
    """dive counts the first layer as the base's, and so do we where no Dockerfile tells."""
    start = 1 if base_layers is None else base_layers
    user = sum(each.layer.bytes.likely for each in image.layers[start:])
    hidden = sum(item.bytes.likely for item in accounting.items if item.created >= start)
    whole = accounting.image.likely
    return ExactFigures(
        accounting.visible.likely / whole if whole else 1.0,
        accounting.hidden.likely,
        hidden / user if user else None,
        user,
    )


def _layers_report(
    image: Image, trace: Trace | None, sources: Attribution, accounting: Accounting, *, changes: bool
) -> LayersReport:
    hidden: dict[int, list[Size]] = {}
    for item in accounting.items:
        hidden.setdefault(item.created, []).append(item.bytes)
    records = tuple(
        _record(layer, source, index, total(hidden.get(index, ())), changes=changes)
        for index, (layer, source) in enumerate(zip(image.layers, sources.layers, strict=True))
    )

    def origin(layer: int) -> Origin:
        return Origin(layer, records[layer].line or None)

    items = [item for item in accounting.items if item.bytes != ZERO]
    return LayersReport(
        "" if trace is None else trace.document.source.path,
        "" if trace is None or trace.target is None else trace.target.stage.label,
        image.platform,
        "",
        BaseRecord("scratch", "scratch", ZERO),
        records,
        accounting.image,
        accounting.visible,
        accounting.hidden,
        tuple(
            HiddenRecord(path, item.bytes, item.kind.value, origin(item.created), origin(item.hidden_by))
            for path, item in zip(redact_all([item.path for item in items]), items, strict=True)
        ),
        (*image.notes, *_notes(trace, sources)),
    )


def _record(
    layer: ImageLayer, source: LayerSource, index: int, hidden: Size, *, changes: bool
) -> LayerRecord:
    steps = source.makers
    text = instruction(source)
    return LayerRecord(
        index,
        steps[-1].stage.label if steps else "",
        steps[0].instruction.node.start_line if steps else 0,
        steps[-1].instruction.node.end_line if steps else 0,
        text,
        True,
        layer.layer.bytes,
        Size.exact(layer.blob_bytes),
        Size.exact(layer.entries),
        hidden,
        True,
        (),
        tuple(_changes(layer, text)) if changes else (),
    )


def instruction(source: LayerSource) -> str:
    """What made a layer, on one line."""
    if source.steps:
        return "; ".join(one_line(step.instruction) for step in source.makers)
    return redact(source.told.shown) or WITHOUT_HISTORY


def _changes(layer: ImageLayer, because: str) -> Iterator[ChangeRecord]:
    entries = layer.layer.entries
    for path, entry in zip(redact_all([entry.path for entry in entries]), entries, strict=True):
        yield ChangeRecord(path, entry.kind.value, entry.bytes, because)


def _notes(trace: Trace | None, sources: Attribution) -> Iterator[str]:
    yield from sources.notes
    if trace is None:
        return
    for step in sources.alone:
        line = step.instruction.node.start_line
        yield f"line {line} ({one_line(step.instruction)}) is in no layer of the image"
