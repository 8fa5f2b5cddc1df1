"""What one file says by itself, before it is known what the others say: plain data that a cache can keep."""

from __future__ import annotations

import re
from enum import Enum

from layerlint._dataclass import dataclass
from layerlint.domain.credentials import MASK, redact
from layerlint.programs.model import NeedKind
from layerlint.report import Confidence

_LONGEST_TEXT = 120
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")

_SECRET = re.compile(
    r"(?i)(?:[\w-]{0,40}(?:passw(?:or)?d|passphrase|secret|token|api_?key|access_?key)[\w-]{0,40}['\"]?\s{0,5}[=:,]\s{0,5}"
    r"|://[^\s/@'\":]{0,100}:|(?:\s|['\"])(?:-u|--user|--proxy-user)(?:['\"],)?\s{0,5}['\"]?[^\s'\":]{1,100}:)"
    r"[rbfuRBFU]{0,2}(?P<quote>['\"]?)(?P<value>[^\s'\"@,)]{1,200})"
)
"""Values that are called a secret where they stand, in sources: `redact` knows commands and forms."""


class Language(Enum):
    """What a file was read as."""

    BINARY = "binary"
    DATA = "data"
    """A text that may name modules and programs: a configuration."""
    GO = "go"
    JAVA = "java"
    """An archive."""
    JVM = "jvm"
    """Sources of Java or Kotlin."""
    JAVASCRIPT = "javascript"
    MANIFEST = "manifest"
    """Of a package manager."""
    PHP = "php"
    PYTHON = "python"
    RUBY = "ruby"
    RUST = "rust"
    SCRIPT = "script"
    """A text with a ``#!`` line of another language."""
    SHELL = "shell"
    UNKNOWN = "unknown"
    """Not read: nothing that we know."""


@dataclass(frozen=True, slots=True)
class Found:
    """A need, and the line that shows it."""

    kind: NeedKind
    name: str
    line: int
    text: str
    confidence: Confidence = Confidence.HIGH
    version: str = ""
    because: str = ""
    unless: tuple[str, ...] = ()
    """Python distributions of which each brings it."""
    started: bool = False
    """Only where the file itself is started, not imported: its ``#!`` line, ``if __name__ == "__main__"``."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A module that a Python file imports."""

    module: str
    """Dotted; without the dots of a relative import."""
    names: tuple[str, ...]
    """Of ``from module import names``: attributes or modules."""
    line: int
    text: str
    level: int = 0
    """Leading dots."""
    certain: bool = True
    """Not guarded by ``except ImportError``, a condition or a function that may not run."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A Python distribution out of a requirement file."""

    name: str
    """Normalised."""
    extras: tuple[str, ...]
    line: int
    text: str
    development: bool = False
    """Of a group for tests, documentation or an extra: perhaps not in the image."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    language: Language = Language.UNKNOWN
    found: tuple[Found, ...] = ()
    imports: tuple[Imported, ...] = ()
    declared: tuple[Declared, ...] = ()
    locked: tuple[str, ...] = ()
    """Normalised names of all distributions of a lock, also of those that others bring."""
    words: tuple[str, ...] = ()
    """Strings that may name a module, a program or a file: sorted, each once."""
    gaps: tuple[tuple[int, str], ...] = ()
    """Line (0: the whole file) and a clause: ``the program that subprocess.run starts is computed``."""


def shown(text: str) -> str:
    """A piece of a file as one short line, with passwords masked."""
    line = redact(" ".join(text[:2_000].split()))
    line = _CONTROL.sub(" ", _SECRET.sub(_masked, line)).strip()
    return line if len(line) <= _LONGEST_TEXT else line[: _LONGEST_TEXT - 1] + "…"


def _masked(match: re.Match[str]) -> str:
    return match[0][: match.start("value") - match.start()] + MASK


def line_at(lines: list[str], number: int) -> str:
    """A line (from 1) as evidence; empty past the end."""
    return shown(lines[number - 1]) if 0 < number <= len(lines) else ""
