"""Checks that are the linter's own: they look at the text and its ignore comments, not at the trace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from layerlint._dataclass import dataclass
from layerlint.ruleset.params import NoParams

GRAPH: Final = "graph"
SHELL_SCRIPT: Final = "shell-script"
SYNTAX: Final = "syntax"
INVALID_SUPPRESSION: Final = "invalid-suppression"
UNUSED_HADOLINT_SUPPRESSION: Final = "unused-hadolint-suppression"
UNUSED_SUPPRESSION: Final = "unused-suppression"

COMMENT_CHECKS: Final = (INVALID_SUPPRESSION, UNUSED_HADOLINT_SUPPRESSION, UNUSED_SUPPRESSION)
"""They are about ignore comments, so no comment silences them."""


@dataclass(frozen=True, slots=True)
class Reserved:
    """A signature (`model.Signature`)."""

    fields: tuple[str, ...]
    params: type[Any] = NoParams


@dataclass(frozen=True, slots=True)
class ShellScriptParams:
    """Which of ShellCheck's words are told, and how loud."""

    minimum: Literal["error", "warning", "info", "style"] = "info"
    """The least level of ShellCheck's that is told."""
    lowered: tuple[str, ...] = ()
    """Codes that are never more than a note."""
    left_out: tuple[str, ...] = ()
    """Codes that are not told."""
    use_base: bool = True
    """The base image's variables are known, and which shell it has."""
    forget_shell: bool = False
    """SHELL holds up to the next ARG or ENV, as with hadolint 2.15 (mended behind 2.15.1)."""
    last_only: bool = False
    """Of each instruction only the last comment is told, as hadolint 2.15 does."""


RESERVED: Final[Mapping[str, Reserved]] = {
    GRAPH: Reserved(("problem",)),
    INVALID_SUPPRESSION: Reserved(("problem",)),
    SHELL_SCRIPT: Reserved(("problem",), ShellScriptParams),
    SYNTAX: Reserved(("problem",)),
    UNUSED_HADOLINT_SUPPRESSION: Reserved(("names",)),
    UNUSED_SUPPRESSION: Reserved(("names",)),
}
