"""From a trace to the forecast that is shown: one record a layer, and where hidden bytes come from."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.analysis.basis import coverage
from layerlint.analysis.root_files import root_files
from layerlint.dockerfile.instructions import one_line
from layerlint.domain.credentials import redact
from layerlint.domain.size import Size, total
from layerlint.execution.compression import ratio
from layerlint.execution.trace import Step, Trace
from layerlint.filesystem.layer import EntryKind, Layer, suffix_of
from layerlint.filesystem.node import BASE_LAYER, Inode, Zeros
from layerlint.report import (
    BaseRecord,
    ChangeRecord,
    HiddenRecord,
    LayerRecord,
    LayersReport,
    Origin,
    UnmodelledRecord,
)

_FILE = EntryKind.FILE
_HEADER = 512
"""Bytes of a tar header; a directory's and a whiteout's compress to next to nothing, counted as 20."""

_OF_SCRIPTS = {"npm": 0.28, "pip": 0.32}
"""Packed over plain bytes: of JavaScript as of other scripts, of Python with its byte-code and extensions a little
more (10 layers of real builds)."""
_PACKAGED_ENTRIES = (1.0, 1.2, 2.5)
"""Entries of packages over their files that are forecast, as bounds and likely: 78 % of 54 real layers are within;
with Debian's npm there are four times as many."""


def forecast(trace: Trace, *, changes: bool = False, files: int = 0) -> LayersReport | None:
    """The layers of the target's chain; None where the file has no stage to build.

    ``changes`` adds a record for every entry of a layer: thousands, for a large context or install.
    ``files`` adds those of the final root file system: as many at most are told one by one.
    """
    target, accounting = trace.target, trace.accounting
    if target is None or accounting is None:
        return None
    steps = trace.layer_steps()
    hidden: dict[int, list[Size]] = {}
    for item in accounting.items:
        hidden.setdefault(item.created, []).append(item.bytes)
    records = tuple(
        _record(trace, step, index, total(hidden.get(index, ())), changes) for index, step in enumerate(steps)
    )
    lines = [trace.document.source.position(step.instruction.node.span.start)[0] for step in steps]

    def origin(layer: int) -> Origin:
        return Origin(None, None) if layer == BASE_LAYER else Origin(layer, lines[layer])

    base_image = target.base.image
    unknown_base = target.base.bytes.high is None
    incomplete = any(not step.bounded for step in steps)
    return LayersReport(
        trace.document.source.path,
        target.stage.label,
        trace.platform,
        trace.differ.value,
        BaseRecord(
            target.base.reference,
            target.base.source,
            target.base.bytes,
            "" if base_image is None else base_image.date,
        ),
        records,
        _open(accounting.image, unknown_base or incomplete),
        _open(accounting.visible, unknown_base or incomplete),
        _open(accounting.hidden, incomplete),
        tuple(
            HiddenRecord(
                redact(item.path), item.bytes, item.kind.value, origin(item.created), origin(item.hidden_by)
            )
            for item in accounting.items
            if item.bytes.high != 0
        ),
        trace.notes,
        coverage(trace),
        files=root_files(target.final.filesystem.root, files) if files else (),
    )


def _open(size: Size, unbounded: bool) -> Size:
    return Size(size.low, size.likely, None) if unbounded else size


def _record(trace: Trace, step: Step, index: int, hidden: Size, changes: bool) -> LayerRecord:
    layer = step.layer
    assert layer is not None
    node = step.instruction.node
    source = trace.document.source
    unmodelled = tuple(
        UnmodelledRecord(source.position(gap.span.start)[0], gap.command, gap.reason)
        for gap in step.not_understood
    )
    return LayerRecord(
        index,
        step.stage.label,
        node.start_line,
        node.end_line,
        one_line(step.instruction),
        True,
        _open(layer.bytes, not step.bounded),
        _open(compressed(layer), not step.bounded),
        _open(entry_count(layer), bool(unmodelled)),
        hidden,
        step.complete,
        unmodelled,
        tuple(_changes(layer, one_line(step.instruction))) if changes else (),
    )


def compressed(layer: Layer) -> Size:
    """Bytes of the layer as it is pulled (gzip): data by the kind of file, and the headers."""
    sizes: list[Size] = []
    ratios: dict[str, float] = {}
    empty = 0
    for path, kind, node, _, _ in layer.entries:
        if kind is not _FILE or not isinstance(node, Inode):
            continue
        if isinstance(node.content, Zeros):
            factor = 0.001
        elif node.label is not None:
            factor = _ratio(path, node.label)
        else:
            suffix = suffix_of(path)
            known = ratios.get(suffix)
            factor = ratios[suffix] = ratio(path) if known is None else known
        size = node.ships
        if size.low == size.high == 0 and node.label is None:
            empty += 1
        else:
            sizes.append(_packed(size, factor, packaged=node.label is not None))
    files = empty + len(sizes)
    headers = 20 * (len(layer.entries) - files) + 60 * files
    # Of one file nothing may shrink, also of one with nothing in it.
    return total(sizes) + Size(headers, headers, headers + empty * _HEADER)


def _ratio(path: str, label: str | None) -> float:
    """Of a file by its name; of a package of scripts by its manager."""
    known = None if label is None else _OF_SCRIPTS.get(label.partition(":")[0])
    return ratio(path) if known is None else known


def _packed(size: Size, factor: float, *, packaged: bool) -> Size:
    """Of one file nothing may shrink, or nearly all; package files together shrink within a fifth alike (28
    builds: 0.85 to 1.14 of the forecast)."""
    likely = int(size.likely * factor)
    if packaged:
        high = None if size.high is None else int(size.high * factor * 1.2)
        return Size(min(likely, int(size.low * factor * 0.8)), likely, high)
    return Size(
        min(likely, int(size.low * factor * 0.3)), likely, None if size.high is None else size.high + _HEADER
    )


def entry_count(layer: Layer) -> Size:
    """Entries of the layer's tar; of a package, the files are counted, and its directories and links estimated."""
    packaged, others, single = [], [], 0
    for _, _, node, _, _ in layer.entries:
        if isinstance(node, Inode) and node.label is not None:
            packaged.append(node.count)
        elif isinstance(node, Inode) and node.is_summary:
            others.append(node.count)
        else:
            single += 1
    files = total(packaged)
    low, likely, high = (
        None if count is None else int(count * share)
        for count, share in zip((files.low, files.likely, files.high), _PACKAGED_ENTRIES, strict=True)
    )
    return Size(low or 0, likely or 0, high) + total(others) + Size.exact(single)


def _changes(layer: Layer, instruction: str) -> Iterator[ChangeRecord]:
    for entry in layer.entries:
        yield ChangeRecord(redact(entry.path), entry.kind.value, entry.bytes, entry.because or instruction)
