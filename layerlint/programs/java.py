"""Java archives: the least Java by their class files, and native libraries, in archives within them too."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import IO, BinaryIO, Final, cast

from layerlint._dataclass import dataclass, replace
from layerlint.programs.elf import ExhaustedError, Metered, read_elf
from layerlint.programs.facts import FileFacts, Found, Language, shown
from layerlint.programs.model import NeedKind
from layerlint.report import Confidence

_MAX_ENTRIES = 200_000
_MAX_BYTES = 32 << 20
"""Read of an archive: its directory, and the beginnings of some entries."""
_MAX_CLASSES = 300
_MAX_LIBRARY_CLASSES = 8
"""Of an archive in the archive: its classes are of one release, but for copies."""
_MAX_CLASS = 64 << 10
_MAX_PACKED = 500
_MAX_NATIVES = 4
_MAX_NATIVE = 1 << 20
_LOCAL = 30
"""Bytes of a local file header, without the name and the extra field (APPNOTE 4.3.7)."""
_ELSEWHERE = re.compile(r"android|freebsd|darwin|osx|sunos|aix", re.IGNORECASE)
_IS_AMD64 = re.compile(r"x86[_-]64|amd64|x64", re.IGNORECASE)
_CALLS: Final = {
    b"java/lang/ProcessBuilder": "starts other programs: which is not known",
    b"javax/tools/ToolProvider": "may call the compiler, which a run-time has not",
    b"com/sun/tools/": "may call tools of the development kit, which a run-time has not",
}
"""What the constants of a class file name (JVMS 4.4)."""
_FAULTS = (
    EOFError, ExhaustedError, LookupError, MemoryError, NotImplementedError, OSError, RuntimeError,
    UnicodeError, ValueError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""Of `zipfile` on what is no archive, or a hostile one."""
_OLDEST_MAJOR, _NEWEST_MAJOR = 45, 100


