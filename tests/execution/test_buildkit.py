"""The interpreter against buildkitd: 48 small Dockerfiles, and every tar entry of every layer that it made.

The builds stand on one busybox tree, unpacked by ``ADD base.tar /``; times are left out of the comparison.
"""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from layerlint.dockerfile.grammar import parse_all
from layerlint.dockerfile.parser import parse
from layerlint.execution.context import open_context
from layerlint.execution.interpreter import Options, run
from layerlint.filesystem.layer import Entry, EntryKind
from layerlint.filesystem.node import Inode
from layerlint.graph import build_graph
from layerlint.source import SourceFile
from tests.shared import rows

PASSWD = b"root:x:0:0::/root:/bin/sh\nu:x:1000:1000::/home/u:/bin/sh\n"
GROUP = b"root:x:0:\nu:x:1000:\n"
BASE_TIME, CONTEXT_TIME = 1_704_164_645, 1_704_165_645
FILES = {"f": "abcd", "dir/a": "1", "dir/new": "2", "dir/sub/c": "3", "dir/x.md": "md", "hd/h1": "abcd",
         "p/q/r.txt": "r"}  # fmt: skip

Row = tuple[str, str, int, int, int, int, str]
"""Path, kind, size, mode, user, group, target."""

DIFFERENT: dict[str, str] = {}
"""Builds whose layers are forecast differently, and why."""



@pytest.fixture(scope="module")
def builds() -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in rows("conformance/layers.jsonl.gz")}


