"""Small Dockerfiles that are built here and now with buildah, and the forecast of every layer.

The base image is BusyBox alone, made from the host's static one: nothing is pulled.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from layerlint.analysis.forecast import forecast
from layerlint.filesystem.layer import Differ
from layerlint.linter import Settings, analyse
from layerlint.source import SourceFile

APPLETS = (
    "cat", "chmod", "chown", "cp", "dd", "echo", "find", "gzip", "head", "install", "ln", "ls", "mkdir", "mv", "rm",
    "rmdir", "sed", "seq", "sh", "tar", "touch", "tr", "true", "truncate", "wc", "xargs",
)  # fmt: skip
BASE = "FROM scratch AS base\nADD base.tar /\nFROM base\n"

BUILDS = {
    "deleted-later": """\
COPY data /srv/data
RUN rm -r /srv/data/keep /srv/data/a.bin
RUN mkdir /srv/data/keep && echo new > /srv/data/keep/new
""",
    "copied-up": """\
COPY data /srv/data
RUN chmod 600 /srv/data/a.bin
RUN chown -R 1000:1000 /srv/data
RUN mv /srv/data/a.bin /srv/moved.bin
RUN echo more >> /srv/moved.bin
""",
    "control-flow": """\
RUN set -eu; for i in 1 2 3; do head -c "${i}000" /dev/zero > "/part-$i"; done
RUN if [ -e /part-2 ]; then rm /part-*; else touch /nothing; fi
RUN cd /tmp && (mkdir -p a/b/c; echo one > a/b/c/f; cp -r a z)
RUN cd /tmp && tar -cf all.tar a && gzip -c all.tar > /all.tgz; rm all.tar
RUN find /tmp -name f -exec rm {} + && truncate -s 5000 /sparse
""",
    "links": """\
RUN mkdir /l && dd if=/dev/zero of=/l/one bs=1000 count=7 && ln /l/one /l/two && ln -s one /l/three
RUN echo x >> /l/two
RUN rm /l/one
""",
    "stages": """\
RUN mkdir -p /out/bin && head -c 4321 /dev/zero > /out/bin/app && echo log > /out/log
FROM base
COPY --from=1 /out /opt
COPY --from=1 --chown=5:6 /out/bin/app /usr/bin/
RUN rm /opt/log
""",
}

MOUNT_POINTS = frozenset({"/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/run/.containerenv"})
"""Empty files that the engine makes to mount on."""

Row = tuple[str, str, int]
"""Path, kind, bytes."""


@pytest.fixture(scope="module")
def busybox() -> bytes:
    """A tar of the base image."""
    program = shutil.which("busybox")
    if shutil.which("buildah") is None or shutil.which("skopeo") is None or os.geteuid() != 0:
        pytest.skip("buildah and skopeo, as root, are needed to build")
    if program is None or b"statically linked" not in subprocess.check_output(["file", "-L", program]):
        pytest.skip("a static busybox is needed for a base image")
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for folder in ("bin", "etc", "tmp", "usr", "usr/bin"):
            member = tarfile.TarInfo(folder)
            member.type, member.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(member)
        data = Path(program).read_bytes()
        member = tarfile.TarInfo("bin/busybox")
        member.mode, member.size = 0o755, len(data)
        tar.addfile(member, io.BytesIO(data))
        for applet in APPLETS:
            member = tarfile.TarInfo(f"bin/{applet}")
            member.type, member.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(member)
    return stream.getvalue()


@pytest.fixture
def context(busybox: bytes, tmp_path: Path) -> Path:
    folder = tmp_path / "context"
    (folder / "data" / "keep").mkdir(parents=True)
    (folder / "base.tar").write_bytes(busybox)
    (folder / "data" / "a.bin").write_bytes(bytes(50_000))
    (folder / "data" / "keep" / "b.txt").write_text("text\n")
    return folder


@pytest.mark.parametrize("name", BUILDS)
def test_the_forecast_is_what_buildah_builds(name: str, context: Path, tmp_path: Path) -> None:
    text = BASE + BUILDS[name]
    (context / "Dockerfile").write_text(text)
    settings = Settings(differ=Differ.NATIVE)
    report = forecast(analyse(SourceFile("Dockerfile", text), context, settings).trace, changes=True)
    assert report is not None
    ours = [
        sorted((each.path, each.kind, each.bytes.likely) for each in layer.changes if each.kind != "directory")
        for layer in report.layers
    ]
    assert all(layer.complete and layer.bytes.is_exact for layer in report.layers if "gzip" not in layer.instruction)
    for number, (layer, built) in enumerate(zip(ours, build(context, tmp_path), strict=True)):
        # What gzip makes of a file is an interval.
        assert [row for row in layer if row[0] != "/all.tgz"] == [row for row in built if row[0] != "/all.tgz"], number


def build(context: Path, work: Path) -> list[list[Row]]:
    """The entries of each layer, but for directories."""
    store = ["--root", str(work / "root"), "--runroot", str(work / "run"), "--storage-driver", "overlay"]
    command = ["buildah", *store, "bud", "--layers", "--isolation", "chroot", "-q", "-t", "x", str(context)]
    done = subprocess.run(command, capture_output=True, text=True)
    if "overlay" in done.stderr and "not supported" in done.stderr:
        pytest.skip("this machine cannot mount an overlay")
    assert done.returncode == 0, done.stderr
    target = work / "image"
    subprocess.run(["buildah", *store, "push", "-q", "--disable-compression", "x", f"dir:{target}"], check=True)
    subprocess.run(["buildah", *store, "rmi", "-a", "-f"], capture_output=True)
    manifest = json.loads((target / "manifest.json").read_text())
    return [read(target / layer["digest"].removeprefix("sha256:")) for layer in manifest["layers"]]


def read(path: Path) -> list[Row]:
    rows: list[Row] = []
    with tarfile.open(path) as tar:
        for member in tar:
            folder, _, name = f"/{member.name.strip('/')}".rpartition("/")
            if name == ".wh..wh..opq":
                rows.append((folder, "opaque", 0))
            elif name.startswith(".wh."):
                rows.append((f"{folder}/{name[4:]}", "whiteout", 0))
            elif not member.isdir() and f"{folder}/{name}" not in MOUNT_POINTS:
                kind = "hardlink" if member.islnk() else "symlink" if member.issym() else "file"
                rows.append((f"{folder}/{name}", kind, member.size if kind == "file" else 0))
    return sorted(rows)
