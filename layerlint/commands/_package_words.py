"""Command lines of package managers whose options are too many to declare: what takes a value is declared.

An option that is not known is taken for a flag.
"""

from __future__ import annotations

from collections.abc import Sequence

from layerlint._dataclass import dataclass
from layerlint.domain.text import UNKNOWN, Text


@dataclass(frozen=True, slots=True)
class Words:
    operands: tuple[str, ...]
    flags: frozenset[str]
    """Names without dashes."""
    values: tuple[tuple[str, str], ...]
    partial: bool
    """A word is not known."""

    def has(self, *names: str) -> bool:
        return not self.flags.isdisjoint(names)

    def last(self, *names: str) -> str | None:
        return next((value for name, value in reversed(self.values) if name in names), None)

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for given, value in self.values if given == name)


def split(words: Sequence[Text], with_value: frozenset[str] = frozenset()) -> Words:
    """``-xy`` is ``x`` and ``y``; ``--a=b`` and what is in ``with_value`` give a value."""
    operands: list[str] = []
    flags: set[str] = set()
    values: list[tuple[str, str]] = []
    partial = False
    waiting: str | None = None
    for word in words:
        if word is UNKNOWN:
            partial, waiting = True, None
        elif waiting is not None:
            values.append((waiting, word))
            waiting = None
        elif word.startswith("--"):
            name, given, value = word[2:].partition("=")
            if given:
                values.append((name, value))
            elif name in with_value:
                waiting = name
            flags.add(name)
        elif word.startswith("-") and word != "-":
            for index, letter in enumerate(word[1:], 2):
                flags.add(letter)
                if letter in with_value:
                    if word[index:]:
                        values.append((letter, word[index:].removeprefix("=")))
                    else:
                        waiting = letter
                    break
        elif word:
            operands.append(word)
    return Words(tuple(operands), frozenset(flags), tuple(values), partial)
