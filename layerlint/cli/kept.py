"""Which kept reports a run of ``check`` may use: those of runs with the same program, settings and rules."""

from __future__ import annotations

import argparse
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from layerlint.config import Config
    from layerlint.results.kept import Kept

_MOST_FILES = 4000
"""Of a folder of rules, and of the package indexes; with more, nothing is kept."""
_MOST_BYTES = 1 << 20
"""Of one rule file."""


def kept_reports(
    options: argparse.Namespace, config: Config, shellcheck: Path | None, count: int
) -> Kept | None:
    """None where nothing is to be kept, or what a report rests on cannot be told in short."""
    if options.no_cache or os.environ.get("LAYERLINT_NO_CACHE") or options.online or options.base:
        return None
    from layerlint.catalog.folder import folder
    from layerlint.results.kept import Kept, digest_of
    from layerlint.results.program import program
    from layerlint.results.store import Store

    top = folder()
    try:
        words = (
            *program(),
            *_settings(options, config, count),
            *(word for rules in config.rules for word in _rules(rules)),
            *_shellcheck(shellcheck),
            *_indexes(top / "indexes"),
        )
    except (OSError, ValueError):
        return None
    return Kept(Store(top), digest_of(words))


def _settings(options: argparse.Namespace, config: Config, count: int) -> Iterator[str]:
    """Not what is done with a report: the baseline, ``--fail-on``, how it is told."""
    for name in (
        "folder", "profile", "selection", "overrides", "arguments", "rules", "differ", "context", "target", "platform",
        "build_args", "ignore_comments", "borrowed",
    ):  # fmt: skip
        yield f"{name} {_told(getattr(config, name))}"
    yield _told(options.build_context)
    yield f"html {count}" if options.format == "html" else ""  # how much it tells of a file


def _told(value: object) -> str:
    """A setting in words: no two have the same.  What `repr` of a dataclass imports takes longer than all of this."""
    if isinstance(value, tuple | list):
        return f"[{','.join(map(_told, value))}]"
    fields: tuple[str, ...] = getattr(type(value), "__match_args__", ())
    if fields:
        return f"{type(value).__name__}({','.join(_told(getattr(value, each)) for each in fields)})"
    return repr(value)  # a text, a number, a path, a member of an enumeration


def _rules(folder: Path) -> Iterator[str]:
    """Every file of a folder of rules."""
    from layerlint._digest import digest

    found = 0
    for root, folders, names in os.walk(folder, followlinks=False):
        folders.sort()
        for name in sorted((*names, *folders)):
            path = Path(root, name)
            found += 1
            if found > _MOST_FILES:
                raise ValueError("too many files")
            status = path.stat()
            if stat.S_ISDIR(status.st_mode):
                if path.is_symlink():
                    raise ValueError("a folder that is elsewhere")
                yield f"{path} folder"
            elif stat.S_ISREG(status.st_mode) and status.st_size <= _MOST_BYTES:
                yield f"{path} {digest(path.read_bytes())}"
            else:
                raise ValueError("no rule file")


def _shellcheck(program: Path | None) -> Iterator[str]:
    if program is None:
        yield "no ShellCheck"
        return
    with program.open("rb") as stream:
        if stream.read(2) == b"#!":
            raise ValueError("a script, which may start any program")
    status = program.stat()
    yield f"{program.resolve()} {status.st_size} {status.st_mtime_ns} {status.st_ino}"


def _indexes(folder: Path) -> Iterator[str]:
    """The user's own package indexes."""
    try:
        with os.scandir(folder) as entries:
            files = sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        return
    if len(files) > _MOST_FILES:
        raise ValueError("too many files")
    for entry in files:
        status = entry.stat()
        yield f"{entry.name} {status.st_size} {status.st_mtime_ns} {status.st_ino}"
