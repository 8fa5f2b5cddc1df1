"""How fast Dockerfiles are parsed, and that the time grows with their length only; peers in the same run.

    python benchmarks/parse.py [RUNS]

Prints the least wall-clock time of RUNS (default 3) for each text: 5,000 lines and twice and four times
that (the rate must stay), lines of 10 MB, and the corpus where `LAYERLINT_SHARED` or `../shared` has it.
Peers, where installed: the Go parser of moby as a wheel (`pip install dockerfile`) and `dockerfile-parse`.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from layerlint.dockerfile.grammar import parse_all
from layerlint.dockerfile.parser import parse
from layerlint.source import SourceFile

STAGE = """\
FROM debian:bookworm-slim AS stage{n}
ARG VERSION={n}
ENV HOME=/home/user PATH="/opt/bin:$PATH"
RUN apt-get update \\
    && apt-get install -y --no-install-recommends curl \\
    # a comment in between
    && rm -rf /var/lib/apt/lists/*
COPY --chown=1000:1000 ["a file", "/target/"]
RUN <<EOF
echo {n}
EOF
"""
LINES = STAGE.count("\n")


def stages(lines: int) -> str:
    return "".join(STAGE.replace("{n}", str(number)) for number in range(lines // LINES + 1))


TEXTS: dict[str, Callable[[], str]] = {
    "5,000 lines": lambda: stages(5_000),
    "10,000 lines": lambda: stages(10_000),
    "20,000 lines": lambda: stages(20_000),
    "one instruction of 10 MB": lambda: "FROM a\nRUN true" + (" \\\n" + "x" * 60_000) * 167 + "\n",
    "one line of 10 MB (refused)": lambda: "FROM a\nRUN " + "x" * 10_000_000 + "\n",
    "here-document of 10 MB": lambda: "FROM a\nRUN <<EOF\n" + ("x" * 99 + "\n") * 100_000 + "EOF\n",
    "10 MB of short lines": lambda: "FROM a\n" + "RUN a\n" * 1_666_666,
}


def ours(text: str) -> None:
    parse_all(parse(SourceFile("Dockerfile", text)))


def peers() -> dict[str, Callable[[str], Any]]:
    found: dict[str, Callable[[str], Any]] = {}
    try:
        import dockerfile
    except ImportError:
        pass
    else:
        found["dockerfile (Go)"] = dockerfile.parse_string
    try:
        from dockerfile_parse import DockerfileParser
    except ImportError:
        pass
    else:
        found["dockerfile-parse"] = lambda text: DockerfileParser(fileobj=io.BytesIO(text.encode())).structure
    return found


def least(work: Callable[[str], Any], texts: Sequence[str], runs: int) -> float:
    """The shortest of ``runs`` runs, in seconds; a text that is refused counts, too."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        for text in texts:
            with suppress(Exception):
                work(text)
        times.append(time.perf_counter() - start)
    return min(times)


def corpus() -> list[str]:
    root = Path(os.environ.get("LAYERLINT_SHARED") or Path(__file__).resolve().parents[2] / "shared")
    path = root / "corpus" / "dockerfiles.jsonl.gz"
    if not path.exists():
        return []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["dockerfile"] for line in lines]


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    others = peers()
    print(f"{'':30} {'MB':>6} {'layerlint':>12} {'MB/s':>6}", *(f"{name:>18}" for name in others))
    sets = {name: [make()] for name, make in TEXTS.items()}
    if files := corpus():
        sets[f"{len(files):,} real Dockerfiles"] = files
    for name, texts in sets.items():
        size = sum(map(len, texts)) / 1e6
        seconds = least(ours, texts, runs)
        print(
            f"{name:30} {size:6.1f} {seconds * 1000:9.0f} ms {size / seconds:6.1f}",
            *(f"{least(work, texts, 1) * 1000:15.0f} ms" for work in others.values()),
            flush=True,
        )


if __name__ == "__main__":
    main()
