"""ELF headers: for which machine and libc a program is made, and which libraries it needs.  With pyelftools."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import IO, BinaryIO, Final, cast

from layerlint.programs.facts import FileFacts, Found, Language, shown
from layerlint.programs.model import NeedKind


class ExhaustedError(Exception):
    """More was asked of a file than an honest header does."""


MAGIC: Final = b"\x7fELF"
_MAX_BYTES = 8 << 20
_MAX_READS = 30_000
"""Of a file: a large program of today has some thousands; a hostile header asks for billions."""
_MAX_NEEDED = 500
_FAULTS = (
    ArithmeticError, AssertionError, AttributeError, ExhaustedError, LookupError, MemoryError, OSError,
    RecursionError, TypeError, ValueError,
)  # fmt: skip
"""Of pyelftools on headers that lie."""

_MACHINES: Mapping[str, str] = {
    "EM_386": "386",
    "EM_AARCH64": "arm64",
    "EM_ARM": "arm",
    "EM_LOONGARCH": "loong64",
    "EM_PPC64": "ppc64le",
    "EM_RISCV": "riscv64",
    "EM_S390": "s390x",
    "EM_X86_64": "amd64",
}
_GLIBC = re.compile(
    r"lib(?:c|m|mvec|pthread|dl|rt|util|resolv|crypt|nsl|anl|thread_db)\.so\.[0-9]+"
    r"|ld-linux[\w-]*\.so\.[0-9]+|ld64\.so\.[0-9]+"
)
_MUSL = re.compile(r"libc\.musl-[\w-]+\.so\.1|ld-musl-[\w-]+\.so\.1|libc\.so")
_NOT_OF_GLIBC = ("libcrypt.so", "libnsl.so")
"""By these names the library is a package of its own since glibc 2.28 (libxcrypt, libnsl)."""
_VERSION = re.compile(r"GLIBC_([0-9]+(?:\.[0-9]+)*)")


class Metered:
    """A file of which only so much can be read: headers of a hostile one point anywhere, without end."""

    def __init__(self, file: BinaryIO, limit: int = _MAX_BYTES) -> None:
        self._file = file
        self._bytes = limit
        self._reads = _MAX_READS
        self.name = ""

    def read(self, size: int = -1) -> bytes:
        self._reads -= 1
        if self._reads < 0 or size > self._bytes:
            raise ExhaustedError
        data = self._file.read(self._bytes + 1 if size < 0 else size)
        self._bytes -= len(data)
        if self._bytes < 0:
            raise ExhaustedError
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if not (0 if whence == os.SEEK_SET else -(1 << 40)) <= offset <= 1 << 40:
            raise ExhaustedError
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()


def read_elf(file: BinaryIO) -> FileFacts:
    """Needs of a program or a shared library; none of an object file.  ImportError without pyelftools."""
    from elftools.common.exceptions import ELFError
    from elftools.elf.elffile import ELFFile

    try:
        return _facts(ELFFile(cast("IO[bytes]", Metered(file))))
    except (ELFError, *_FAULTS) as error:
        reason = "asks for too much" if isinstance(error, ExhaustedError) else "is malformed"
        return FileFacts(Language.BINARY, gaps=((0, f"its ELF header {reason}"),))


def _facts(elf: object) -> FileFacts:
    header = elf.header  # type: ignore[attr-defined]
    if header["e_type"] not in ("ET_EXEC", "ET_DYN"):
        return FileFacts(Language.BINARY)
    gaps: list[tuple[int, str]] = []
    machine = _MACHINES.get(str(header["e_machine"]), "")
    if str(header["e_machine"]) == "EM_PPC64" and not elf.little_endian:  # type: ignore[attr-defined]
        machine = "ppc64"
    found: list[Found] = []
    if machine:
        found.append(Found(NeedKind.ARCHITECTURE, machine, 0, f"ELF for {machine}"))
    else:
        gaps.append((0, f"it is made for {shown(str(header['e_machine']))}, which is not known here"))
    interpreter, needed, paths = _dynamic(elf)
    least = _least_glibc(elf) if needed else ""
    libc = _libc(interpreter, needed)
    if interpreter:
        found.append(Found(NeedKind.DATA, interpreter, 0, f"interpreter {shown(interpreter)}",
                           because="the program is started by it"))  # fmt: skip
    if libc:
        proof = interpreter or next(
            name for name in needed if _GLIBC.fullmatch(name) or _MUSL.fullmatch(name)
        )
        text = f"interpreter {shown(interpreter)}" if interpreter else f"NEEDED {shown(proof)}"
        if least and libc == "glibc":
            text += f", GLIBC_{least}"
        found.append(Found(NeedKind.LIBC, libc, 0, text, version=least if libc == "glibc" else ""))
    where = f", looked for in {shown(':'.join(paths))} first" if paths else ""
    for name in needed:
        if not name.startswith(_NOT_OF_GLIBC) and (_GLIBC.fullmatch(name) or _MUSL.fullmatch(name)):
            continue
        found.append(Found(NeedKind.LIBRARY, name, 0, f"NEEDED {shown(name)}{where}"))
    return FileFacts(Language.BINARY, tuple(found), words=tuple(paths), gaps=tuple(gaps))


def _dynamic(elf: object) -> tuple[str, list[str], list[str]]:
    """The program interpreter, names of needed libraries, and folders of the file's own (RPATH, RUNPATH)."""
    interpreter = ""
    needed: dict[str, None] = {}
    paths: list[str] = []
    for segment in elf.iter_segments():  # type: ignore[attr-defined]
        kind = segment["p_type"]
        if kind == "PT_INTERP":
            interpreter = str(segment.get_interp_name())
        elif kind == "PT_DYNAMIC":
            for tag in segment.iter_tags():
                match str(tag.entry.d_tag):
                    case "DT_NEEDED" if len(needed) < _MAX_NEEDED:
                        needed[str(tag.needed)] = None
                    case "DT_RPATH":
                        paths += str(tag.rpath).split(":")
                    case "DT_RUNPATH":
                        paths += str(tag.runpath).split(":")
                    case _:
                        pass
    return interpreter, list(needed), paths[:20]


def _libc(interpreter: str, needed: list[str]) -> str:
    if "/ld-musl-" in interpreter or any(_MUSL.fullmatch(name) for name in needed):
        return "musl"
    if re.search(r"/ld(?:-linux[\w-]*|64)\.so\.[0-9]$", interpreter) or "libc.so.6" in needed:
        return "glibc"
    return ""


def _least_glibc(elf: object) -> str:
    """The highest version of glibc's symbols that it asks for: the least glibc that it starts on."""
    from elftools.elf.gnuversions import GNUVerNeedSection

    versions: list[tuple[int, ...]] = []
    for section in elf.iter_sections():  # type: ignore[attr-defined]
        if not isinstance(section, GNUVerNeedSection):
            continue
        for _, auxiliaries in section.iter_versions():
            for auxiliary in auxiliaries:
                match = _VERSION.fullmatch(str(auxiliary.name))
                if match and len(match[1]) < 20:
                    versions.append(tuple(int(part) for part in match[1].split(".")))
    return ".".join(map(str, max(versions))) if versions else ""
