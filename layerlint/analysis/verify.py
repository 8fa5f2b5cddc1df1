"""A forecast held against the image that was built: layer by layer, and what of each layer differs and why."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.analysis.attribution import Attribution, LayerSource, attribute
from layerlint.analysis.basis import basis
from layerlint.analysis.forecast import forecast
from layerlint.analysis.inside import instruction
from layerlint.dockerfile.instructions import one_line
from layerlint.domain.credentials import redact
from layerlint.domain.size import ZERO, Size, total
from layerlint.execution.trace import Step, Trace
from layerlint.filesystem.accounting import account
from layerlint.filesystem.apply import squash
from layerlint.filesystem.layer import Entry, Layer
from layerlint.filesystem.node import Inode
from layerlint.filesystem.union import FileSystem
from layerlint.images.model import Image
from layerlint.report import Basis, ComparisonRecord, DifferenceRecord, LayerRecord, VerifyReport

MOST_DIFFERENCES: Final = 20
"""Of one layer that are told."""
_DEPTH: Final = 4
"""Components of a directory that stands for the files in it that nothing forecast."""

_REASONS: Final[Mapping[Basis, str]] = {
    Basis.CONTEXT: "the build context has another file now",
    Basis.COMMAND: "the command wrote another amount than its text says",
    Basis.BASE: "the base has another version of the file",
    Basis.INDEX: "another version of the package was installed, or other packages were",
    Basis.MEASURE: "an interval, measured on other builds",
    Basis.GUESS: "a guess: nothing bounds it, such as a download of unknown size",
}


def verify(trace: Trace, image: Image, *, tolerance: float = 0.0) -> VerifyReport | None:
    """None where the file has no stage to build; ``tolerance`` is a part of the actual bytes."""
    report = forecast(trace)
    if report is None or trace.target is None:
        return None
    records = {id(step): record for step, record in zip(trace.layer_steps(), report.layers, strict=True)}
    found = _paired(image, trace, attribute(image, trace))
    judge = _Judge(tolerance)
    compared: list[ComparisonRecord] = []
    expected: list[Layer] = []
    for index in range(found.base_layers, len(image.layers)):
        source, layer = found.layers[index], image.layers[index].layer
        told = [records[id(step)] for step in source.steps]
        shown = [records[id(step)] for step in source.makers]
        size = None
        if told:
            expected.append(_together(source.steps))
            size = _open(expected[-1].bytes, all(record.complete for record in told))
        compared.append(
            ComparisonRecord(
                index,
                shown[0].line if shown else 0,
                shown[-1].end_line if shown else 0,
                instruction(source),
                size,
                layer.bytes.likely,
                judge.within(size, layer.bytes.likely),
                () if size is None else differences(source.steps, expected[-1], layer),
                tuple(gap for record in told for gap in record.unmodelled),
            )
        )
    for step in found.alone:
        compared.append(_alone(step, records[id(step)]))
        expected.append(_together((step,)))
    base = sum(each.layer.bytes.likely for each in image.layers[: found.base_layers])
    added = sum(each.layer.bytes.likely for each in image.layers[found.base_layers :])
    accounting = account(FileSystem.scratch(), [each.layer for each in image.layers])
    hidden = sum(item.bytes.likely for item in accounting.items if item.hidden_by >= found.base_layers)
    expected.sort(key=lambda layer: layer.index)
    complete = all(record.complete for record in report.layers)
    forecast_hidden = account(trace.target.base.filesystem, expected).hidden
    return VerifyReport(
        report.dockerfile,
        report.target,
        image.reference,
        image.form,
        image.id,
        image.platform,
        tolerance,
        judge.whole(f"base {report.base.reference}", report.base.bytes, base),
        tuple(compared),
        judge.whole("all above the base", _open(total(each.bytes for each in expected), complete), added),
        judge.whole("hidden", _open(forecast_hidden, complete), hidden),
        (*report.notes, *image.notes, *found.notes),
    )


def _together(steps: Sequence[Step]) -> Layer:
    """The layer of a builder that makes one of several instructions."""
    layers = [step.layer for step in steps if step.layer is not None]
    return layers[0] if len(layers) == 1 else squash(layers)


def _open(size: Size, complete: bool) -> Size:
    return size if complete else Size(size.low, size.likely, None)


@dataclass(frozen=True, slots=True)
class _Judge:
    tolerance: float

    def within(self, expected: Size | None, actual: int) -> bool:
        if expected is None:
            return actual == 0
        inside = expected.low <= actual and (expected.high is None or actual <= expected.high)
        return inside or abs(expected.likely - actual) <= self.tolerance * actual

    def whole(self, what: str, expected: Size, actual: int) -> ComparisonRecord:
        return ComparisonRecord(None, 0, 0, what, expected, actual, self.within(expected, actual), (), ())


def _alone(step: Step, record: LayerRecord) -> ComparisonRecord:
    """An instruction without a layer in the image: nothing is amiss if it may well have written nothing."""
    within = record.bytes.low == 0
    return ComparisonRecord(
        None,
        record.line,
        record.end_line,
        one_line(step.instruction),
        record.bytes,
        None,
        within,
        (),
        record.unmodelled,
    )


def _paired(image: Image, trace: Trace, found: Attribution) -> Attribution:
    """Where the history names no layer: the base by its bytes, and then the layers in their order."""
    if any(source.steps for source in found.layers) or trace.target is None:
        return found
    base = _base_by_bytes(image, trace.target.base.bytes)
    steps = [step for step in trace.layer_steps() if step.layer is not None]
    rest = len(image.layers) - base
    if rest != len(steps):
        steps = [step for step in steps if step.layer is not None and step.layer.bytes != ZERO]
    if rest == len(steps):
        groups: list[tuple[Step, ...]] = [(step,) for step in steps]
        how = "in their order"
    elif rest == 1:
        groups, how = [tuple(steps)], "as one"
    else:
        return found
    sources = (
        *found.layers[:base],
        *(LayerSource(each.told, group) for each, group in zip(found.layers[base:], groups, strict=True)),
    )
    note = (
        f"the base is taken by its bytes for the first {base} layers, and the instructions {how} for the rest"
    )
    used = {id(step) for group in groups for step in group}
    alone = tuple(step for step in trace.layer_steps() if id(step) not in used)
    return Attribution(sources, base, alone, (*found.notes, note))


def _base_by_bytes(image: Image, base: Size) -> int:
    """The number of first layers whose bytes are nearest to those of the base."""
    best, nearest, so_far = 0, base.likely, 0
    for number, each in enumerate(image.layers, start=1):
        so_far += each.layer.bytes.likely
        if abs(so_far - base.likely) < nearest:
            best, nearest = number, abs(so_far - base.likely)
    return best


# ------------------------------------------------------------------------ by path


def differences(steps: Sequence[Step], ours: Layer, actual: Layer) -> tuple[DifferenceRecord, ...]:
    """Where the likely amounts differ, the most first.  What is not told file by file counts by its directory."""
    entries = ours.entries
    sizes = {entry.path: entry.bytes.likely for entry in actual.entries if entry.bytes != ZERO}
    expected: dict[str, list[Entry]] = {}
    for entry in entries:
        if isinstance(entry.node, Inode) and entry.bytes != ZERO:
            expected.setdefault(_place(entry), []).append(entry)
    _fold_caches(expected)
    left = sizes.keys() - expected.keys()
    amounts = {path: sizes.get(path, 0) for path in expected}
    unforeseen: dict[str, int] = {}
    for path in left:
        place = _summary_above(path, expected)
        if place is None:
            place = _shortened(path)
            unforeseen[place] = unforeseen.get(place, 0) + sizes[path]
        else:
            amounts[place] += sizes[path]
    _fold_absent(expected, amounts)
    why = _unforeseen_reason(steps)
    found = [
        *_expected_differences(expected, amounts),
        *(DifferenceRecord(redact(path), ZERO, size, why) for path, size in unforeseen.items()),
    ]
    found.sort(key=lambda each: (-abs(each.forecast.likely - each.actual), each.path))
    return tuple(found[:MOST_DIFFERENCES])


def _place(entry: Entry) -> str:
    """The path of a file, or the directory (with a ``/``) of files whose names are not known: ``<curl>``."""
    folder, _, name = entry.path.rpartition("/")
    return f"{folder}/" if name.startswith("<") and name.endswith(">") else entry.path


def _fold_caches(expected: dict[str, list[Entry]]) -> None:
    """A package's byte code is told in one amount, and lies in the ``__pycache__`` of each of its directories."""
    for place in [each for each in expected if each.endswith("/__pycache__/")]:
        above = place.removesuffix("__pycache__/")
        if above in expected:
            expected[above] += expected.pop(place)


