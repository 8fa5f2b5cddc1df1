"""The patterns of tags, and tables by what a tag says.

A pattern is a tag with placeholders and parts that may be left out: ``[{version}-]slim[-{suite}]``.  Every
placeholder stands for one fixed class of characters, so that no pattern can be slow.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeAlias

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern

MAX_TAG = 128
"""Characters of a tag (OCI distribution specification 1.1, "Pulling manifests")."""

DEBIAN = (
    "squeeze", "wheezy", "jessie", "stretch", "buster", "bullseye", "bookworm", "trixie", "forky", "sid",
    "oldoldstable", "oldstable", "stable", "testing", "unstable", "experimental",
)  # fmt: skip
UBUNTU = (
    "lucid", "precise", "quantal", "raring", "saucy", "trusty", "utopic", "vivid", "wily", "xenial", "yakkety",
    "zesty", "artful", "bionic", "cosmic", "disco", "eoan", "focal", "groovy", "hirsute", "impish", "jammy",
    "kinetic", "lunar", "mantic", "noble", "oracular", "plucky", "questing", "resolute",
)  # fmt: skip

_CLASSES = {
    # ``3.6.4``, ``8u242``, ``3.9.0a5``, ``2.0.0-p643``, ``2.6.0-preview2``, ``7.4-rc``
    "version": r"v?[0-9][0-9A-Za-z._+]*(?:-(?:rc|beta|alpha|preview|p|m)[0-9.]*)?",
    "release": r"[0-9]+\.[0-9]+(?:\.[0-9]+)?",
    "date": r"[0-9]{8}(?:\.[0-9]+)?",
    "suite": "|".join((*DEBIAN, *UBUNTU)),
    "word": r"[0-9A-Za-z_.]+",
    "any": r"[0-9A-Za-z_.-]*",
}
PLACEHOLDERS = tuple(_CLASSES)
_TOKEN = pattern(r"\{([a-z]+)\}|([\[\]])|([^\[\]{}]+)")
OTHERWISE = "*"
"""The key of a table for what no other key is for."""
_DIGITS = pattern(r"[0-9]{1,9}")

Values: TypeAlias = Mapping[str, str]
"""What a tag says, by placeholder; a placeholder that the tag has not is not in it."""


@dataclass(frozen=True, slots=True)
class Table:
    """Values by word (a suite, a named part) or by version: the entry of the last key that is not above it."""

    entries: tuple[tuple[str, str], ...]

    def pick(self, values: Values) -> str | None:
        """A version that says less counts as the last of its kind: ``3.6`` as the last 3.6, none as the last."""
        # The distribution is no word of the tag: a repository called debian is not every image of Debian.
        words = {value for name, value in values.items() if name not in ("version", "distribution")}
        otherwise: str | None = None
        best: tuple[int, ...] | None = None
        found: str | None = None
        own = (*numbers(values.get("version", "")), math.inf)
        for key, value in self.entries:
            if key in words:
                return value
            if key == OTHERWISE:
                otherwise = value
            if not key[:1].isdigit():
                continue
            known = numbers(key)
            if known <= own and (best is None or known >= best):
                best, found = known, value
        return otherwise if found is None else found


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(digits) for digits in _DIGITS.findall(version[:MAX_TAG]))


@lru_cache(maxsize=4096)
def compiled(pattern: str, names: tuple[str, ...] = ()) -> re.Pattern[str]:
    """The pattern as a regular expression; ``names`` are words that stand for versions (``lts``).

    Raises ValueError for a pattern that is none.
    """
    parts: list[str] = []
    position = 0
    while position < len(pattern):
        token = _TOKEN.match(pattern, position)
        if token is None:
            raise ValueError(f"not a pattern: {pattern}")
        name, bracket, text = token.groups()
        if name is not None:
            if name not in _CLASSES:
                raise ValueError(f"unknown placeholder {{{name}}} in {pattern}")
            words = [re.escape(word) for word in names] if name == "version" else []
            parts.append(f"(?P<{name}>{'|'.join([*words, _CLASSES[name]])})")
        elif bracket is not None:
            parts.append("(?:" if bracket == "[" else ")?")
        else:
            parts.append(re.escape(text))
        position = token.end()
    try:
        return re.compile("".join(parts))
    except re.error as error:
        raise ValueError(f"not a pattern: {pattern}: {error}") from None


def match(pattern: str, tag: str, names: Mapping[str, str]) -> dict[str, str] | None:
    """What the tag says by this pattern; None if it is not one of its tags."""
    if len(tag) > MAX_TAG or ("onbuild" in tag.split("-") and "onbuild" not in pattern):
        return None  # an onbuild image has triggers, which only a pattern of its own knows
    found = compiled(pattern, tuple(names)).fullmatch(tag)
    if found is None:
        return None
    values = {name: value for name, value in found.groupdict().items() if value}
    if (version := values.get("version", "")) in names:
        values["version"] = names[version]
    return with_distribution(values)


def with_distribution(values: dict[str, str]) -> dict[str, str]:
    """The distribution that a suite is of, as a value too."""
    if (suite := values.get("suite")) is not None:
        values["distribution"] = "ubuntu" if suite in UBUNTU else "debian"
    return values


def filled(text: str, values: Values) -> str | None:
    """The text with its placeholders filled in; None if a value is missing."""
    missing = False

    def value(found: re.Match[str]) -> str:
        nonlocal missing
        missing = missing or found[1] not in values
        return values.get(found[1], "")

    result = re.sub(r"\{([a-z]+)\}", value, text)
    return None if missing else result