@pytest.fixture(scope="module")
def context(builds: dict[str, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("context")
    base = builds["#base"]["entries"]
    write_base(root / "base.tar", base)
    write_base(root / "base-nomnt.tar", [entry for entry in base if entry["name"] not in ("proc/", "sys/", "dev/")])
    with tarfile.open(root / "x.tar", "w") as tar:
        add(tar, "tdir/", tarfile.DIRTYPE, 0o755, 7, 0)
        add(tar, "tdir/tf", tarfile.REGTYPE, 0o600, 7, 8, b"tf")
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o640)
    os.link(root / "f", root / "hl")
    os.link(root / "hd/h1", root / "hd/h2")
    (root / "sl").symlink_to("f")
    (root / "hd/s1").symlink_to("h1")
    (root / "dir").chmod(0o700)
    (root / "dir/sub").chmod(0o711)
    (root / "p/q").chmod(0o755)
    for path in (root, *root.rglob("*")):
        os.utime(path, (CONTEXT_TIME, CONTEXT_TIME), follow_symlinks=False)
    return root


def write_base(path: Path, entries: list[dict[str, Any]]) -> None:
    known = {"etc/passwd": PASSWD, "etc/group": GROUP}
    kinds = {"dir": tarfile.DIRTYPE, "file": tarfile.REGTYPE, "symlink": tarfile.SYMTYPE, "hardlink": tarfile.LNKTYPE}
    with tarfile.open(path, "w") as tar:
        for entry in entries:
            data = known.get(entry["name"], bytes([64]) * entry["size"])
            assert len(data) == entry["size"], entry["name"]
            add(
                tar, entry["name"], kinds[entry["type"]], int(entry["mode"], 8), entry["uid"], entry["gid"], data,
                entry.get("link", ""),
            )  # fmt: skip


def add(
    tar: tarfile.TarFile, name: str, kind: bytes, mode: int, uid: int, gid: int, data: bytes = b"", link: str = ""
) -> None:
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.uid, info.gid, info.linkname = kind, mode, uid, gid, link
    info.mtime, info.size = BASE_TIME, len(data)
    tar.addfile(info, io.BytesIO(data))


def real(entry: dict[str, Any]) -> Row:
    name = "/" + entry["name"].rstrip("/")
    folder, _, last = name.rpartition("/")
    if last == ".wh..wh..opq":
        return folder, "opaque", 0, 0, 0, 0, ""
    if last.startswith(".wh."):
        return f"{folder}/{last[4:]}", "whiteout", 0, 0, 0, 0, ""
    kind = {"dir": "directory"}.get(entry["type"], entry["type"])
    link = entry.get("link", "")
    return name, kind, entry["size"], int(entry["mode"], 8), entry["uid"], entry["gid"], link


def forecast(entry: Entry) -> Row:
    node = entry.node
    if entry.kind in (EntryKind.WHITEOUT, EntryKind.OPAQUE) or node is None:
        return entry.path, entry.kind.value, 0, 0, 0, 0, ""
    assert entry.bytes.is_exact
    target = node.target if isinstance(node, Inode) else ""
    link = entry.link.lstrip("/") if entry.kind is EntryKind.HARDLINK else target
    uid, gid = (owner if isinstance(owner, int) else -1 for owner in (node.uid, node.gid))
    return entry.path, entry.kind.value, entry.bytes.likely, node.mode, uid, gid, link


def layers_of(build: dict[str, Any]) -> list[list[Row]]:
    return [
        sorted(real(entry) for entry in row["layer"]["entries"])
        for row in build["history"]
        if not row["empty_layer"] and isinstance(row["layer"]["entries"], list)
    ]


def forecast_layers(build: dict[str, Any], context: Path, folder: Path) -> list[list[Row]]:
    dockerfile = folder / "Dockerfile"
    if build["id"] == "copy/dockerignore-neg":
        dockerfile.with_name("Dockerfile.dockerignore").write_text("*\n!base.tar\n!dir/sub/c\n")
    document = parse(SourceFile("Dockerfile", build["dockerfile"]))
    instructions, problems = parse_all(document)
    assert not problems
    opened, _ = open_context(context, dockerfile)
    trace = run(document, instructions, build_graph(document, instructions), Options(context=opened))
    steps = trace.layer_steps()
    assert [step.not_understood for step in steps] == [()] * len(steps)
    return [
        sorted(forecast(entry) for entry in step.layer.entries)
        for step in steps
        if step.layer is not None and "ADD base" not in step.instruction.node.text
    ]


IDS = (
    "add/tar", "add/tar-no-unpack", "copy/chmod-dir-symbolic", "copy/chmod-file-newdir", "copy/chown-name",
    "copy/dir-over-existing", "copy/dockerignore-neg", "copy/empty-glob", "copy/exclude", "copy/file-over-dir",
    "copy/from-stage-root", "copy/glob-dirs", "copy/hardlinks", "copy/hardlinks-dir", "copy/link-chmod",
    "copy/link-chown", "copy/link-through-symlink", "copy/link-tmp", "copy/symlink-src", "copy/through-symlink",
    "copy/workdir-relative", "epoch/no-rewrite", "graph/unreachable", "meta/all", "meta/volume-then-write",
    "onbuild/copy", "run/heredoc", "run/heredoc-shebang", "run/json-form", "run/modify", "run/mount-cache-existing",
    "run/mount-file", "run/mount-tmpfs", "run/mv-and-back", "run/no-mountpoints-in-base", "run/replace-dir-by-file",
    "run/rm-dir", "run/rm-mkdir", "run/same-content-rewrite", "run/same-step-write-rm", "run/sparse",
    "run/tmp-touch-keep", "run/true", "run/two-steps-write-rm", "run/user", "workdir/new", "workdir/root",
    "workdir/user",
)  # fmt: skip


def test_every_build_is_here(builds: dict[str, dict[str, Any]]) -> None:
    assert sorted(builds.keys() - {"#base"}) == list(IDS)
    assert set(IDS) >= DIFFERENT.keys()


@pytest.mark.parametrize("name", IDS)
def test_layers_are_those_of_buildkit(
    name: str, builds: dict[str, dict[str, Any]], context: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if name in DIFFERENT:
        request.applymarker(pytest.mark.xfail(reason=DIFFERENT[name], strict=True))
    assert forecast_layers(builds[name], context, tmp_path) == layers_of(builds[name])