class _Member:
    """An archive that lies uncompressed in another, as Spring Boot packs its libraries: read where it is."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file, self._start, self._size, self._at = file, start, size, 0

    def read(self, size: int = -1) -> bytes:
        left = max(0, self._size - self._at)
        size = left if size < 0 else min(size, left)
        self._file.seek(self._start + self._at)
        data = self._file.read(size)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = max(0, (0, self._at, self._size)[whence] + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def seekable(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class _Read:
    """Of an archive and those in it."""

    major: int = 0
    proof: str = ""
    natives: tuple[str, ...] = ()
    found: tuple[Found, ...] = ()
    gaps: tuple[str, ...] = ()


def read_jar(file: BinaryIO) -> FileFacts:
    """The Java that the newest class file asks for; native libraries in it and in the archives in it."""
    try:
        metered = Metered(file, _MAX_BYTES)
        with zipfile.ZipFile(cast(IO[bytes], metered)) as archive:
            entries = archive.infolist()[:_MAX_ENTRIES]
            own = _read(archive, entries, "")
            inner = [_inner(cast(BinaryIO, metered), each) for each in _packed(entries)]
            is_java = bool(own.major) or any(_is_plain_class(each.filename) for each in entries)
            is_java = is_java or "META-INF/MANIFEST.MF" in archive.namelist()
    except _FAULTS as error:
        reason = "is larger than is read" if isinstance(error, ExhaustedError) else "cannot be read"
        return FileFacts(Language.JAVA, gaps=((0, f"the archive {reason}"),))
    return _facts(own, [each for each in inner if each is not None], is_java, all(inner))


def _facts(own: _Read, inner: Sequence[_Read], is_java: bool, whole: bool) -> FileFacts:
    found: list[Found] = []
    best = max((own, *inner), key=lambda each: each.major)
    if best.major:
        text = f"{best.proof} is a class file of version {best.major}"
        found.append(Found(NeedKind.INTERPRETER, "java", 0, text, version=str(best.major - 44)))
    elif is_java:
        found.append(Found(NeedKind.INTERPRETER, "java", 0, "a Java archive"))
    for each in (own, *inner):
        names = [name for name in each.natives if _ELSEWHERE.search(name) is None]
        if names and not any("musl" in name.lower() or "alpine" in name.lower() for name in names):
            found += each.found or (_for_glibc(names[0]),)
    gaps = [gap for each in (own, *inner) for gap in each.gaps]
    if not whole:
        gaps.append("an archive in it cannot be read")
    return FileFacts(
        Language.JAVA, tuple(dict.fromkeys(found)), gaps=tuple((0, gap) for gap in dict.fromkeys(gaps))
    )


def _for_glibc(name: str) -> Found:
    because = "native libraries in the archive are for glibc unless they say otherwise"
    return Found(NeedKind.LIBC, "glibc", 0, shown(name), Confidence.MEDIUM, because=because)


def _packed(entries: Sequence[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    return [each for each in entries if each.filename.endswith(".jar")][:_MAX_PACKED]


def _inner(file: BinaryIO, entry: zipfile.ZipInfo) -> _Read | None:
    """None for one that is compressed (nothing packs them so), or is no archive."""
    if entry.compress_type != zipfile.ZIP_STORED:
        return None
    try:
        file.seek(entry.header_offset)
        head = file.read(_LOCAL)
        start = entry.header_offset + _LOCAL + int.from_bytes(head[26:28], "little")
        start += int.from_bytes(head[28:30], "little")
        with zipfile.ZipFile(cast(IO[bytes], _Member(file, start, entry.file_size))) as archive:
            return _read(archive, archive.infolist()[:_MAX_ENTRIES], f"{entry.filename.rpartition('/')[2]}: ")
    except ExhaustedError:
        raise
    except _FAULTS:
        return None


def _read(archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo], within: str) -> _Read:
    major, proof = 0, ""
    calls: dict[str, str] = {}
    classes = sorted(
        (each for each in entries if _is_plain_class(each.filename)), key=lambda each: each.filename
    )
    for each in classes[: _MAX_LIBRARY_CLASSES if within else _MAX_CLASSES]:
        with archive.open(each) as data:
            # What a library may do is not what the program does: of those, the version alone is read.
            head = data.read(8 if within else _MAX_CLASS)
        if head[:4] == b"\xca\xfe\xba\xbe" and len(head) >= 8:
            number = int.from_bytes(head[6:8])
            if major < number <= _NEWEST_MAJOR and number >= _OLDEST_MAJOR:
                major, proof = number, within + shown(each.filename)
            for name, clause in _CALLS.items():
                if name in head:
                    calls.setdefault(clause, shown(each.filename))
    natives = sorted(each.filename for each in entries if each.filename.endswith(".so"))
    return _Read(
        major,
        proof,
        tuple(within + name for name in natives),
        tuple(_of_natives(archive, natives, within)),
        tuple(f"{name} {clause}" for clause, name in calls.items()),
    )


def _of_natives(archive: zipfile.ZipFile, names: Sequence[str], within: str) -> Iterator[Found]:
    """Their libc, where their headers can be read; the libraries that they need may be in the archive too."""
    wanted = [name for name in names if _ELSEWHERE.search(name) is None and _IS_AMD64.search(name)]
    for name in wanted[:_MAX_NATIVES]:
        with archive.open(name) as data:
            content = data.read(_MAX_NATIVE + 1)
        if len(content) > _MAX_NATIVE:
            continue
        try:
            facts = read_elf(BytesIO(content))
        except ImportError:
            return
        for each in facts.found:
            if each.kind is NeedKind.LIBC:
                because = "a native library in the archive is linked with it"
                yield replace(each, text=within + shown(name), confidence=Confidence.MEDIUM, because=because)


def _is_plain_class(name: str) -> bool:
    """Not one that only a newer Java loads."""
    return (
        name.endswith(".class")
        and not name.startswith("META-INF/")
        and not name.endswith("module-info.class")
    )
