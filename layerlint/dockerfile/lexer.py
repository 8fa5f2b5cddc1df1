"""Physical lines, and how escape characters join them to logical lines."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.dockerfile.gostrings import WHITE_SPACE
from layerlint.dockerfile.syntax import SourceMap

MAX_LINE = 65535
"""Bytes of one physical line that BuildKit reads (``bufio.MaxScanTokenSize`` - 1)."""


@dataclass(frozen=True, slots=True)
class Line:
    """A physical line: offsets of its text, of its end without ``\\r\\n``, and of the next line."""

    number: int
    start: int
    end: int
    next: int
    content: str
    """Without the line's end."""
    too_long: bool
    """Over `MAX_LINE`: BuildKit stops here."""

    @property
    def is_comment(self) -> bool:
        return self.content.lstrip(WHITE_SPACE).startswith("#")

    @property
    def is_blank(self) -> bool:
        return not self.content.strip(WHITE_SPACE)


def physical_lines(text: str, start: int) -> Iterator[Line]:
    """The lines from an offset on (behind a byte order mark); only ``\\n`` ends one, as in BuildKit."""
    number, size = 0, len(text)
    while start < size:
        number += 1
        found = text.find("\n", start)
        stop, after = (size, size) if found < 0 else (found, found + 1)
        line = text[start:stop]
        # No character takes more than four bytes, so most lines need no counting.
        too_long = len(line) * 4 > MAX_LINE and len(line.encode("utf-8", "surrogateescape")) > MAX_LINE
        content = line.rstrip("\r")
        yield Line(number, start, start + len(content), after, content, too_long)
        start = after


def continued(content: str, escape: str) -> str | None:
    """The text in front of a line's continuation mark; None if the line is not continued.

    The mark is the escape character, then only blanks and tabs; after a second escape character it
    is none (``parser.go``: ``([^E])E[ \\t]*$|^E[ \\t]*$``).
    """
    body = content.rstrip(" \t")
    if not body.endswith(escape) or body[-2:-1] == escape:
        return None
    return body[:-1]


@dataclass(slots=True)
class Joined:
    """A logical line that grows by pieces of physical ones."""

    pieces: list[str]
    starts: list[int]
    origins: list[int]
    size: int

    @classmethod
    def empty(cls) -> Joined:
        return cls([], [], [], 0)

    def append(self, piece: str, origin: int) -> None:
        self.pieces.append(piece)
        self.starts.append(self.size)
        self.origins.append(origin)
        self.size += len(piece)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    @property
    def map(self) -> SourceMap:
        return SourceMap(tuple(self.starts), tuple(self.origins))
