"""How much of real Dockerfiles is understood: commands with a model, steps that are known in full, bases.

    python benchmarks/coverage.py [FILE]

FILE has a JSON object a line (gzip) with a ``dockerfile``.  No build context is at hand, so COPY is never known.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

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


def main(arguments: list[str]) -> int:
    default = Path(__file__).resolve().parent.parent.parent / "shared" / "corpus" / "dockerfiles.jsonl.gz"
    path = Path(arguments[0]) if arguments else default
    if not path.is_file():
        print(f"{Path(__file__).name}: {path.name}: no such file", file=sys.stderr)
        return 2
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["dockerfile"] for line in lines]
    total: Counter[str] = Counter()
    with ProcessPoolExecutor() as pool:
        for found in pool.map(counted, texts, chunksize=20):
            total.update(found)
    missing = total["commands"] - total["modelled"]
    print(f"{len(texts)} Dockerfiles, {total['commands']} commands: {missing / total['commands']:.1%} without a model")
    print(f"{total['RUN']} RUN steps: {total['RUN in full'] / total['RUN']:.0%} understood in full")
    names = [(name, count) for name, count in total.most_common() if name.startswith("no model: ")]
    print("without a model:", ", ".join(f"{name.removeprefix('no model: ')} {count}" for name, count in names[:60]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
