"""Three-valued truth (Kleene's strong logic): a question whose answer may not be known."""

from __future__ import annotations

from enum import Enum


class Truth(Enum):
    """NO, MAYBE or YES; never used as a bool, so that MAYBE cannot pass for either."""

    NO = 0
    MAYBE = 1
    YES = 2

    def __bool__(self) -> bool:
        raise TypeError("compare a Truth with `is`: MAYBE is neither true nor false")

    def __invert__(self) -> Truth:
        return Truth(2 - self.value)

    def __and__(self, other: Truth) -> Truth:
        return self if self.value <= other.value else other

    def __or__(self, other: Truth) -> Truth:
        return self if self.value >= other.value else other

    @staticmethod
    def of(known: bool | None) -> Truth:
        return Truth.MAYBE if known is None else Truth.YES if known else Truth.NO
