"""Go sources, by their imports and literal calls: what the compiled program needs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from layerlint.programs.facts import FileFacts, Found, Language, line_at
from layerlint.programs.literals import certain, matches, program, script
from layerlint.programs.model import NeedKind
from layerlint.programs.shell_commands import SHELLS
from layerlint.report import Confidence

EMBEDDED_ZONES = "go:time/tzdata"
"""Stands among what a program brings: Go's own time zones are compiled in."""
_COMMAND = re.compile(
    r'\bexec\.Command(?:Context\(\s{0,9}[\w.()]{1,80},|\()\s{0,9}"([^"\n]{1,255})"(?:,\s{0,9}"(-\w{0,3}c)",\s{0,9}"([^"\n]{1,500})")?'
)
_LOOK = re.compile(r'\bexec\.LookPath\(\s{0,9}"([^"\n]{1,255})"')
_ZONE = re.compile(r'\btime\.LoadLocation\(\s{0,9}(?:"([^"\n]{0,100})")?')
_USER = re.compile(r'\buser\.Lookup(?:Group)?\(\s{0,9}"([^"\n]{1,100})"')
_TEMPORARY = re.compile(
    r'\b(?:os\.(?:MkdirTemp|CreateTemp)|ioutil\.Temp(?:File|Dir))\(\s{0,9}""|\bos\.TempDir\('
)
_TLS = re.compile(
    r"\bhttp\.(?:Get|Post|PostForm|Head|DefaultClient|NewRequest|NewRequestWithContext|Client\b)|\btls\.Dial|\bx509\.SystemCertPool"
)
_CGO = re.compile(r'^\s{0,9}(?:import\s{1,9})?"C"\s{0,9}$')
_DYNAMIC_ZONE = ("", "UTC", "Local")


def read_go(text: str, lines: list[str]) -> FileFacts:
    gaps = tuple(
        (number, "it uses cgo: unless it is linked statically, the program needs the libc of its build stage")
        for number, _ in matches(lines, _CGO)
    )
    brings = (EMBEDDED_ZONES,) if '"time/tzdata"' in text else ()
    return FileFacts(Language.GO, certain(_found(text, lines)), locked=brings, gaps=gaps[:1])


def _found(text: str, lines: list[str]) -> Iterator[Found]:
    if '"os/exec"' in text:
        for line, match in matches(lines, _COMMAND):
            if match[1] in SHELLS and match[3]:
                yield from script(match[3], line, lines, f"exec.Command starts {match[1]}")
            else:
                yield from program(match[1], line, lines)
        for line, match in matches(lines, _LOOK):
            yield from program(match[1], line, lines, Confidence.LOW, "looked for, and may be missing")
    for line, match in matches(lines, _ZONE):
        if match[1] is None or match[1] not in _DYNAMIC_ZONE:
            sure = Confidence.HIGH if match[1] else Confidence.MEDIUM
            yield Found(NeedKind.TIME_ZONES, match[1] or "", line, line_at(lines, line), sure,
                        unless=(EMBEDDED_ZONES,))  # fmt: skip
    for line, match in matches(lines, _USER):
        yield Found(NeedKind.USER, match[1], line, line_at(lines, line))
    for line, _ in matches(lines, _TEMPORARY):
        yield Found(NeedKind.TEMPORARY_FOLDER, "/tmp", line, line_at(lines, line))
    secure = '"https://' in text or "tls." in text
    for line, _ in matches(lines, _TLS):
        sure = Confidence.HIGH if secure else Confidence.MEDIUM
        yield Found(NeedKind.CERTIFICATES, "", line, line_at(lines, line), sure)
        return
