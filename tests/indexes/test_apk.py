"""Indexes of Alpine: what a line says, and what is not an index."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from layerlint.catalog.alpine import open_index
from layerlint.catalog.blocks import BlockFile
from layerlint.catalog.cache import open_cached
from layerlint.indexes.apk import cached_name
from tests.indexes.mirror import Mirror, apkindex
from tests.test_cli import Ran

BUSYBOX = """\
C:Q1abc=
P:busybox
V:1.36.1-r29
A:x86_64
S:509600
I:962560
T:Size optimized toolbox
o:busybox
t:1732000000
D:so:libc.musl-x86_64.so.1
p:/bin/sh cmd:busybox=1.36.1-r29 cmd:sh=1.36.1-r29 so:libbox.so.1=1
k:100
"""
DOCS = """\
P:busybox-doc
V:1.36.1-r29
S:100
I:200
t:1732100000
i:docs busybox=1.36.1-r29
"""
MAIN, COMMUNITY = "/v3.20/main/x86_64/APKINDEX.tar.gz", "/v3.20/community/x86_64/APKINDEX.tar.gz"


def update(capfd: pytest.CaptureFixture[str], mirror: Mirror) -> Ran:
    return Ran(capfd, "index", "update", "alpine:3.20", "--url", mirror.url)


def test_an_index(cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]) -> None:
    main, community = apkindex(BUSYBOX, DOCS), apkindex("P:../x\nV:1\nS:1\nI:1\n", "P:a\nV:1-r0\nS:x\nI:1\n")
    mirror.answers |= {MAIN: main, COMMUNITY: community}
    ran = update(capfd, mirror)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "alpine:3.20 updated: 2 packages, 2024-11-20\n"
    file = open_cached("alpine-3.20")
    assert isinstance(file, BlockFile)
    assert file.meta["kind"] == "apk"
    assert file.lines("package") == [
        "busybox\t1.36.1-r29\t509600\t914432,413900,962560\t16\t100\tso:libc.musl-x86_64.so.1"
        "\t/bin/sh cmd:busybox= cmd:sh= so:libbox.so.1=1",
        "busybox-doc\t1.36.1-r29\t100\t200\t1\t\t\t\tdocs busybox=",
    ]
    assert file.lines("provider") == [
        "/bin/sh\tbusybox",
        "cmd:busybox\tbusybox",
        "cmd:sh\tbusybox",
        "so:libbox.so.1\tbusybox",
    ]
    assert file.lines("library") == ["so:libbox\tbusybox"]
    assert file.lines("trigger") == ["busybox\tbusybox-doc"]
    index = open_index("alpine-3.20")
    assert index is not None
    busybox = index.get("busybox")
    assert busybox is not None
    assert busybox.provides == ("/bin/sh", "cmd:busybox=1.36.1-r29", "cmd:sh=1.36.1-r29", "so:libbox.so.1=1")
    assert index.providers("cmd:sh") == ("busybox",)
    assert index.triggered("busybox") == ("busybox-doc",)
    info = Ran(capfd, "index", "info", "alpine:3.20")
    assert "apk update writes" in info.out
    info = Ran(capfd, "index", "info", "alpine-3.20", "busybox", "cmd:sh")
    assert "  installed   404–940 KiB (estimated)\n" in info.out
    assert "cmd:sh\n  provided by busybox\n" in info.out
    assert update(capfd, mirror).out.startswith("alpine:3.20 is up to date")


@pytest.mark.parametrize(
    ("repository", "name"),
    [("v3.10/main", "00740ba1"), ("v3.10/community", "d8b2a6f4"), ("v3.11/main", "70f61090")],
)
def test_names_of_copies_are_those_of_apk(repository: str, name: str) -> None:
    """Seen in what ``apk`` prints of them in public build logs (acobaugh/shinobi-docker, issue 8)."""
    assert cached_name(f"http://dl-cdn.alpinelinux.org/alpine/{repository}") == f"APKINDEX.{name}.tar.gz"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<html>", "APKINDEX.tar.gz: cannot be unpacked"),
        (apkindex(BUSYBOX)[:-30], "APKINDEX.tar.gz: cannot be unpacked"),
        (gzip.compress(b"not a tar" * 100), "not an index of packages"),
        (gzip.compress(b""), "not an index of packages"),
        (gzip.compress(bytes(300 << 20), 1), "unpacks to more than 256 MiB"),
        (apkindex("P:no version\n"), "its indexes list no package"),
    ],
    ids=["page", "cut-off", "no-tar", "empty", "bomb", "no-package"],
)
def test_what_is_no_index(
    data: bytes, said: str, cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]
) -> None:
    mirror.answers |= {MAIN: data, COMMUNITY: data}
    ran = update(capfd, mirror)
    assert ran.code == 1
    assert said in ran.err
    assert list((cache / "indexes").iterdir()) == []


def test_a_member_that_says_it_is_endless(
    cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]
) -> None:
    tar = bytearray(gzip.decompress(apkindex(BUSYBOX)))
    place = tar.index(b"DESCRIPTION")
    tar[place + 124 : place + 135] = b"77777777777"
    mirror.answers |= {MAIN: gzip.compress(bytes(tar)), COMMUNITY: 404}
    ran = update(capfd, mirror)
    assert ran.code == 1
    mirror.answers[COMMUNITY] = apkindex(DOCS)
    assert "not an index of packages" in update(capfd, mirror).err
