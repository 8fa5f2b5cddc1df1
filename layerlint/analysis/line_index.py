"""Command lines by where they stand: a script may have thousands, and pipes as many."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from layerlint.analysis.command_lines import CommandLine
from layerlint.source import Span


class LineIndex:
    def __init__(self, lines: Iterable[CommandLine]) -> None:
        self._lines = sorted(lines, key=lambda line: line.span.start)
        self._starts = [line.span.start for line in self._lines]

    def within(self, span: Span, most: int = 1000) -> Sequence[CommandLine]:
        """Those that begin in the span, no more than ``most``."""
        first = bisect_left(self._starts, span.start)
        last = bisect_left(self._starts, span.end)
        return self._lines[first : min(last, first + most)]
