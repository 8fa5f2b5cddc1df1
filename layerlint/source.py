"""Text of a file with its name, and half-open spans of it."""

from __future__ import annotations

from bisect import bisect_right

from layerlint._dataclass import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range ``start <= offset < end`` of a source text, in characters."""

    start: int
    end: int

    def cover(self, other: Span) -> Span:
        """The smallest span that holds both."""
        return Span(min(self.start, other.start), max(self.end, other.end))


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A text that was read, and where from.

    ``path`` is how the user named it, with ``/`` (never made absolute: output is the same on every
    machine).  Bytes that are not UTF-8 are kept as lone surrogates (PEP 383), so that
    ``text.encode("utf-8", "surrogateescape")`` gives the file's bytes back.
    """

    path: str
    text: str
    _lines: list[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        starts = [0]
        find, position = self.text.find, 0
        while (position := find("\n", position)) >= 0:
            position += 1
            starts.append(position)
        object.__setattr__(self, "_lines", starts)

    @classmethod
    def from_bytes(cls, path: str, data: bytes) -> SourceFile:
        return cls(path, data.decode("utf-8", "surrogateescape"))

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of an offset; columns count characters."""
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def line_start(self, line: int) -> int:
        """Offset of the first character of a line (from 1); the end of the text when past it."""
        return self._lines[line - 1] if line <= len(self._lines) else len(self.text)
