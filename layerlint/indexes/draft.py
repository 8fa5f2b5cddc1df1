"""What each kind of index comes to: the tables of a block file, before it is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from layerlint._dataclass import dataclass
from layerlint.indexes.fetch import Tag


@dataclass(frozen=True, slots=True)
class Wanted:
    """How an index is to be made."""

    mirror: str = ""
    """In place of the release's own mirrors, without a slash at the end."""
    components: tuple[str, ...] = ()
    """Of apt, in place of the release's own."""
    known: Mapping[str, Tag] = {}
    """Of the files that the index was last made from, by address: empty to make it in any case."""


@dataclass(frozen=True, slots=True)
class Draft:
    kind: str
    date: str
    """Of the newest source, ``YYYY-MM-DD``."""
    source: str
    """In words."""
    files: tuple[tuple[str, int], ...]
    """What an index update in the image writes: paths and bytes."""
    tables: dict[str, Sequence[str]]
    words: Counter[str]
    """What recurs in the lines."""
    tags: Mapping[str, Tag]
    more: Mapping[str, str] = {}
