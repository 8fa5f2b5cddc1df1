"""Mappings that grow line by line, each state of which is kept: all share one table."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import TypeVar, overload

Value = TypeVar("Value")
Default = TypeVar("Default")


class Versioned(Mapping[str, Value]):
    """A mapping that never changes; `having` makes another at the cost of what it adds.

    The table holds the history of each key, in the order in which keys came.  Two that grow out of the same
    one cannot share it: the second gets a table of its own.
    """

    __slots__ = ("_histories", "_length", "_newest", "_version")

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._histories = {key: ([0], [value]) for key, value in values.items()}
        self._newest, self._version, self._length = [0], 0, len(self._histories)

    def having(self, changes: Mapping[str, Value]) -> Versioned[Value]:
        if self._newest[0] != self._version:
            return Versioned(dict(self)).having(changes)
        made: Versioned[Value] = Versioned.__new__(Versioned)
        histories, version, length = self._histories, self._version + 1, self._length
        for key, value in changes.items():
            history = histories.get(key)
            if history is None:
                histories[key] = [version], [value]
                length += 1
            else:
                history[0].append(version)
                history[1].append(value)
        self._newest[0] = version
        made._histories, made._newest, made._version, made._length = histories, self._newest, version, length
        return made

    @overload
    def get(self, key: str, default: None = None, /) -> Value | None: ...
    @overload
    def get(self, key: str, default: Value | Default, /) -> Value | Default: ...
    def get(self, key: str, default: object = None, /) -> object:
        history = self._histories.get(key)
        if history is None:
            return default
        versions, values = history
        if versions[-1] <= self._version:
            return values[-1]
        position = bisect_right(versions, self._version)
        return values[position - 1] if position else default

    def __getitem__(self, key: str) -> Value:
        versions, values = self._histories[key]
        position = bisect_right(versions, self._version)
        if not position:
            raise KeyError(key)
        return values[position - 1]

    def __contains__(self, key: object) -> bool:
        history = self._histories.get(key) if isinstance(key, str) else None
        return history is not None and history[0][0] <= self._version

    def __iter__(self) -> Iterator[str]:
        # Keys stand in the order in which they came: behind the first that is too new are only such.
        for key, (versions, _) in self._histories.items():
            if versions[0] > self._version:
                return
            yield key

    def __len__(self) -> int:
        return self._length


def versioned(values: Mapping[str, Value]) -> Versioned[Value]:
    return values if isinstance(values, Versioned) else Versioned(values)
