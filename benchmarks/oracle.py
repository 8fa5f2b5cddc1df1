"""Forecasts held against real builds: a row a layer, then the medians.

    python benchmarks/oracle.py [DIR] [--write]

DIR holds ``cases/<name>/Dockerfile`` with its build context, and ``truth/<name>.json.gz``, what buildah made of it
(default: ``../shared/oracle``); ``builds.jsonl.gz`` has more builds, without contexts and hidden bytes.  All were made
with overlayfs and its native differ.  ``--write`` puts the summary into ``docs/accuracy.md``.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import _page as page

from layerlint.analysis.forecast import forecast
from layerlint.domain.size import Size, total
from layerlint.filesystem.layer import Differ
from layerlint.linter import Settings, analyse
from layerlint.report import ChangeRecord, HiddenRecord, LayersReport
from layerlint.source import SourceFile

PIP_CACHE = "/root/.cache/pip/"
TAR_ENTRY = 700
"""Bytes: a header of 512, and some 190 at the end of most files."""
LARGE = 1 << 20
"""Bytes from which a layer counts for the median."""


@dataclass(frozen=True, slots=True)
class Layer:
    instruction: str
    forecast: Size
    truth: int
    complete: bool
    reasons: tuple[str, ...]
    packed: Size
    """With gzip, without that of the caches left out."""
    packed_truth: int
    entries: Size
    entries_truth: int
    tar_truth: int

    @property
    def tar_bytes(self) -> int:
        """Of the layer's tar, by bytes and entries: a header each, and what fills up the last block of a file."""
        return self.forecast.likely + TAR_ENTRY * self.entries.likely

    @property
    def error(self) -> float:
        """Relative to the truth."""
        return _error(self.forecast.likely, self.truth)

    @property
    def is_inside(self) -> bool:
        return _is_inside(self.forecast, self.truth)


KINDS = ("files", "dirs", "symlinks", "hardlinks", "whiteouts")


@dataclass(frozen=True, slots=True)
class Built:
    """A layer as buildah made it."""

    created_by: str
    bytes: int
    packed: int
    entries: int
    tar: int


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    layers: tuple[Layer, ...]
    hidden: Size
    hidden_truth: int | None
    """None where it was not measured."""

    @property
    def complete(self) -> bool:
        return all(layer.complete for layer in self.layers)

    @property
    def hidden_error(self) -> float:
        return _error(self.hidden.likely, self.hidden_truth or 0)


def _error(forecast: int, truth: int) -> float:
    return forecast / truth - 1 if truth else float(forecast > 0)


def _is_inside(forecast: Size, truth: int) -> bool:
    return forecast.low <= truth and (forecast.high is None or truth <= forecast.high)


def cases(folder: Path) -> Iterator[Case]:
    """Every case of the folder, in the order of their names."""
    for path in sorted((folder / "cases").iterdir()):
        with gzip.open(folder / "truth" / f"{path.name}.json.gz", "rt", encoding="utf-8") as stream:
            truth = json.load(stream)
        report = forecast_of((path / "Dockerfile").read_bytes(), path)
        layers = [layer for layer in truth["layers"] if not layer["empty"]]
        built = [
            Built(
                layer["created_by"],
                layer["bytes"] - pip_cache(layer),
                layer["gzip_bytes"],
                layer["entries"],
                layer["tar_bytes"],
            )
            for layer in layers
        ]
        hidden = without(report.hidden_bytes, report.hidden)
        yield Case(path.name, compared(report, built), hidden, truth["hidden_bytes"])
    path = folder / "builds.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines if path.exists() else ():
            row = json.loads(line)
            if "COPY" not in row["dockerfile"]:  # its context was not kept
                report = forecast_of(row["dockerfile"].encode(), None)
                built = [
                    Built(
                        layer["created_by"],
                        layer["bytes"],
                        layer["bytes_compressed"],
                        sum(layer[kind] for kind in KINDS),
                        layer["tar_bytes"],
                    )
                    for layer in row["rows"]
                    if not layer["empty"]
                ]
                yield Case(row["name"], compared(report, built), report.hidden_bytes, None)


def forecast_of(text: bytes, folder: Path | None) -> LayersReport:
    source = SourceFile.from_bytes("Dockerfile", text)
    report = forecast(analyse(source, folder, Settings(differ=Differ.NATIVE)).trace, changes=True)
    assert report is not None
    return report


def compared(report: LayersReport, built: list[Built]) -> tuple[Layer, ...]:
    """Layer by layer.  buildah gives WORKDIR none, and its first layer is the base image."""
    theirs = [layer for layer in built if "WORKDIR" not in layer.created_by][1:]
    own = [layer for layer in report.layers if not layer.instruction.startswith("WORKDIR")]
    return tuple(
        Layer(
            ours.instruction,
            without(ours.bytes, ours.changes),
            truth.bytes,
            ours.complete,
            tuple(f"{gap.command}: {gap.reason}" for gap in ours.unmodelled),
            ours.compressed,
            truth.packed,
            ours.entries,
            truth.entries,
            truth.tar,
        )
        for ours, truth in zip(own, theirs, strict=True)
    )


