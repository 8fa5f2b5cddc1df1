"""Java: archives by their class files, and the least Java of Maven and Gradle projects."""

from __future__ import annotations

import re
import zipfile
import zlib
from typing import IO, BinaryIO, cast

from layerlint.programs.elf import ExhaustedError, Metered
from layerlint.programs.facts import FileFacts, Found, Language, line_at, shown
from layerlint.programs.literals import matches
from layerlint.programs.model import NeedKind
from layerlint.report import Confidence

_MAX_ENTRIES = 200_000
_MAX_BYTES = 16 << 20
"""Read of an archive: its directory, and the beginnings of some entries."""
_MAX_CLASSES = 300
_FAULTS = (
    EOFError, ExhaustedError, LookupError, MemoryError, NotImplementedError, OSError, RuntimeError,
    UnicodeError, ValueError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""Of `zipfile` on what is no archive, or a hostile one."""
_MAX_MANIFEST = 64 << 10
_OLDEST_MAJOR, _NEWEST_MAJOR = 45, 100
_MAVEN = re.compile(
    r"<(?:maven\.compiler\.(?:release|target)|java\.version|release|target)>\s{0,9}(?:1\.)?(\d{1,2})\s{0,9}</"
)
_GRADLE = re.compile(
    r"(?:JavaLanguageVersion\.of\(\s{0,9}|JavaVersion\.VERSION_(?:1_)?|(?:source|target)Compatibility\s{0,9}=?\s{0,9}['\"]?(?:1\.)?)"
    r"(\d{1,2})"
)


def read_jar(file: BinaryIO) -> FileFacts:
    """The Java that the newest class file asks for; native libraries in it."""
    try:
        with zipfile.ZipFile(cast(IO[bytes], Metered(file, _MAX_BYTES))) as archive:
            return _facts(archive)
    except _FAULTS as error:
        reason = "is larger than is read" if isinstance(error, ExhaustedError) else "cannot be read"
        return FileFacts(Language.JAVA, gaps=((0, f"the archive {reason}"),))


def _facts(archive: zipfile.ZipFile) -> FileFacts:
    entries = archive.infolist()[:_MAX_ENTRIES]
    found: list[Found] = []
    major, proof = 0, ""
    classes = [each for each in entries if _is_plain_class(each.filename)]
    for each in sorted(classes, key=lambda each: each.filename)[:_MAX_CLASSES]:
        with archive.open(each) as data:
            head = data.read(8)
        if head[:4] == b"\xca\xfe\xba\xbe" and len(head) == 8:
            number = int.from_bytes(head[6:8])
            if major < number <= _NEWEST_MAJOR and number >= _OLDEST_MAJOR:
                major, proof = number, each.filename
    if major:
        text = f"{shown(proof)} is a class file of version {major}"
        found.append(Found(NeedKind.INTERPRETER, "java", 0, text, version=str(major - 44)))
    elif classes or "META-INF/MANIFEST.MF" in archive.namelist():
        found.append(Found(NeedKind.INTERPRETER, "java", 0, "a Java archive"))
    native = sorted(each.filename for each in entries if each.filename.endswith(".so"))
    linux = [
        name for name in native if not re.search(r"android|freebsd|darwin|osx|sunos|aix", name, re.IGNORECASE)
    ]
    if linux and not any("musl" in name.lower() or "alpine" in name.lower() for name in linux):
        because = "native libraries in the archive are for glibc unless they say otherwise"
        found.append(Found(NeedKind.LIBC, "glibc", 0, shown(linux[0]), Confidence.MEDIUM, because=because))
    return FileFacts(Language.JAVA, tuple(found))


def _is_plain_class(name: str) -> bool:
    """Not one that only a newer Java loads."""
    return (
        name.endswith(".class")
        and not name.startswith("META-INF/")
        and not name.endswith("module-info.class")
    )


def read_build(name: str, lines: list[str]) -> FileFacts:
    """``pom.xml`` and ``build.gradle``: no entity of XML is expanded, no script run."""
    pattern = _MAVEN if name == "pom.xml" else _GRADLE
    best: tuple[int, int] = (0, 0)
    for number, match in matches(lines, pattern):
        best = max(best, (int(match[1]), -number))
    if not 5 <= best[0] <= _NEWEST_MAJOR - 44:
        return FileFacts(Language.MANIFEST)
    line = -best[1]
    need = Found(NeedKind.INTERPRETER, "java", line, line_at(lines, line), version=str(best[0]))
    return FileFacts(Language.MANIFEST, (need,))
