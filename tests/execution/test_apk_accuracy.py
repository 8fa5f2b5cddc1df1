"""Forecasts of Alpine layers, held against images that people built, and against logs of builds."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator

import pytest

from layerlint.analysis.forecast import forecast
from layerlint.catalog.bases import find
from layerlint.commands.apk import apk
from layerlint.domain.size import Size
from layerlint.effects import Invocation
from layerlint.execution.packages import PackageDatabase, apply
from layerlint.execution.view import SystemView
from layerlint.filesystem.layer import Differ
from layerlint.filesystem.union import FileSystem
from layerlint.linter import Settings, analyse
from layerlint.report import LayersReport
from layerlint.source import SourceFile
from tests.shared import rows

_RELEASES = (
    ("2019-06-19", "3.10"), ("2019-12-19", "3.11"), ("2020-05-29", "3.12"), ("2021-01-14", "3.13"),
    ("2021-06-15", "3.14"), ("2021-11-24", "3.15"), ("2022-05-23", "3.16"), ("2022-11-22", "3.17"),
    ("2023-05-09", "3.18"), ("2023-12-07", "3.19"), ("2024-05-22", "3.20"), ("2024-12-05", "3.21"),
)  # fmt: skip
"""When each Alpine became the latest."""
_OWN_INDEX = ("3.14", "3.16", "3.19")
"""Releases of which an index of their own is bundled, and images are known."""
_SIMPLE = re.compile(r"(?:set -[eux]+; )?apk add (?:--no-cache )?[a-z0-9 +.-]+(?: ;| && rm -rf /var/cache/apk/\*)?")


def forecast_of(text: str) -> LayersReport:
    source = SourceFile.from_bytes("Dockerfile", text.encode())
    report = forecast(analyse(source, None, Settings(differ=Differ.NATIVE)).trace)
    assert report is not None
    return report


def release_at(day: str) -> str:
    return next((release for since, release in reversed(_RELEASES) if since <= day), "3.9")


def built() -> Iterator[tuple[str, str, int]]:
    """Release, script and bytes of the layers of ``slim_reports`` that ``apk add`` alone made, each once."""
    seen = set()
    for report in rows("data/slim_reports.jsonl.gz"):
        for row in report["instructions"]:
            script = " ".join((row["command"] or "").replace("\\\n", " ").split()).removeprefix("RUN ")
            if _SIMPLE.fullmatch(script) and "..." not in script and (script, row["size"]) not in seen:
                seen.add((script, row["size"]))
                yield release_at(row["time"][:10]), script, row["size"]


def test_layers_have_the_bytes_of_real_builds() -> None:
    errors, own, inside = [], [], []
    for release, script, truth in sorted(built()):
        (layer,) = forecast_of(f"FROM alpine:{release}\nRUN {script}\n").layers
        error = layer.bytes.likely / truth - 1
        held = layer.bytes.low <= truth <= (layer.bytes.high or truth)
        print(f"{release:5} {truth:>12,} {layer.bytes.likely:>12,} {error:>+7.1%} {held}  {script[:70]}")
        errors.append(abs(error))
        inside.append(held)
        if release in _OWN_INDEX:
            own.append(abs(error))
    print(
        f"{len(errors)} layers: median error {statistics.median(errors):.1%}, worst {max(errors):.1%}, "
        f"{sum(inside)} in the interval; {len(own)} with the release's own index: "
        f"median {statistics.median(own):.1%}, worst {max(own):.1%}"
    )
    assert len(errors) >= 11
    assert statistics.median(errors) <= 0.05
    assert statistics.median(own) <= 0.04
    assert max(errors) <= 0.15
    assert sum(inside) >= 0.9 * len(inside)


def logged() -> Iterator[tuple[str, str, set[str]]]:
    """Base, command and the packages that came, of the steps of 2020 that are one ``apk add``."""
    for row in rows("data/install_sizes_2020.jsonl.gz"):
        base = (row["base"] or "").split(" ")[0]
        script = " ".join(row["run"].replace("\\\n", " ").split()).partition(" ")[2]
        if row["mgr"] == "apk" and base.startswith("alpine") and row["completed"] and row.get("installed_lines"):
            yield base, script, {name for name, _ in row["installed_lines"]}


def test_the_packages_that_come_are_those_of_real_builds() -> None:
    """The logs are of Alpine 3.3 to 3.12, whose nearest index is that of 3.14."""
    missing, more, common = 0, 0, 0
    for base, script, real in logged():
        match = re.fullmatch(r"(?:apk update && )?apk add ([a-z0-9 +.-]+)", script)
        image = find(base)
        if match is None or image is None:
            continue
        filesystem = FileSystem(image.root).at_layer(0)
        view = SystemView(filesystem)
        outcome = apk(Invocation(("apk", "add", *match[1].split()), "/", {}, None, view))
        database = PackageDatabase.from_base(image)
        names: set[str] = set()
        for effect in outcome.effects:
            applied = apply(effect, filesystem, database, "test")  # type: ignore[arg-type]
            filesystem, database = applied.filesystem, applied.database
            names |= {package.name for package in applied.installed}
        missing, more, common = missing + len(real - names), more + len(names - real), common + len(names & real)
    print(f"{common} packages foreseen, {missing} not, {more} that did not come")
    assert common > missing + more


def test_accounts_are_written_as_in_a_real_build() -> None:
    """BusyBox's adduser and addgroup, chown and rm on Alpine 3.20.3, without the copied context."""
    for row in rows("oracle/builds.jsonl.gz"):
        if row["name"] == "alpine-files":
            lines = [line for line in row["dockerfile"].splitlines() if "/srv" not in line]
            real = {r["created_by"]: r["bytes"] for r in row["rows"] if not r["empty"]}
            report = forecast_of("\n".join(lines) + "\n")
            for layer in report.layers:
                script = layer.instruction.removeprefix("RUN ")
                assert layer.bytes == Size.exact(real[f"/bin/sh -c {script}"]), script
            break
    else:
        pytest.skip("no such build")
