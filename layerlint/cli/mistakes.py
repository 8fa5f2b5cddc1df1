"""What was probably meant by a word that is none of ours."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

_OTHERS_CALL: Final[Mapping[str, str]] = {
    "analyze": "layers",
    "analyse": "layers",
    "dive": "image",
    "forecast": "layers",
    "help": "--help",
    "inspect": "image",
    "lint": "check",
    "list": "rules",
    "scan": "check",
    "size": "layers",
    "update": "index update",
    "version": "--version",
}
"""What other programs call such a thing."""


def meant_verb(word: str, verbs: Collection[str]) -> str | None:
    """The verb that a word stands for elsewhere, or that is spelled nearly so."""
    found = _OTHERS_CALL.get(word) or near(word, verbs)
    return found if found is None or found.split()[0] in verbs or found.startswith("--") else None


def near(word: str, known: Collection[str]) -> str | None:
    from difflib import get_close_matches

    found = get_close_matches(word, sorted(known), 1, 0.7)
    return found[0] if found else None
