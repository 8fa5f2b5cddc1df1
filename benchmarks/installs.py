"""Forecasts of package installs held against what package managers said in build logs of 2020.

    python benchmarks/installs.py [FILE] [--jobs N] [--write]

FILE has a JSON object a line (gzip): ``mgr``, ``base``, ``run`` (the instruction) and ``ops``, what apt or yum
announced (``installed_delta_bytes``) or apk counted after it (``total_after_bytes``, in MiB; its base image is
taken off by the index).  Packages have grown since, and the indexes are today's.  ``--write`` puts the tables into
``docs/accuracy.md``.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import _page as page

from layerlint.catalog.alpine import nearest_index
from layerlint.catalog.model import BaseImage
from layerlint.domain.size import Size, total
from layerlint.effects import Populate
from layerlint.execution.trace import Trace
from layerlint.linter import Settings, analyse
from layerlint.source import SourceFile

LARGE = 1 << 20
"""Bytes from which a step counts."""
COARSE = 4 * LARGE
"""The same where the truth is told in MiB."""
FEW = 20
"""Steps from which a release has a row of its own."""
NAMES = {
    "bionic": "18.04", "bookworm": "12", "bullseye": "11", "buster": "10", "focal": "20.04", "jammy": "22.04",
    "jessie": "8", "noble": "24.04", "precise": "12.04", "resolute": "26.04", "stretch": "9", "trixie": "13",
    "trusty": "14.04", "wheezy": "7", "xenial": "16.04",
}  # fmt: skip
MOVED = frozenset({"3.24", "bookworm", "noble", "resolute", "sid", "testing", "trixie"})
"""Releases that came after 2020: what a tag without a release means today was another image then."""


@dataclass(frozen=True, slots=True)
class Step:
    base: str
    run: str
    release: str
    """Of the base image: ``ubuntu trusty``."""
    index: str
    """Of the packages."""
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
    def ratio(self) -> float:
        return self.likely / self.truth

    @property
    def error(self) -> float:
        return abs(self.ratio - 1)

    @property
    def is_within_twice(self) -> bool:
        return self.truth / 2 <= self.likely <= self.truth * 2

    @property
    def is_inside(self) -> bool:
        return self.low <= self.truth and (self.high is None or self.truth <= self.high)

    @property
    def has_moved(self) -> bool:
        """The truth is of an older image than the one that its tag names today."""
        return self.release.partition(" ")[2] in MOVED


def read(path: Path, manager: str) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if row["mgr"] == manager and row["completed"] and row["base"] and row.get("ops"):
                yield row


def measured(row: dict[str, Any]) -> Step | None:
    """A step as its author wrote it, on its base; its packages alone are compared."""
    base = row["base"].split()[0]
    told = sum(operation.get("installed_delta_bytes") or 0 for operation in row["ops"])
    if row["mgr"] != "apk" and told < LARGE:
        return None
    trace = analyse(SourceFile("Dockerfile", f"FROM {base}\n{row['run']}\n"), None, Settings()).trace
    stage = trace.stages[0]
    image = stage.base.image
    if row["mgr"] == "apk":
        told = 0 if image is None else _told_by_apk(row, image)
        if told < COARSE:
            return None
    size = _packages(trace)
    complete = all(step.complete for step in stage.steps)
    return Step(
        base,
        row["run"],
        f"{image.distribution} {image.release}" if image and image.distribution else "not known",
        (image.index if image else None) or "none",
        stage.base.known,
        image is not None and image.assumed is not None,
        complete,
        told,
        size.low,
        size.likely,
        size.high if complete else None,
    )


def _told_by_apk(row: dict[str, Any], image: BaseImage) -> int:
    """What came, where the step began on the bare base image; 0 where steps before it had brought something."""
    most = max(row["ops"], key=lambda operation: operation["packages_after"])
    before = most["packages_after"] - len(row.get("installed_lines") or ())
    index = nearest_index(image.index)[0] if image.index is not None else None
    if index is None or abs(before - len(image.packages)) > 3:
        return 0
    found = (index.get(name) for name in image.packages)
    return int(most["total_after_bytes"]) - sum(package.bytes.likely for package in found if package)


def _packages(trace: Trace) -> Size:
    """Bytes of the packages that came, as the package manager counts them: before anything is removed."""
    sizes: list[Size] = []
    for step in trace.steps():
        for command in step.commands:
            for applied in command.applied:
                sizes += (package.bytes for package in applied.installed)
            for effect in command.effects:
                if isinstance(effect, Populate) and (effect.label or "").startswith("rpm:"):
                    sizes.append(effect.size)
    return total(sizes)


# ------------------------------------------------------------------------------ tables


def figures(steps: list[Step]) -> tuple[str, ...]:
    """Steps, median error, within twice, inside, forecast over truth."""
    if not steps:
        return ("0", "", "", "", "")
    ratios = sorted(step.ratio for step in steps)
    quarter = len(ratios) // 4
    return (
        f"{len(steps):,}",
        f"{statistics.median(step.error for step in steps):.0%}".replace("%", " %"),
        f"{sum(step.is_within_twice for step in steps) / len(steps):.0%}".replace("%", " %"),
        f"{sum(step.is_inside for step in steps) / len(steps):.0%}".replace("%", " %"),
        f"{ratios[quarter]:.2f}, {statistics.median(ratios):.2f}, {ratios[-1 - quarter]:.2f}",
    )


HEAD = ("steps", "median error", "within twice", "inside the interval", "forecast over truth: quarters")


def by_release(steps: Iterable[Step], least: int) -> Iterator[tuple[str, str, list[Step]]]:
    """Release, index and steps, the most first; those with few steps together."""
    groups: dict[tuple[str, str], list[Step]] = {}
    for step in steps:
        groups.setdefault((step.release, step.index), []).append(step)
    few: list[Step] = []
    for (release, index), found in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        if len(found) < least:
            few += found
        else:
            yield _title(release), _title(index), found
    if few:
        yield "other releases", "", few


def _title(name: str) -> str:
    distribution, _, release = name.rpartition(" ")
    if not distribution and release in NAMES:
        distribution = "debian"
    if release.startswith("alpine-"):
        distribution, release = "alpine", release.removeprefix("alpine-")
    return f"{distribution.title()} {NAMES.get(release, release)}".strip().replace("Centos", "CentOS")


def rows(manager: str, steps: list[Step]) -> Iterator[tuple[str, ...]]:
    known = [step for step in steps if step.known]
    least = FEW if manager == "apt" else FEW // 2
    for release, index, found in by_release(known, least):
        yield (release, index if manager != "yum" else "none: a table of names", *figures(found))
    kinds: tuple[tuple[str, str, Callable[[Step], bool]], ...] = (
        ("**all, by the catalog's own facts**", "", lambda step: step.known),
        ("of these: understood in full", "", lambda step: step.known and step.exact),
        ("of these: the same release as then", "", lambda step: step.known and not step.has_moved),
        ("base assumed", "what most of its publisher stand on", lambda step: step.assumed),
        ("base not in the catalog", "the likeliest", lambda step: not step.known and not step.assumed),
    )
    for title, index, admits in kinds:
        found = [step for step in steps if admits(step)]
        if len(found) > 1:
            yield (title, index, *figures(found))


def main() -> None:
    parser = argparse.ArgumentParser(prog=Path(__file__).name)
    parser.add_argument("file", nargs="?")
    parser.add_argument(
        "--jobs", type=int, default=None, metavar="N", help="processes (default: one a processor)"
    )
    parser.add_argument("--write", action="store_true", help="write the tables of docs/accuracy.md")
    options = parser.parse_args()
    path = page.shared("data/install_sizes_2020.jsonl.gz", options.file)
    text: list[str] = []
    for manager in ("apt", "apk", "yum"):
        with ProcessPoolExecutor(options.jobs) as pool:
            found = pool.map(measured, read(path, manager), chunksize=20)
            steps = [step for step in found if step is not None]
        table = page.table((manager, "by the index of", *HEAD), len(HEAD), rows(manager, steps))
        print(table, end="\n\n", flush=True)
        text.append(table)
    if options.write:
        page.write("installs", "\n\n".join(text))


if __name__ == "__main__":
    main()
