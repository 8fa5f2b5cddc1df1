"""Flags of instructions: which there are, and their values (``bflag.go``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum

from layerlint._dataclass import dataclass
from layerlint.dockerfile.suggest import did_you_mean
from layerlint.dockerfile.syntax import Flag, Node, Problem, Word
from layerlint.source import Span


class FlagKind(Enum):
    BOOL = "bool"
    TEXT = "text"
    TEXTS = "texts"
    """May be given more than once."""


_TRANSFER = {
    "chmod": FlagKind.TEXT,
    "chown": FlagKind.TEXT,
    "exclude": FlagKind.TEXTS,
    "link": FlagKind.BOOL,
}

FLAGS: Mapping[str, Mapping[str, FlagKind]] = {
    "ADD": {
        **_TRANSFER,
        "checksum": FlagKind.TEXT,
        "keep-git-dir": FlagKind.BOOL,
        "unpack": FlagKind.BOOL,
    },
    "COPY": {**_TRANSFER, "from": FlagKind.TEXT, "parents": FlagKind.BOOL},
    "FROM": {"platform": FlagKind.TEXT},
    "HEALTHCHECK": {
        "interval": FlagKind.TEXT,
        "retries": FlagKind.TEXT,
        "start-interval": FlagKind.TEXT,
        "start-period": FlagKind.TEXT,
        "timeout": FlagKind.TEXT,
    },
    "RUN": {
        "device": FlagKind.TEXTS,
        "mount": FlagKind.TEXTS,
        "network": FlagKind.TEXT,
        "security": FlagKind.TEXT,
    },
}
"""Instructions without flags are left out."""


@dataclass(frozen=True, slots=True)
class Flags:
    """The flags of one instruction, looked up by name."""

    given: tuple[Flag, ...]

    def all(self, name: str) -> tuple[Flag, ...]:
        return tuple(flag for flag in self.given if flag.name == name)

    def get(self, name: str) -> Flag | None:
        return next((flag for flag in self.given if flag.name == name), None)

    def word(self, name: str) -> Word | None:
        """The value; an empty one counts as none, as BuildKit compares with the empty string."""
        flag = self.get(name)
        return value_word(flag) if flag is not None and flag.value else None

    def text(self, name: str) -> str | None:
        flag = self.get(name)
        return None if flag is None else flag.value or ""

    def truth(self, name: str) -> bool | None:
        """A bool flag: bare means true; None where it is not given."""
        flag = self.get(name)
        return None if flag is None else (flag.value or "true").lower() == "true"


def value_word(flag: Flag) -> Word:
    return Word(flag.value or "", flag.value_span)


def value_part(flag: Flag, start: int, end: int) -> Span:
    """Where a part of a flag's value stands; the whole value where quotes or escapes shift it."""
    span = flag.value_span
    if span.end - span.start != len(flag.value or ""):
        return span
    return Span(span.start + start, span.start + end)


def name_span(flag: Flag, *, dashes: bool = False) -> Span:
    """Where the name stands, or ``--`` and the name."""
    start, end = flag.span.start + 2, flag.span.end
    if flag.value is not None:
        # The value may stand on the next line, the name be shifted by quotes, but it ends before the sign.
        end = min(start + len(flag.name), flag.value_span.start - 1)
    return Span(start - 2 if dashes else start, max(start, end))


def check_flags(node: Node) -> Iterator[Problem]:
    """What BuildKit refuses in the flags of an instruction, in their order."""
    return flag_problems(node.flags, FLAGS.get(node.keyword.upper(), {}))


def flag_problems(flags: tuple[Flag, ...], table: Mapping[str, FlagKind]) -> Iterator[Problem]:
    """The same for flags of any table."""
    seen: set[str] = set()
    for flag in flags:
        kind = table.get(flag.name)
        if kind is None:
            suggestion = did_you_mean(flag.name, sorted(table))
            yield Problem(f"unknown flag: --{flag.name}{suggestion}", name_span(flag, dashes=True))
            continue
        if flag.name in seen and kind is not FlagKind.TEXTS:
            yield Problem(f"duplicate flag specified: --{flag.name}", name_span(flag))
            continue
        seen.add(flag.name)
        if kind is FlagKind.BOOL:
            if flag.value == "":
                yield Problem(f"missing a value on flag: --{flag.name}", name_span(flag))
            elif flag.value is not None and flag.value.lower() not in ("true", "false"):
                message = f"expecting boolean value for flag --{flag.name}, not: {flag.value}"
                yield Problem(message, flag.value_span)
        elif flag.value is None:
            yield Problem(f"missing a value on flag: --{flag.name}", name_span(flag))
