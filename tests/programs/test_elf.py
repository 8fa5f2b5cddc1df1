"""ELF headers: made by a compiler where there is one, and by hand."""

from __future__ import annotations

import shutil
import struct
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerlint.programs.elf import ExhaustedError, Metered, read_elf
from layerlint.programs.model import ProgramFile
from layerlint.programs.scan import scan
from tests.programs.made import brief, found

SOURCE = '#include <stdio.h>\n#include <math.h>\nint main(int n, char **v) { printf("%f", pow(n, 2.5)); return 0; }\n'


def made(interpreter: str = "", needed: tuple[str, ...] = (), machine: int = 62) -> bytes:
    """A 64-bit program of program headers alone: enough for a loader, and all that is read."""
    names = b"\0" + b"".join(name.encode() + b"\0" for name in needed)
    interp = interpreter.encode() + b"\0" if interpreter else b""
    count = 1 + bool(interpreter) + bool(needed)
    start = 64 + 56 * count
    at_names, at_dynamic = start + len(interp), start + len(interp) + len(names)
    position, entries = 1, []
    for name in needed:
        entries.append(struct.pack("<QQ", 1, position))
        position += len(name) + 1
    entries += [struct.pack("<QQ", 5, at_names), struct.pack("<QQ", 10, len(names)), struct.pack("<QQ", 0, 0)]
    dynamic = b"".join(entries) if needed else b""
    size = at_dynamic + len(dynamic)
    headers = struct.pack("<IIQQQQQQ", 1, 5, 0, 0, 0, size, size, 4096)
    if interpreter:
        headers += struct.pack("<IIQQQQQQ", 3, 4, start, start, start, len(interp), len(interp), 1)
    if needed:
        headers += struct.pack("<IIQQQQQQ", 2, 4, at_dynamic, at_dynamic, at_dynamic, len(dynamic), len(dynamic), 8)
    head = b"\x7fELF\x02\x01\x01" + b"\0" * 9
    head += struct.pack("<HHIQQQIHHHHHH", 3, machine, 1, 0, 64, 0, 0, 64, 56, count, 64, 0, 0)
    return head + headers + interp + names + dynamic


@pytest.mark.parametrize(
    ("data", "needs"),
    [
        (made(), ["architecture amd64 0"]),
        (made(machine=183), ["architecture arm64 0"]),
        (made("/lib/ld-musl-x86_64.so.1", ("libc.musl-x86_64.so.1",)),
         ["architecture amd64 0", "data /lib/ld-musl-x86_64.so.1 0", "libc musl 0"]),
        (made("/lib64/ld-linux-x86-64.so.2", ("libpq.so.5", "libpthread.so.0", "libc.so.6")),
         ["architecture amd64 0", "data /lib64/ld-linux-x86-64.so.2 0", "libc glibc 0", "library libpq.so.5 0"]),
        (made(needed=("libc.so.6",)), ["architecture amd64 0", "libc glibc 0"]),
        (made(needed=("libcrypt.so.1", "libstdc++.so.6")),
         ["architecture amd64 0", "library libcrypt.so.1 0", "library libstdc++.so.6 0"]),
    ],
)  # fmt: skip
def test_headers(data: bytes, needs: list[str]) -> None:
    facts = read_elf(BytesIO(data))
    assert found(facts) == needs
    assert facts.gaps == ()


@pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")
@pytest.mark.parametrize("static", [False, True])
def test_a_compiled_program(tmp_path: Path, static: bool) -> None:
    (tmp_path / "a.c").write_text(SOURCE)
    program = tmp_path / "a"
    options = ["-static"] if static else []
    subprocess.run(["gcc", *options, "-o", program, tmp_path / "a.c", "-lm"], check=True)
    facts = scan([ProgramFile("/app/a", "a", program)], entry_points=["/app/a"])
    kinds = [each.kind.value for each in facts.needs]
    if static:
        assert kinds == ["architecture"]
    else:
        assert kinds == ["architecture", "data", "libc"]
        libc = facts.needs[2]
        assert libc.name == "glibc"
        assert tuple(map(int, libc.version.split("."))) >= (2, 2)
        assert f"GLIBC_{libc.version}" in libc.evidence.text
    assert facts.gaps == ()


def test_libraries_of_the_program_itself_are_no_needs(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(made(needed=("libown.so.1", "libz.so.1")))
    (tmp_path / "libown.so.1").write_bytes(made())
    files = [ProgramFile(f"/app/{name}", name, tmp_path / name) for name in ("a", "libown.so.1")]
    assert "library libz.so.1 a:0" in [brief(each) for each in scan(files).needs]
    assert not any(each.name == "libown.so.1" for each in scan(files).needs)


@pytest.mark.parametrize("cut", range(0, 400, 7))
def test_a_cut_header_is_a_gap_or_a_smaller_fact(cut: int) -> None:
    facts = read_elf(BytesIO(made("/lib64/ld-linux-x86-64.so.2", ("libpq.so.5", "libc.so.6"))[:cut]))
    assert facts.gaps or facts.found


def test_a_header_that_asks_for_more_than_there_is(tmp_path: Path) -> None:
    data = bytearray(made(needed=("libc.so.6",)))
    data[56:58] = b"\xfe\xff"  # 65,534 program headers
    assert read_elf(BytesIO(bytes(data) + made() * 50_000)).gaps
    meter = Metered(BytesIO(b"x" * 100), limit=10)
    with pytest.raises(ExhaustedError):
        meter.read(11)


@given(st.binary(max_size=300), st.integers(0, 300))
def test_never_raises(noise: bytes, at: int) -> None:
    data = bytearray(made("/lib64/ld-linux-x86-64.so.2", ("libpq.so.5", "libc.so.6")))
    data[at : at + len(noise)] = noise
    read_elf(BytesIO(b"\x7fELF" + bytes(data[4:])))
