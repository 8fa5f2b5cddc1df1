"""Indexes of rpm repositories: what a line says, versions, and XML that means harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from layerlint.catalog.blocks import BlockFile
from layerlint.catalog.cache import open_cached
from layerlint.indexes.rpm import version_key
from tests.indexes.mirror import Mirror, repository, rpm
from tests.test_cli import Ran

BASE, UPDATES = "/releases/41/Everything/x86_64/os", "/updates/41/Everything/x86_64"
BASH = """\
<rpm:requires><rpm:entry name="libc.so.6()(64bit)"/><rpm:entry name="rpmlib(X)"/>
<rpm:entry name="/usr/bin/filter" flags="GE" ver="1"/><rpm:entry name="bash-libs"/></rpm:requires>
<rpm:recommends><rpm:entry name="words"/></rpm:recommends>
<rpm:provides><rpm:entry name="bash"/><rpm:entry name="bash(x86-64)"/><rpm:entry name="bash-libs"/></rpm:provides>
<file>/bin/bash</file><file>/usr/bin/bash</file>"""
GLIBC = """\
<rpm:provides><rpm:entry name="libc.so.6()(64bit)"/><rpm:entry name="libm.so.6()(64bit)"/></rpm:provides>
<file>/usr/bin/filter</file><file type="dir">/etc/x</file>"""
BILLION = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><metadata><package type="rpm"><name>&c;</name></package></metadata>"""
EXTERNAL = b'<!DOCTYPE m SYSTEM "file:///etc/passwd"><metadata/>'


def update(capfd: pytest.CaptureFixture[str], mirror: Mirror) -> Ran:
    return Ran(capfd, "index", "update", "fedora:41", "--url", mirror.url)


def serve(mirror: Mirror, primary: bytes) -> None:
    mirror.answers |= repository(BASE, primary=primary) | repository(UPDATES)


@pytest.mark.parametrize("packing", ["gz", "zst"])
def test_an_index(packing: str, cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]) -> None:
    import gzip

    pack = gzip.compress
    if packing == "zst":
        pack = pytest.importorskip("zstandard").ZstdCompressor().compress
    mirror.answers |= repository(
        BASE,
        rpm("bash", "5.2.9", formats=BASH),
        rpm("glibc", formats=GLIBC),
        rpm("glibc", arch="i686"),
        rpm("a b"),
        rpm("odd", size=-1),
        pack=pack,
    ) | repository(UPDATES, rpm("bash", "5.2.10", "2", size=2000, formats=BASH), pack=pack)
    ran = update(capfd, mirror)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "fedora:41 updated: 2 packages, 2026-09-21\n"
    file = open_cached("fedora-41")
    assert isinstance(file, BlockFile)
    assert file.meta["kind"] == "rpm"
    assert file.lines("package") == [
        "bash\t5.2.10-2\tx86_64\t2000\t6000\tlibc.so.6()(64bit) /usr/bin/filter\twords\tbash-libs",
        "glibc\t1.0-1\tx86_64\t1000\t3000\t\t\tlibc.so.6()(64bit) /usr/bin/filter",
    ]
    assert "bash-libs\tbash" in file.lines("provider")
    assert "/usr/bin/filter\tglibc" in file.lines("provider")
    assert "  recommends  words\n" in Ran(capfd, "index", "info", "fedora:41", "bash").out
    assert update(capfd, mirror).out.startswith("fedora:41 is up to date")


@pytest.mark.parametrize(
    ("primary", "said"),
    [
        (BILLION, "has a document type declaration, which is not read"),
        (EXTERNAL, "has a document type declaration, which is not read"),
        (BILLION.decode().encode("utf-16"), "has a document type declaration, which is not read"),
        (b"<metadata><package>", "not well-formed XML (no element found"),
        (b"\x00\x01", "not well-formed XML"),
        (b"<metadata " + b"x" * (8 << 20), "not an index of packages"),
        (b"<a>" * 100 + b"</a>" * 100, "its repositories list no package"),
    ],
    ids=["entities", "external", "utf-16", "cut-off", "binary", "endless-tag", "deep"],
)
def test_what_is_no_index(
    primary: bytes, said: str, cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]
) -> None:
    serve(mirror, primary)
    ran = update(capfd, mirror)
    assert ran.code == 1
    assert said in ran.err
    assert list((cache / "indexes").iterdir()) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b'href="repodata/', b'href="../../', "does not name a primary index"),
        (b'href="repodata/', b'href="http://elsewhere/repodata/', "does not name a primary index"),
        (b'type="primary"', b'type="other"', "does not name a primary index"),
        (b'<data type="filelists">', b"<data>", ""),
        (b"<size>", b"<size>1</size><size>", "expected"),
        (b"<open-size>", b"<open-size>1</open-size><open-size>", "unpacks to more than 1 B"),
    ],
)
def test_a_repomd(
    old: bytes, new: bytes, said: str, cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]
) -> None:
    mirror.answers |= repository(BASE, rpm("bash")) | repository(UPDATES)
    place = f"{BASE}/repodata/repomd.xml"
    good = mirror.answers[place]
    assert isinstance(good, bytes)
    assert old in good
    mirror.answers[place] = good.replace(old, new)
    ran = update(capfd, mirror)
    assert (ran.code == 0) is (not said)
    assert said in ran.err


def test_a_primary_of_another_checksum(
    cache: Path, mirror: Mirror, capfd: pytest.CaptureFixture[str]
) -> None:
    answers = repository(BASE, rpm("bash")) | repository(UPDATES)
    mirror.answers |= {
        path: body[:-1] + b"\7" if "primary" in path else body for path, body in answers.items()
    }
    assert "its checksum is not that of repomd.xml" in update(capfd, mirror).err


def test_the_order_of_versions() -> None:
    """One for each rule of ``rpmvercmp``."""
    ordered = [
        "1.0~rc1-1",
        "1.0-1",
        "1.0^git1-1",
        "1.0a-1",
        "1.0.1-1",
        "1.0.02-1",
        "1.10-1",
        "10-1",
        "1:0.1-1",
    ]
    assert sorted(ordered, key=version_key) == ordered
    assert version_key("1.0-1") == version_key("1.00-1")
    assert version_key("2_0-1") == version_key("2.0-1")
    assert version_key("1.0-2") > version_key("1.0-1")
