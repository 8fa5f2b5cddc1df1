"""Suggestions for a misspelt name: the nearest of a few."""

from __future__ import annotations

from collections.abc import Iterable

MAX_DISTANCE = 2
"""BuildKit suggests a name at a Levenshtein distance below 3 (``util/suggest``)."""

_LONGEST = 32
"""No name that we compare with is longer; a longer word is near none of them."""


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """`` (did you mean NAME?)``, or nothing; the name in lower case if the word is.

    Where several are equally near, a swap of two neighbours counts as one change (``RNU`` is nearer
    to ``RUN`` than to ``ENV``), then the order of ``names`` decides; BuildKit takes any of them.
    """
    if len(word) > _LONGEST:
        return ""
    folded = word.lower()
    best, best_rank = "", (MAX_DISTANCE + 1, 0)
    for name in names:
        distance, swaps = _distances(folded, name.lower())
        if distance == 0:
            return ""
        if (distance, swaps) < best_rank:
            best, best_rank = name, (distance, swaps)
    if not best:
        return ""
    return f" (did you mean {best.lower() if word == folded else best}?)"


def _distances(one: str, other: str) -> tuple[int, int]:
    """The Levenshtein distance, and the same with a swap of neighbours as one change."""
    return _edit_distance(one, other, swaps=False), _edit_distance(one, other, swaps=True)


def _edit_distance(one: str, other: str, *, swaps: bool) -> int:
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        current = [i]
        for j, right in enumerate(other, 1):
            cost = min(row[j] + 1, current[j - 1] + 1, row[j - 1] + (left != right))
            if swaps and i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        before, row = row, current
    return row[-1]
