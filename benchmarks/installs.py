"""Forecasts of package installs held against what package managers said in build logs of 2020.

    python benchmarks/installs.py [FILE]

FILE has a JSON object a line (gzip): ``mgr``, ``base``, ``run`` (the instruction) and ``ops``, what apt or yum
announced (``installed_delta_bytes``) or apk counted.  Packages have grown since, and the indexes are today's.
"""

from __future__ import annotations

import gzip
import json
import statistics
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layerlint.execution.trace import Trace
from layerlint.linter import Settings, analyse
from layerlint.source import SourceFile

LARGE = 1 << 20
"""Bytes from which a step counts."""


@dataclass(frozen=True, slots=True)
class Step:
    base: str
    run: str
    known: bool
    """The catalog has the base image, by facts of its own."""
    assumed: bool
    """The catalog has what most images of its publisher stand on."""
    exact: bool
    truth: int
    low: int
    likely: int
    high: int | None

    @property
    def error(self) -> float:
        return abs(self.likely / self.truth - 1)

    @property
    def is_within_twice(self) -> bool:
        return self.truth / 2 <= self.likely <= self.truth * 2

    @property
    def is_inside(self) -> bool:
        return self.low <= self.truth and (self.high is None or self.truth <= self.high)


def read(path: Path, manager: str) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["mgr"] == manager and row["completed"] and row["base"] and row.get("ops"):
                yield row


def measured(row: dict[str, Any]) -> Step | None:
    """A step as its author wrote it, on its base; its packages alone are compared."""
    truth = sum(operation.get("installed_delta_bytes") or 0 for operation in row["ops"])
    if truth < LARGE:
        return None
    base = row["base"].split()[0]
    text = f"FROM {base}\n{row['run']}\n"
    trace = analyse(SourceFile("Dockerfile", text), None, Settings()).trace
    stage = trace.stages[0]
    low, likely, high = _installed(trace)
    complete = all(step.complete for step in stage.steps)
    assumed = stage.base.image is not None and stage.base.image.assumed is not None
    return Step(
        base, row["run"], stage.base.known, assumed, complete, truth, low, likely, high if complete else None
    )


def _installed(trace: Trace) -> tuple[int, int, int | None]:
    """Bytes of the packages that came, as the package manager counts them: before anything is removed."""
    low = likely = 0
    high: int | None = 0
    for step in trace.steps():
        for command in step.commands:
            for applied in command.applied:
                for package in applied.installed:
                    size = package.bytes
                    low, likely = low + size.low, likely + size.likely
                    high = None if high is None or size.high is None else high + size.high
    return low, likely, high


def summary(title: str, steps: list[Step]) -> str:
    if not steps:
        return f"{title}: none"
    error = statistics.median(step.error for step in steps)
    twice = sum(step.is_within_twice for step in steps) / len(steps)
    inside = sum(step.is_inside for step in steps) / len(steps)
    figures = f"median error {error:.0%}, within twice {twice:.0%}, inside the interval {inside:.0%}"
    return f"{title}: {len(steps)} steps, {figures}"


def main(arguments: list[str]) -> int:
    default = (
        Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "install_sizes_2020.jsonl.gz"
    )
    path = Path(arguments[0]) if arguments else default
    if not path.is_file():
        print(f"{Path(__file__).name}: {path.name}: no such file", file=sys.stderr)
        return 2
    for manager in ("apt", "apk", "yum"):
        with ProcessPoolExecutor() as pool:
            found = pool.map(measured, read(path, manager), chunksize=20)
            steps = [step for step in found if step is not None]
        known = [step for step in steps if step.known]
        print(summary(f"{manager}, base in the catalog", known))
        print(summary(f"{manager}, understood in full", [step for step in known if step.exact]))
        print(summary(f"{manager}, base assumed", [step for step in steps if step.assumed]))
        unknown = [step for step in steps if not step.known and not step.assumed]
        print(summary(f"{manager}, base not in the catalog", unknown))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
