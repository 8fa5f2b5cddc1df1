"""A few requests at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

AT_ONCE: Final = 4
"""Connections to registries, which serve others too."""

Given = TypeVar("Given")
Found = TypeVar("Found")


def in_parallel(work: Callable[[Given], Found], items: Iterable[Given]) -> list[Found]:
    """Results in the order of the items; the first exception ends it."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = [pool.submit(work, item) for item in items]
        try:
            return [each.result() for each in waiting]
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
