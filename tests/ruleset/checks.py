"""Signatures of checks that do not exist, one parameter of each type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final, Literal

from layerlint.domain.units import Bytes
from layerlint.ruleset.params import NoParams


class Kind(Enum):
    DELETED = "deleted"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Params:
    minimum_size: Bytes = 65536
    kind: Kind = Kind.DELETED
    kinds: tuple[Kind, ...] = (Kind.DELETED, Kind.MOVED)
    words: tuple[str, ...] = ()
    level: Literal["low", "high"] = "low"
    count: int = 2
    ratio: float = 0.5
    deep: bool = False
    name: str = "x"

    def __post_init__(self) -> None:
        if self.count < 0:
            raise ValueError("count must not be negative")


@dataclass(frozen=True, slots=True)
class Signature:
    params: type[Any]
    fields: tuple[str, ...]


CHECKS: Final[Mapping[str, Signature]] = {
    "hidden": Signature(Params, ("path", "line")),
    "plain": Signature(NoParams, ()),
}

RULE: Final = """\
check: hidden
severity: warning
confidence: high
summary: A summary.
message: "{path} costs {bytes}"
why: Because.
remedy: Do not.
"""


def write_rules(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
