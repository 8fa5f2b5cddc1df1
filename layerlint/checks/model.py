"""What a check is: typed parameters, and a generator of observations over a trace.

A check is code; a rule (YAML) gives it parameters, a message and a severity.  A check never parses
and never filters: it asks the trace, and says what it saw and where.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from layerlint._dataclass import dataclass, field
from layerlint.domain.size import Size
from layerlint.execution.trace import Trace
from layerlint.report import Confidence, Fix
from layerlint.source import Span


@dataclass(frozen=True, slots=True)
class Observation:
    """One case of the problem: the narrowest words that show it, and the facts for the message."""

    span: Span
    values: Mapping[str, str | int | Size]
    """For the ``{name}`` fields of the rule's message; sizes are shown in IEC units."""
    bytes: Size | None = None
    """What it costs in the final image (the target's chain), or has pushed and pulled again; None without."""
    related: tuple[tuple[Span, str], ...] = ()
    confidence: Confidence | None = None
    """Lower than the rule's own where this case is less certain; None for the rule's."""
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class NoParams:
    """The parameters of a check that has none."""


@dataclass(frozen=True, slots=True)
class Check:
    """A check and the type of its parameters (a frozen dataclass; each field has a default)."""

    params: type[Any]
    run: Callable[[Trace, Any], Iterator[Observation]]
    fields: tuple[str, ...] = field(default=())
    """Names that a message may use: the keys of ``Observation.values`` (``bytes`` is always there)."""
    refused: bool = False
    """BuildKit refuses what it sees: its finding takes the place of one of `syntax` or `graph` there."""
    of_image: bool = False
    """It also tells, at FROM, what a trigger of the base image does: what it ships, or does with files of the
    author.  The words of a trigger are not the author's, and no check judges them."""
