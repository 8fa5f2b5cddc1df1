"""Forecasts held against real builds: a row a layer, then the medians.

    python benchmarks/oracle.py [DIR]

DIR holds ``cases/<name>/Dockerfile`` with its build context, and ``truth/<name>.json.gz``, what buildah made of it
(default: ``../shared/oracle``).  The builds were made with overlayfs and its native differ.
"""

from __future__ import annotations

import gzip
import json
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layerlint.analysis.forecast import forecast
from layerlint.filesystem.layer import Differ
from layerlint.linter import Settings, analyse
from layerlint.report import LayersReport
from layerlint.source import SourceFile

LARGE = 1 << 20
"""Bytes from which a layer counts for the median."""


@dataclass(frozen=True, slots=True)
class Layer:
    instruction: str
    forecast: int
    truth: int
    complete: bool
    reasons: tuple[str, ...]

    @property
    def error(self) -> float:
        """Relative to the truth."""
        return self.forecast / self.truth - 1 if self.truth else float(self.forecast > 0)


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    layers: tuple[Layer, ...]
    hidden: int
    hidden_truth: int
    image: int
    image_truth: int

    @property
    def complete(self) -> bool:
        return all(layer.complete for layer in self.layers)

    @property
    def hidden_error(self) -> float:
        return self.hidden / self.hidden_truth - 1 if self.hidden_truth else float(self.hidden > 0)


def cases(folder: Path) -> Iterator[Case]:
    """Every case of the folder, in the order of their names."""
    for path in sorted((folder / "cases").iterdir()):
        with gzip.open(folder / "truth" / f"{path.name}.json.gz", "rt", encoding="utf-8") as stream:
            truth = json.load(stream)
        yield compared(path.name, forecast_of(path), truth)


def forecast_of(folder: Path) -> LayersReport:
    source = SourceFile.from_bytes("Dockerfile", (folder / "Dockerfile").read_bytes())
    report = forecast(analyse(source, folder, Settings(differ=Differ.NATIVE)).trace)
    assert report is not None
    return report


def compared(name: str, report: LayersReport, truth: dict[str, Any]) -> Case:
    """Layer by layer.  buildah gives WORKDIR none, and its first layer is the base image."""
    built = [layer for layer in truth["layers"] if not layer["empty"] and "WORKDIR" not in layer["created_by"]][1:]
    own = [layer for layer in report.layers if not layer.instruction.startswith("WORKDIR")]
    layers = tuple(
        Layer(
            ours.instruction,
            ours.bytes.likely,
            theirs["bytes"] - pip_cache(theirs),
            ours.complete,
            tuple(f"{gap.command}: {gap.reason}" for gap in ours.unmodelled),
        )
        for ours, theirs in zip(own, built, strict=True)
    )
    return Case(
        name, layers, report.hidden_bytes.likely, truth["hidden_bytes"], report.image_bytes.likely, truth["image_bytes"]
    )


def pip_cache(layer: dict[str, Any]) -> int:
    """Bytes of a cache that the registry of these builds kept from being what it is elsewhere."""
    return sum(size for path, size in layer["files"].items() if path.startswith("/root/.cache/pip/"))


def median_layer_error(found: list[Case]) -> float:
    """Of layers of `LARGE` bytes or more whose step is understood in full."""
    errors = [abs(layer.error) for case in found for layer in case.layers if layer.complete and layer.truth >= LARGE]
    return statistics.median(errors)


def median_hidden_error(found: list[Case]) -> float:
    """Of cases whose steps are all understood in full and that hide something."""
    return statistics.median(abs(case.hidden_error) for case in found if case.complete and case.hidden_truth)


def table(found: list[Case]) -> Iterator[str]:
    for case in found:
        yield (
            f"{case.name}: hidden {case.hidden:,} of {case.hidden_truth:,} ({case.hidden_error:+.1%}), "
            f"image {case.image:,} of {case.image_truth:,} ({case.image / case.image_truth - 1:+.1%})"
        )
        for layer in case.layers:
            mark = "" if layer.complete else f"  incomplete: {layer.reasons[0]}" if layer.reasons else "  incomplete"
            yield (
                f"  {layer.forecast:>13,} {layer.truth:>13,} {layer.error:>+8.1%}  {layer.instruction[:48]:<48}{mark}"
            ).rstrip()
    whole = [case for case in found if case.complete]
    yield f"layers of 1 MiB and more, understood in full: median error {median_layer_error(found):.1%}"
    yield f"hidden bytes of {len(whole)} cases understood in full: median error {median_hidden_error(found):.1%}"


def main(arguments: list[str]) -> int:
    default = Path(__file__).resolve().parent.parent.parent / "shared" / "oracle"
    folder = Path(arguments[0]) if arguments else default
    if not (folder / "cases").is_dir():
        print(f"{Path(__file__).name}: {folder.name}: no folder with cases and truth", file=sys.stderr)
        return 2
    print(f"  {'forecast':>13} {'built':>13} {'error':>8}  instruction")
    for line in table(list(cases(folder))):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
