"""An amount of bytes (or of entries) that may be known only within bounds."""

from __future__ import annotations

from collections.abc import Iterable

from layerlint._dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """An interval ``low <= likely <= high`` in bytes; ``high`` is None when there is no bound."""

    low: int
    likely: int
    high: int | None

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.likely or (self.high is not None and self.high < self.likely):
            raise ValueError(f"not an interval: {self.low} <= {self.likely} <= {self.high}")

    @staticmethod
    def exact(amount: int) -> Size:
        return Size(amount, amount, amount)

    @staticmethod
    def around(likely: int, under: float = 0.0, over: float = 0.0) -> Size:
        """``likely`` with a relative error of at most ``under`` below and ``over`` above it."""
        return Size(int(likely * (1 - min(under, 1.0))), likely, int(likely * (1 + over)) + 1)

    @property
    def is_exact(self) -> bool:
        return self.low == self.high

    def __add__(self, other: Size) -> Size:
        high = None if self.high is None or other.high is None else self.high + other.high
        return Size(self.low + other.low, self.likely + other.likely, high)

    def join(self, other: Size) -> Size:
        """The least interval that holds both; of the two likely values, this one's."""
        high = None if self.high is None or other.high is None else max(self.high, other.high)
        return Size(min(self.low, other.low), self.likely, high)

    def or_nothing(self) -> Size:
        """The same amount if it is there at all: the lower bound becomes 0."""
        return self if self.low == 0 else Size(0, self.likely, self.high)

    def unlikely(self) -> Size:
        """An amount that is there only on a path not expected to be taken."""
        return Size(0, 0, self.high)

    def scaled(self, factor: float) -> Size:
        high = None if self.high is None else int(self.high * factor)
        return Size(int(self.low * factor), int(self.likely * factor), high)


ZERO = Size(0, 0, 0)
UNBOUNDED = Size(0, 0, None)


def total(sizes: Iterable[Size]) -> Size:
    """The sum, counted without making an object for every term."""
    low = likely = high = 0
    bounded = True
    for size in sizes:
        low += size.low
        likely += size.likely
        if size.high is None:
            bounded = False
        else:
            high += size.high
    return Size(low, likely, high if bounded else None)
