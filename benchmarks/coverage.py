"""How much of real Dockerfiles is understood: commands with a model, steps that are known in full, bases.

    python benchmarks/coverage.py [FILE] [--jobs N] [--write]

FILE has a JSON object a line (gzip) with a ``dockerfile``.  No build context is at hand, so COPY is never known.
``--write`` puts the figures into ``docs/accuracy.md``.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import _page as page

from layerlint.linter import Settings, analyse
from layerlint.source import SourceFile


def counted(text: str) -> Counter[str]:
    """Of one Dockerfile; a command without a model is counted under its name too."""
    found: Counter[str] = Counter()
    for step in analyse(SourceFile("Dockerfile", text), None, Settings()).trace.steps():
        if step.instruction.node.keyword.upper() == "RUN":
            found["RUN"] += 1
            found["RUN in full"] += step.complete
        for command in step.commands:
            found["commands"] += 1
            found["modelled"] += command.modelled
            if not command.modelled:
                found[f"no model: {command.name}"] += 1
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog=Path(__file__).name)
    parser.add_argument("file", nargs="?")
    parser.add_argument(
        "--jobs", type=int, default=None, metavar="N", help="processes (default: one a processor)"
    )
    parser.add_argument("--write", action="store_true", help="write the figures of docs/accuracy.md")
    options = parser.parse_args()
    path = page.shared("corpus/dockerfiles.jsonl.gz", options.file)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["dockerfile"] for line in lines]
    total: Counter[str] = Counter()
    with ProcessPoolExecutor(options.jobs) as pool:
        for found in pool.map(counted, texts, chunksize=20):
            total.update(found)
    missing = total["commands"] - total["modelled"]
    said = (
        f"{len(texts):,} Dockerfiles with {total['commands']:,} commands: "
        f"{missing / total['commands']:.1%} without a model.\n"
        f"{total['RUN']:,} RUN steps: {total['RUN in full'] / total['RUN']:.0%} understood in full."
    )
    print(said)
    names = [(name, count) for name, count in total.most_common() if name.startswith("no model: ")]
    print(
        "without a model:",
        ", ".join(f"{name.removeprefix('no model: ')} {count}" for name, count in names[:60]),
    )
    if options.write:
        page.write("coverage", said.replace("%", " %"))


if __name__ == "__main__":
    main()
