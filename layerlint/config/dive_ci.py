"""The bounds of dive's CI mode: its file ``.dive-ci``, and how it writes a value."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.config.files import shown
from layerlint.config.located import Scalar
from layerlint.config.reader import Reader
from layerlint.config.yaml_values import MAX_BYTES, parse_yaml
from layerlint.domain.units import parse_size
from layerlint.errors import UsageError

FILE: Final = ".dive-ci"
LOWEST_EFFICIENCY: Final = "lowestEfficiency"
HIGHEST_WASTED: Final = "highestWastedBytes"
HIGHEST_USER_WASTED: Final = "highestUserWastedPercent"

DEFAULTS: Final[Mapping[str, str]] = {
    LOWEST_EFFICIENCY: "0.9",
    HIGHEST_WASTED: "disabled",
    HIGHEST_USER_WASTED: "0.1",
}
"""Of dive (``cmd/dive/cli/internal/options/ci_rules.go``), in the order in which it judges."""
_KEYS: Final = {
    key: name
    for name, dashed in (
        (LOWEST_EFFICIENCY, "lowest-efficiency"),
        (HIGHEST_WASTED, "highest-wasted-bytes"),
        (HIGHEST_USER_WASTED, "highest-user-wasted-percent"),
    )
    for key in (name, dashed)
}
_OFF: Final = frozenset(("", "disabled", "off", "false"))


@dataclass(frozen=True, slots=True)
class Bound:
    """One bound of dive's, as it was written."""

    name: str
    value: float | None
    """None where it is off, or cannot be read."""
    problem: str = ""
    """Why it cannot be read."""


def bound(name: str, text: str) -> Bound:
    """The value of one of the names of `DEFAULTS`; dive takes sizes with a unit, ``20MB``."""
    if text.strip().lower() in _OFF:
        return Bound(name, None)
    try:
        return Bound(name, _size(text) if name == HIGHEST_WASTED else _ratio(text))
    except ValueError as error:
        return Bound(name, None, f'{error}, not "{text[:40]}"')


def read_dive_ci(file: Path) -> dict[str, str]:
    """The bounds of a file, as they are written; raises UsageError or InvalidFileError."""
    if not file.is_file():
        raise UsageError(f"--dive-ci: {file.as_posix()} is not a file")
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"--dive-ci: {file.as_posix()} cannot be read: {error.strerror}") from error
    reader = Reader()
    value = parse_yaml(shown(file), data, reader.problems)
    found: dict[str, str] = {}
    if value is not None and not (isinstance(value, Scalar) and value.is_null):
        whole = reader.mapping(FILE, value)
        # Its other keys are dive's own settings.
        rules = [item for key, item in whole.entries if key.text == "rules"] if whole is not None else []
        for key, item in reader.fields(rules[0], _KEYS).items() if rules else ():
            if isinstance(item, Scalar):
                found[_KEYS[key]] = "" if item.is_null else item.text
            else:
                reader.fault(item, f"{key} must be a number or a size")
    reader.finish()
    return found


def _ratio(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise ValueError("it must be a number from 0 to 1")
    return value


def _size(text: str) -> float:
    """As `parse_size`, and as dive reads it: with commas, and without the ``B`` of a unit."""
    bare = text.replace(",", "")
    try:
        return float(parse_size(bare))
    except ValueError as error:
        try:
            return float(parse_size(f"{bare}B"))
        except ValueError:
            raise ValueError("it must be a size (20MB)") from error
