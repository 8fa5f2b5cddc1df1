"""How much a reporter shows, and how: settled by the caller, for a reporter reads no environment."""

from __future__ import annotations

from layerlint._dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Style:
    """Only the formats for people look at it, and ``changes`` is for the ``layers`` verb alone."""

    colour: bool = False
    """Paint with ANSI escapes: a terminal is there to read them."""
    width: int = 100
    """Columns that a line of a table may fill."""
    verbose: int = 0
    quiet: bool = False
    """Findings only: no table, no summary."""
    changes: bool = False
    """List the entries of each layer."""
