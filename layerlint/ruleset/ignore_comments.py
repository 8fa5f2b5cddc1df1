"""What a comment asks to be ignored: layerlint's own form, and those of other tools.

Theirs are read so that a file that is clean for them needs no second comment; a form that they would
not take is nobody's and means nothing here either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Final

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.config.located import shortened, suggestion
from layerlint.dockerfile.check_directive import ALL, comment_value, parse_check_options


class Scope(Enum):
    INSTRUCTION = "instruction"
    """The next one, or the one that the comment stands in."""
    STAGE = "stage"
    """What follows the next FROM, up to the FROM after it."""
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Request:
    names: tuple[str, ...]
    scope: Scope
    own: bool = False
    """In layerlint's form: its names must exist, and it must silence something."""
    of_hadolint: bool = False
    of_buildkit: bool = False
    """In BuildKit's form: it knows its own names only, and tells upper from lower case."""
    spares: frozenset[str] = frozenset()
    """Aliases of the rules that it does not reach."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """A comment in layerlint's form that cannot be read."""

    problem: str


BUILDKIT_ALL: Final = "buildkit:all"
"""Stands for every rule with a BuildKit alias; no name of a rule has a colon."""

_OF_THE_FILE: Final = frozenset(
    {
        "ConsistentInstructionCasing",
        "DuplicateStageName",
        "InvalidBaseImagePlatform",
        "InvalidDefaultArgInFrom",
        "NoEmptyContinuation",
        "ReservedStageName",
    }
)
"""BuildKit's rules that look at the whole file: a comment above one instruction does not reach them."""

_OWN: Final = "layerlint:"
_OWN_SCOPES: Final = {"ignore": Scope.INSTRUCTION, "ignore-file": Scope.FILE}
_OWN_WORD: Final = pattern(r"\s*([\w-]*)")
_HADOLINT: Final = pattern(r"hadolint\s+(?:(stage|global)\s+)?ignore\s*=([^#]*)")
HADOLINT_CODE: Final = pattern(r"(?:DL|SC)[0-9]{4}")
"""It reads no comment with any other word in it, and does not say so."""
_HADOLINT_SCOPES: Final = {None: Scope.INSTRUCTION, "stage": Scope.STAGE, "global": Scope.FILE}
_CHECKOV: Final = pattern(r"(?:checkov|bridgecrew):skip= *([\w,]+)")
_TRIVY: Final = pattern(r"(?:trivy|tfsec):ignore:([\w.-]+)")


def read_comment(text: str) -> Request | Malformed | None:
    """The request of a comment line (without ``#``); None for any other comment."""
    for read in _FORMS:
        found = read(text)
        if found is not None:
            return found
    return None


def read_check_directive(value: str) -> Request | None:
    """The ``skip`` option of BuildKit's ``check=`` directive; None where its options are refused."""
    names = _skipped(value)
    return Request(names, Scope.FILE, of_buildkit=True) if names else None


def read_check_comment(comments: Sequence[str]) -> Request | None:
    """The same for one instruction, in the comments directly above."""
    names = _skipped(comment_value(comments))
    return Request(names, Scope.INSTRUCTION, of_buildkit=True, spares=_OF_THE_FILE) if names else None


def _skipped(value: str) -> tuple[str, ...]:
    options = parse_check_options(value)
    names = () if isinstance(options, str) else options.skip
    return tuple(BUILDKIT_ALL if name == ALL else name for name in names if name)


def _own(text: str) -> Request | Malformed | None:
    if not text.startswith(_OWN):
        if text.startswith("layerlint ignore"):
            return Malformed("a colon is missing: # layerlint: ignore[rule] reason")
        return None
    rest = text.removeprefix(_OWN)
    word = _OWN_WORD.match(rest)
    verb = word[1] if word else ""
    if verb not in _OWN_SCOPES:
        near = suggestion(verb, _OWN_SCOPES) or f": known are {', '.join(_OWN_SCOPES)}"
        return Malformed(f'unknown word "{shortened(verb)}" after "layerlint:"{near}')
    before, opening, listed = rest.partition("[")
    if not opening or before.strip() != verb:
        return Malformed(f"{verb} must name what it is for: # layerlint: {verb}[rule] reason")
    inside, closing, _ = listed.partition("]")
    names = tuple(name.strip() for name in inside.split(","))
    if not closing or not all(names):
        return Malformed(f"{verb} must name rules between [ and ]: # layerlint: {verb}[rule, rule] reason")
    return Request(tuple(dict.fromkeys(names)), _OWN_SCOPES[verb], own=True)


def _hadolint(text: str) -> Request | None:
    """``hadolint ignore=DL3009,SC2086``, also ``stage ignore`` and ``global ignore``."""
    found = _HADOLINT.match(text)
    if found is None:
        return None
    codes = [code.split() for code in found[2].split(",")]
    names = tuple(words[0] for words in codes if words)
    return Request(names, _HADOLINT_SCOPES[found[1]], of_hadolint=True) if names else None


def _checkov(text: str) -> Request | None:
    """``checkov:skip=CKV_DOCKER_3:reason``: for the whole file, as its Dockerfile runner has it."""
    found = _CHECKOV.search(text)
    return _request([name for name in found[1].split(",") if name], Scope.FILE) if found else None


def _trivy(text: str) -> Request | None:
    """``trivy:ignore:DS-0002``, several with blanks between; ``tfsec:`` is its older name."""
    return _request([found[1] for word in text.split() if (found := _TRIVY.match(word.lstrip("#")))],
                    Scope.INSTRUCTION)  # fmt: skip


def _request(names: list[str], scope: Scope) -> Request | None:
    return Request(tuple(names), scope) if names else None


_FORMS: Final[tuple[Callable[[str], Request | Malformed | None], ...]] = (
    _own, _hadolint, _checkov, _trivy
)  # fmt: skip
