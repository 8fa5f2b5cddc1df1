"""A user with so high an id that useradd makes a file of gigabytes for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.analysis.command_lines import Place
from layerlint.analysis.command_words import Argument
from layerlint.analysis.invocations import Invocation, invocations
from layerlint.checks._lines import lines_of, text_of
from layerlint.checks.model import Check, Observation
from layerlint.domain.size import Size, total
from layerlint.domain.truth import Truth
from layerlint.execution.packages.database import PackageDatabase
from layerlint.execution.trace import Trace
from layerlint.report import Confidence

_MENDED: Final = (4, 13)
"""The version of shadow whose useradd no longer grows the file (commit ebf9b232, August 2022)."""

_LOGS: Final = ("/var/log/faillog", "/var/log/lastlog")
_OPTIONS: Final = ("-l", "--no-log-init")
_VALUES: Final = (
    "-b", "-c", "-d", "-e", "-f", "-g", "-G", "-k", "-K", "-p", "-R", "-P", "-s", "-u", "-Z", "--base-dir", "--comment",
    "--home-dir", "--expiredate", "--inactive", "--gid", "--groups", "--skel", "--key", "--password", "--root",
    "--prefix", "--shell", "--uid", "--selinux-user",
)  # fmt: skip
_NUMBER: Final = pattern(r"[0-9]{1,10}")
_VERSION: Final = pattern(r"(?:[0-9]+:)?([0-9]{1,6})\.([0-9]{1,6})")
_LITERAL_DIGITS: Final = 5


@dataclass(frozen=True, slots=True)
class Params:
    minimum: int = 100_000
    """The lowest id that is high."""
    literal: bool = False
    """The words alone count, and of the id its length: in any stage, unexpanded, at the head of a command."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    lines = lines_of(trace, literal=params.literal)
    for found in invocations(lines, ("useradd",), _VALUES, literal=params.literal):
        if any(map(found.has_option, _OPTIONS)):
            continue
        uid = _uid(found, literal=params.literal)
        if uid is None:
            continue
        text = str(uid.text)
        if params.literal:
            if len(text) <= _LITERAL_DIGITS:
                continue
            confidence = None
        else:
            number = text.removeprefix("--uid=")
            if not _NUMBER.fullmatch(number) or int(number) < params.minimum:
                continue
            grows = _grows(found.line.place.step.before.database)
            if grows is Truth.NO:
                continue
            text, confidence = number, None if grows is Truth.YES else Confidence.MEDIUM
        ships = found.line.place.ships
        if not (ships or params.literal):
            confidence = Confidence.MEDIUM
        yield Observation(
            uid.span,
            {"id": text, "command": text_of(trace, found.line)},
            bytes=_logs(found.line.place) if ships else None,
            confidence=confidence,
        )


def _uid(found: Invocation, *, literal: bool) -> Argument | None:
    """The word behind ``-u``."""
    for option, value in zip(found.line.arguments, found.line.arguments[1:], strict=False):
        text = option.text
        if isinstance(text, str) and text.startswith("-") and not text.startswith("--") and "u" in text:
            return value if isinstance(value.text, str) else None
        if text == "--uid" and not literal:
            return value if isinstance(value.text, str) else None
    if not literal:
        for word in found.line.arguments:
            if isinstance(word.text, str) and word.text.startswith("--uid="):
                return word
    return None


def _logs(place: Place) -> Size | None:
    """What the step's layer has of the logs, where that is known to have grown."""
    entries = () if place.step.layer is None else place.step.layer.entries
    sizes = [entry.bytes for entry in entries if entry.path in _LOGS]
    return total(sizes) if sizes else None


def _grows(database: PackageDatabase | None) -> Truth:
    """Whether useradd of the image writes the file, by the version of its package."""
    package = None if database is None or not database.exact else database.installed.get("passwd")
    version = None if package is None else _VERSION.match(package.version)
    if version is None:
        return Truth.MAYBE
    return Truth.NO if (int(version[1]), int(version[2])) >= _MENDED else Truth.YES


CHECK = Check(Params, _run, ("id", "command"))
