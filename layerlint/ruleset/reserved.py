"""Checks that are the linter's own: they look at the text and its ignore comments, not at the trace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from layerlint._dataclass import dataclass
from layerlint.ruleset.params import NoParams

GRAPH: Final = "graph"
SYNTAX: Final = "syntax"
INVALID_SUPPRESSION: Final = "invalid-suppression"
UNUSED_HADOLINT_SUPPRESSION: Final = "unused-hadolint-suppression"
UNUSED_SUPPRESSION: Final = "unused-suppression"

COMMENT_CHECKS: Final = (INVALID_SUPPRESSION, UNUSED_HADOLINT_SUPPRESSION, UNUSED_SUPPRESSION)
"""They are about ignore comments, so no comment silences them."""


@dataclass(frozen=True, slots=True)
class Reserved:
    """A signature (`model.Signature`) without parameters."""

    fields: tuple[str, ...]
    params: type[Any] = NoParams


RESERVED: Final[Mapping[str, Reserved]] = {
    GRAPH: Reserved(("problem",)),
    INVALID_SUPPRESSION: Reserved(("problem",)),
    SYNTAX: Reserved(("problem",)),
    UNUSED_HADOLINT_SUPPRESSION: Reserved(("names",)),
    UNUSED_SUPPRESSION: Reserved(("names",)),
}