def _fold_absent(expected: dict[str, list[Entry]], amounts: dict[str, int]) -> None:
    """Of files that are told by their directory, and are not under it, the directory above may hold them."""
    for place in sorted(
        (each for each in expected if each.endswith("/") and not amounts[each]), reverse=True
    ):
        above = _summary_above(place.rstrip("/"), expected)
        if above is not None:
            expected[above] += expected.pop(place)
            del amounts[place]


def _expected_differences(
    expected: Mapping[str, Sequence[Entry]], amounts: Mapping[str, int]
) -> Iterator[DifferenceRecord]:
    for path, entries in expected.items():
        size = total(entry.bytes for entry in entries)
        if size.likely != amounts[path]:
            yield DifferenceRecord(redact(path), size, amounts[path], _reason(entries, amounts[path]))


def _reason(entries: Iterable[Entry], actual: int) -> str:
    """Of the entry with the most bytes."""
    entry = max(entries, key=lambda each: each.bytes.likely)
    assert isinstance(entry.node, Inode)
    text = _REASONS[basis(entry.node)]
    if entry.node.label is not None:
        text = f"{text} ({entry.node.label})"
    return text if actual else f"it is not in the image: {text}"


def _unforeseen_reason(steps: Sequence[Step]) -> str:
    gaps = [gap for step in steps for gap in step.not_understood]
    if not gaps:
        return "not forecast"
    more = f" and {len(gaps) - 1} more" if len(gaps) > 1 else ""
    return f"not forecast: {redact(gaps[0].command)}{more} is not understood"


def _summary_above(path: str, expected: Mapping[str, object]) -> str | None:
    """The nearest directory that stands for files that are not told one by one."""
    while path != "/":
        path = posixpath.dirname(path)
        place = f"{path.rstrip('/')}/"
        if place in expected:
            return place
    return None


def _shortened(path: str) -> str:
    parts = path.split("/")
    return path if len(parts) <= _DEPTH + 1 else "/".join(parts[: _DEPTH + 1]) + "/"
