"""Known findings of an old repository: what is in the file is not told again.

A line is one finding, by its fingerprint, which outlives what moves a line; lines are sorted, so that two
branches that change the file are merged line by line.  Paths are relative to the file.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, TypeAlias

from layerlint._dataclass import replace
from layerlint._pattern import pattern
from layerlint.config.located import Location, Scalar, Sequence, Value, kind
from layerlint.config.located import Mapping as LocatedMapping
from layerlint.config.reader import Reader
from layerlint.config.yaml_values import MAX_BYTES, parse_yaml
from layerlint.errors import UsageError
from layerlint.report import FileReport

Known: TypeAlias = Mapping[str, frozenset[str]]
"""Paths, from the baseline's folder, and the fingerprints of each."""

Ran: TypeAlias = Callable[[str, str], bool]
"""Whether on a path the rule of a name ran: of another, nothing is known to be gone."""

_HEAD: Final = """\
# Findings that are known: path, then rule and line of each.  `layerlint --write-baseline` writes this.
"""
_FINGERPRINT: Final = pattern(r"[A-Za-z0-9-]{1,128}:[0-9a-f]{8}:[0-9]{1,9}")
_PLAIN: Final = pattern(r"[A-Za-z0-9_/.][A-Za-z0-9_/.+@-]*")
"""A path that needs no quotes in YAML."""

_TOLD: Final = 3
"""Names of what is gone from one file, in a note."""


def read_baseline(file: Path) -> Known:
    """Raises `UsageError` if it cannot be read, `InvalidFileError` with every fault of it."""
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{file.as_posix()}: the baseline cannot be read: {error.strerror}") from error
    reader = Reader()
    value = parse_yaml(file.as_posix(), data, reader.problems)
    if value is None or (isinstance(value, Scalar) and value.is_null):
        value = LocatedMapping((), Location(file.as_posix()))
    known: dict[str, frozenset[str]] = {}
    if isinstance(value, LocatedMapping):
        known = {key.text: frozenset(_fingerprints(key, item, reader)) for key, item in value.entries}
    else:
        reader.fault(value, f"a baseline is a mapping of paths to lists, not {kind(value)}")
    reader.finish()
    return known


def _fingerprints(path: Scalar, value: Value, reader: Reader) -> Iterator[str]:
    if not isinstance(value, Sequence):
        reader.fault(value, f"the findings of {path.text} must be a list, not {kind(value)}")
        return
    for item in value.items:
        if isinstance(item, Scalar) and _FINGERPRINT.fullmatch(item.text):
            yield item.text
        else:
            reader.fault(item, f'a finding is written like "latest-tag:0a1b2c3d:1", not {kind(item)}')


def apply_baseline(
    files: Iterable[FileReport], known: Known, folder: Path, ran: Ran
) -> tuple[tuple[FileReport, ...], tuple[str, ...]]:
    """The reports less the findings that are known, and a note of those that are gone."""
    left = []
    notes: list[str] = []
    for file in files:
        kept, gone = without_known(file, known, folder, ran)
        left.append(kept)
        notes += gone
    return tuple(left), (*notes, *gone_files(known, folder))


def without_known(
    file: FileReport, known: Known, folder: Path, ran: Ran
) -> tuple[FileReport, tuple[str, ...]]:
    """A report less the findings that are known, and a note if some are gone."""
    here = known.get(_relative(file.path, folder), frozenset())
    kept = tuple(finding for finding in file.findings if finding.fingerprint not in here)
    gone = {each for each in here if ran(file.path, _rule(each))} - {
        finding.fingerprint for finding in file.findings
    }
    notes = (_gone(file.path, gone),) if gone else ()
    return replace(file, findings=kept, known=len(file.findings) - len(kept)), notes


def gone_files(known: Known, folder: Path) -> Iterator[str]:
    """A note of each file that is not there any more."""
    for path in sorted(known):
        if path != "-" and not (folder / path).exists():
            yield f"baseline: there is no {path} any more"


def _rule(fingerprint: str) -> str:
    return fingerprint.partition(":")[0]


def _gone(path: str, fingerprints: Iterable[str]) -> str:
    names = sorted(map(_rule, fingerprints))
    shown = ", ".join(names[:_TOLD]) + (f" and {len(names) - _TOLD} more" if len(names) > _TOLD else "")
    return f"baseline: {path} has {shown} no more; --write-baseline leaves that out"


def written_baseline(files: Iterable[FileReport], old: Known, folder: Path, ran: Ran) -> str:
    """The text of a baseline: the findings of these files, and what was known of all that did not run now."""
    known = {path: set(here) for path, here in old.items() if path == "-" or (folder / path).exists()}
    for file in files:
        path = _relative(file.path, folder)
        kept = {each for each in known.get(path, ()) if not ran(file.path, _rule(each))}
        known[path] = kept | {finding.fingerprint for finding in file.findings}
    lines = [_HEAD]
    for path in sorted(known):
        if known[path]:
            lines.append(f"{_quoted(path)}:\n")
            lines += (f"- {fingerprint}\n" for fingerprint in sorted(known[path]))
    return "".join(lines)


def _relative(path: str, folder: Path) -> str:
    """A path as the baseline has it: from its folder, whatever the current directory is."""
    if path == "-":
        return path
    return Path(os.path.relpath(path, folder)).as_posix()


def _quoted(path: str) -> str:
    import json

    return path if _PLAIN.fullmatch(path) else json.dumps(path)
