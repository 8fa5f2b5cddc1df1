"""A text that is known, or is not."""

from __future__ import annotations

from enum import Enum
from typing import Final, TypeAlias


class Unknown(Enum):
    """The top of the flat lattice of texts: it may be anything."""

    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown.UNKNOWN

Text: TypeAlias = str | Unknown


def join(one: Text | None, other: Text | None) -> Text | None:
    """Least upper bound; None is a variable that is not set (absent on one side: unknown)."""
    return one if one == other else UNKNOWN
