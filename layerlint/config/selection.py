"""Which rules run, and how: the four keys that a configuration, a profile and an override share."""

from __future__ import annotations

from collections.abc import Mapping as Keys
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.config.located import Mapping, Scalar, Value
from layerlint.config.reader import Reader
from layerlint.report import Severity

LEVELS: Final = tuple(level.value for level in Severity)
SELECTION_KEYS: Final = ("select", "ignore", "severity", "options")


@dataclass(frozen=True, slots=True)
class Selection:
    """Names of rules are texts with their places, looked up by `ruleset.selection`."""

    select: tuple[Scalar, ...] | None = None
    """Names, aliases, categories, ``all`` or ``opt-in``; None leaves on what is on."""
    ignore: tuple[Scalar, ...] = ()
    severity: tuple[tuple[Scalar, Severity], ...] = ()
    """A later entry for the same rule wins."""
    options: tuple[tuple[Scalar, Mapping], ...] = ()
    """Rule and parameters of its check."""


def read_selection(given: Keys[str, Value], reader: Reader) -> Selection:
    """Of the keys of a mapping that are in ``SELECTION_KEYS``."""
    return Selection(
        reader.lines("select", given["select"]) if "select" in given else None,
        reader.lines("ignore", given["ignore"]) if "ignore" in given else (),
        _severities(given, reader),
        _options(given, reader),
    )


def read_entries(key: str, given: Keys[str, Value], reader: Reader) -> tuple[tuple[Scalar, Value], ...]:
    """The entries of a mapping whose keys are the user's."""
    mapping = reader.mapping(key, given[key]) if key in given else None
    return mapping.entries if mapping else ()


def _severities(given: Keys[str, Value], reader: Reader) -> tuple[tuple[Scalar, Severity], ...]:
    read = (
        (name, reader.choice(f"the severity of {name.text}", level, LEVELS))
        for name, level in read_entries("severity", given, reader)
    )
    return tuple((name, Severity(level)) for name, level in read if level)


def _options(given: Keys[str, Value], reader: Reader) -> tuple[tuple[Scalar, Mapping], ...]:
    read = (
        (name, reader.mapping(f"the options of {name.text}", options))
        for name, options in read_entries("options", given, reader)
    )
    return tuple((name, options) for name, options in read if options)
