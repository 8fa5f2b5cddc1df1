from __future__ import annotations

import contextlib
import hashlib
import io
import shutil
import struct
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerlint.images import tar
from layerlint.images.limits import MAX_HEADER
from layerlint.images.tar import Chunks, Member, TarError
from tests.images import make
from tests.images.make import Entry


def read(data: bytes, size: int = 1000) -> list[Member]:
    """In chunks of a size that cuts headers and data anywhere."""
    return list(tar.members(Chunks(data[at : at + size] for at in range(0, len(data), size))))


def header(**fields: bytes) -> bytes:
    """A ustar header with some fields as they are given, and the sum of it made right."""
    info = tarfile.TarInfo("file")
    block = bytearray(info.tobuf(tarfile.USTAR_FORMAT))
    places = {"name": (0, 100), "mode": (100, 8), "uid": (108, 8), "size": (124, 12), "type": (156, 1)}
    for name, value in fields.items():
        at, length = places[name]
        block[at : at + length] = value.ljust(length, b"\0")
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


SAMPLE = (
    make.folder("d"),
    Entry("d/file", b"abc" * 700, mode=0o4755),
    Entry("empty"),
    make.symlink("d/link", "../empty"),
    make.hard_link("d/again", "d/file"),
    Entry("d/fifo", type=tarfile.FIFOTYPE),
    Entry("d/device", type=tarfile.CHRTYPE),
    Entry("n" * 90 + "/" + "m" * 90, b"x"),
)


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("size", [1, 511, 512, 4096])
def test_reads_what_tarfile_reads(form: int, size: int) -> None:
    long = () if form == tarfile.USTAR_FORMAT else (Entry("o" * 300, b"y"), make.symlink("s", "t" * 300))
    data = make.tar((*SAMPLE, *long), form)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        expected = [
            (
                info.name, info.size if info.isreg() else 0, info.mode, info.uid, info.gid, info.mtime, info.linkname,
                "sha256:" + hashlib.sha256(archive.extractfile(info).read()).hexdigest()  # type: ignore[union-attr]
                if info.isreg() and info.size else "",
            )
            for info in archive
        ]  # fmt: skip
    found = [
        (m.name.rstrip("/"), m.size, m.mode, m.uid, m.gid, m.mtime, m.link, m.digest)
        for m in read(data, size)
    ]
    assert found == expected


def test_capability_is_kept_and_other_attributes_are_not() -> None:
    pax = (("SCHILY.xattr.security.capability", "\x01\x02"), ("SCHILY.xattr.user.x", "y"))
    (member,) = read(make.tar([Entry("a", b"1", pax=pax)]))
    assert member.capability == "0102"


def test_large_and_odd_numbers() -> None:
    (member,) = read(header(size=b"\x80" + b"\0" * 10 + b"\x03", uid=b" 1750 \0") + b"abc".ljust(512, b"\0"))
    assert (member.size, member.uid) == (3, 0o1750)


@pytest.mark.skipif(shutil.which("tar") is None, reason="GNU tar is not installed")
@pytest.mark.parametrize("form", ["gnu", "posix"])
def test_sparse_files_have_the_size_that_is_seen(tmp_path: Path, form: str) -> None:
    with (tmp_path / "sparse").open("wb") as stream:
        for at in range(40):  # more pieces than a header has room for
            stream.seek(at * 1_000_000)
            stream.write(b"data")
        stream.truncate(50_000_000)
    (tmp_path / "after").write_bytes(b"after")
    made = subprocess.run(
        ["tar", "-cSf", "-", f"--format={form}", "sparse", "after"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    ).stdout
    assert len(made) < 1_000_000
    found = {member.name: member for member in read(made)}
    assert found["sparse"].size == 50_000_000
    assert found["sparse"].digest == ""
    assert found["after"].digest == make.digest(b"after")


def test_names_that_are_not_utf_8_can_be_printed() -> None:
    (member,) = read(header(name=b"caf\xe9") + bytes(1024))
    assert member.name == "caf\\xe9"
    member.name.encode()


def test_v7_directory_and_missing_end() -> None:
    (member,) = read(header(name=b"old/", type=b"\0"))
    assert member.kind == tar.DIRECTORY


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (header(size=b"-0000000001"), "a size of -1"),
        (header(size=b"\xff" * 12), "a negative size"),
        (header(size=b"\x80" + b"\x7f" * 11), "an impossible size"),
        (header(size=b"zzz"), "a size that is not a number"),
        (header(size=b"00000001000") + bytes(100), "it ends inside a file"),
        (header()[:300], "it ends inside a header"),
        (header()[:150] + b"9" + header()[151:], "no header of a member at byte 0"),
        (b"not a tar at all".ljust(2000, b"x"), "no header"),
        (header(type=b"x", size=b"%o" % (MAX_HEADER + 1)), "a header of 1048577 bytes"),
        (header(type=b"L", size=b"77777777777"), "a header of 8589934591 bytes"),
        (header(type=b"x", size=b"%o" % 10) + b"99 path=a\n".ljust(512, b"\0"), "pax header"),
        (
            header(type=b"x", size=b"%o" % 13) + b"13 size=-500\n".ljust(512, b"\0") + header(),
            "a size of '-500'",
        ),
        (header(type=b"L", size=b"%o" % 5000) + b"a" * 5120 + header(), "a name of 5000 bytes"),
    ],
)
def test_broken_headers(data: bytes, message: str) -> None:
    with pytest.raises(TarError, match=message.replace("(", "\\(")):
        read(data)


def test_a_map_of_holes_without_end() -> None:
    block = bytearray(header(type=b"S"))
    block[482] = 1
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)

    def endless() -> Iterator[bytes]:
        yield bytes(block)
        while True:
            yield b"\1" * 65536

    with pytest.raises(TarError, match="does not end"):
        list(tar.members(Chunks(endless())))


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 4000), st.binary(min_size=1, max_size=40), st.integers(1, 700))
def test_damaged_archives_end_in_an_error_or_a_list(at: int, noise: bytes, size: int) -> None:
    data = bytearray(make.tar(SAMPLE))
    at = min(at, len(data) - 1)
    data[at : at + len(noise)] = noise
    with contextlib.suppress(TarError):
        read(bytes(data), size)


def test_struct_of_a_header_is_a_block() -> None:
    assert struct.calcsize(tar._HEADER.format) == tar.BLOCK