def pip_cache(layer: dict[str, Any]) -> int:
    """Bytes of a cache that the registry of these builds kept from being what it is elsewhere."""
    return sum(size for path, size in layer["files"].items() if path.startswith(PIP_CACHE))


def without(size: Size, records: Iterable[ChangeRecord | HiddenRecord]) -> Size:
    """A forecast less what of it is that cache."""
    cache = total(record.bytes for record in records if record.path.startswith(PIP_CACHE))
    low, likely = max(0, size.low - cache.low), max(0, size.likely - cache.likely)
    high = None if size.high is None or cache.high is None else max(likely, size.high - cache.high)
    return Size(min(low, likely), likely, high)


@dataclass(frozen=True, slots=True)
class Summary:
    """What the forecasts are worth: of layers of `LARGE` bytes or more, and of hidden bytes."""

    layers: list[float]
    """Relative errors without sign, sorted."""
    hidden: list[float]
    inside: float
    """The share of truths, of layers and hidden bytes, that lie in the interval."""


def summary(found: list[Case], *, complete: bool = False) -> Summary:
    """Of all layers, or of those that are understood in full."""
    layers = [layer for case in found for layer in case.layers if layer.complete or not complete]
    hiding = [case for case in found if case.hidden_truth and (case.complete or not complete)]
    inside = [layer.is_inside for layer in layers]
    inside += [_is_inside(case.hidden, case.hidden_truth or 0) for case in hiding]
    return Summary(
        sorted(abs(layer.error) for layer in layers if layer.truth >= LARGE),
        sorted(abs(case.hidden_error) for case in hiding),
        sum(inside) / len(inside),
    )


def table(found: list[Case]) -> Iterator[str]:
    for case in found:
        hidden = ""
        if case.hidden_truth is not None:
            hidden = f": hidden {case.hidden.likely:,} of {case.hidden_truth:,} ({case.hidden_error:+.1%})"
        yield case.name + hidden
        for layer in case.layers:
            mark = "" if layer.is_inside else "  outside the interval"
            if not layer.complete:
                mark += f"  incomplete: {layer.reasons[0]}" if layer.reasons else "  incomplete"
            figures = f"{layer.forecast.likely:>13,} {layer.truth:>13,} {layer.error:>+8.1%}"
            yield f"  {figures}  {layer.instruction[:48]:<48}{mark}".rstrip()
    for title, complete in (("all", False), ("understood in full", True)):
        of = summary(found, complete=complete)
        yield f"{title}: layers of 1 MiB and more: {_errors(of.layers)}"
        yield f"{title}: hidden bytes: {_errors(of.hidden)}; {of.inside:.0%} of truths are in their intervals"


def packing(found: list[Case]) -> Iterator[str]:
    """Of what is derived from the bytes: packed bytes, bytes of the tar, entries."""
    layers = [layer for case in found for layer in case.layers if PIP_CACHE not in layer.instruction]
    large = [layer for layer in layers if layer.truth >= LARGE]
    packed = sum(_is_inside(layer.packed, layer.packed_truth) for layer in layers) / len(layers)
    entries = sum(_is_inside(layer.entries, layer.entries_truth) for layer in large) / len(large)
    by_packed = sorted(abs(_error(layer.packed.likely, layer.packed_truth)) for layer in large)
    by_tar = sorted(abs(_error(layer.tar_bytes, layer.tar_truth)) for layer in large)
    by_entries = sorted(abs(_error(layer.entries.likely, layer.entries_truth)) for layer in large)
    yield f"compressed (gzip) bytes: {_errors(by_packed)}; {packed:.0%} of truths are in their intervals"
    yield f"bytes of the tar: {_errors(by_tar)}"
    yield f"entries: {_errors(by_entries)}; {entries:.0%} of truths are in their intervals"


def _errors(errors: list[float]) -> str:
    median, tenth = statistics.median(errors), sum(error <= 0.1 for error in errors) / len(errors)
    return f"{len(errors)}, median error {median:.1%}, {tenth:.0%} within 10 %, worst {errors[-1]:.0%}"


def main() -> None:
    parser = argparse.ArgumentParser(prog=Path(__file__).name)
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--write", action="store_true", help="write the summary of docs/accuracy.md")
    options = parser.parse_args()
    folder = page.shared("oracle", options.folder)
    if not (folder / "cases").is_dir():
        print(f"{Path(__file__).name}: {folder.name}: no folder with cases and truth", file=sys.stderr)
        raise SystemExit(2)
    found = list(cases(folder))
    print(f"  {'forecast':>13} {'built':>13} {'error':>8}  instruction")
    lines = [*table(found), *packing(found)]
    print("\n".join(lines))
    if options.write:
        said = "\n".join(f"* {line.replace('%', ' %').replace('  %', ' %')}" for line in lines[-7:])
        page.write("oracle", said)


if __name__ == "__main__":
    main()
