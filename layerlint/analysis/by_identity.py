"""A trace as the key of what was worked out of it."""

from __future__ import annotations

from layerlint.execution.trace import Trace


class ByIdentity:
    """Equal for one and the same trace alone: to compare two is to compare file systems."""

    __slots__ = ("trace",)

    def __init__(self, trace: Trace) -> None:
        self.trace = trace

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ByIdentity) and other.trace is self.trace

    def __hash__(self) -> int:
        return id(self.trace)
