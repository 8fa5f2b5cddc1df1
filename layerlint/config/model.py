"""The configuration of a run: what a file says, then what the command line says over it."""

from __future__ import annotations

import os
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Final

from layerlint._dataclass import dataclass, replace
from layerlint.config.located import Location, Scalar, suggestion
from layerlint.config.selection import LEVELS, Selection
from layerlint.errors import UsageError
from layerlint.report import Severity

DIFFERS: Final = ("native", "buildkit", "naive")


@dataclass(frozen=True, slots=True)
class Override:
    """What is different for some files."""

    files: tuple[str, ...]
    """Globs, as of `Config.exclude`."""
    selection: Selection


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting."""

    path: str = ""
    """Of the file, from the current directory; empty without one."""
    folder: Path = Path()
    """The file's: relative paths in it are relative to this."""
    profile: Scalar | None = None
    """What the selection goes over; None is the profile ``default``."""
    selection: Selection = Selection()
    """Of the file."""
    overrides: tuple[Override, ...] = ()
    """A later one goes over those before it."""
    arguments: Selection = Selection()
    """Of the command line: goes over all else."""
    rules: tuple[Path, ...] = ()
    """Folders of users' rules."""
    fail_on: Severity = Severity.WARNING
    """The least severity that makes exit code 1; ``off`` is none."""
    differ: str = "buildkit"
    context: Path | None = None
    target: str | None = None
    platform: str | None = None
    build_args: tuple[tuple[str, str], ...] = ()
    exclude: tuple[str, ...] = ()
    """Globs, see `_matches`."""
    baseline: Path | None = None
    """A file of known findings (`ruleset.baseline`)."""
    ignore_comments: bool = True
    """Whether comments of a Dockerfile silence findings."""
    borrowed: bool = False
    """Out of the file of a peer, whose names of rules may be of rules that we have not."""
    notes: tuple[str, ...] = ()
    """What is to be told of the file, though it is no fault."""

    def excludes(self, path: str) -> bool:
        """Whether ``exclude`` has a path, which is from the current directory."""
        return _matches(self._relative(path), self.exclude)

    def selections(self, path: str) -> tuple[Selection, ...]:
        """Of the overrides for a path, from the current directory."""
        relative = self._relative(path) if self.overrides else PurePosixPath()
        return tuple(each.selection for each in self.overrides if _matches(relative, each.files))

    def _relative(self, path: str) -> PurePosixPath:
        return PurePosixPath(Path(os.path.relpath(path, self.folder)).as_posix())


def _matches(path: PurePosixPath, patterns: tuple[str, ...]) -> bool:
    """Whether a path (from the configuration's folder) or a folder above it matches a glob.

    ``*`` also matches ``/``; a pattern without ``/`` is matched against each name alone.
    """
    return any(
        fnmatchcase(part.as_posix() if "/" in pattern.rstrip("/") else part.name, pattern.rstrip("/"))
        for pattern in patterns
        for part in (path, *path.parents[:-1])
    )


def override(
    config: Config,
    *,
    profile: Scalar | None = None,
    arguments: Selection = Selection(),  # noqa: B008 - it is frozen
    rules: tuple[Path, ...] = (),
    fail_on: Severity | None = None,
    differ: str | None = None,
    context: Path | None = None,
    target: str | None = None,
    platform: str | None = None,
    build_args: tuple[tuple[str, str], ...] = (),
    exclude: tuple[str, ...] = (),
    baseline: Path | None = None,
) -> Config:
    """The configuration with what was given on the command line: lists add to it, all else replaces."""
    return replace(
        config,
        profile=profile or config.profile,
        arguments=arguments,
        rules=config.rules + rules,
        fail_on=fail_on or config.fail_on,
        differ=differ or config.differ,
        context=context or config.context,
        target=config.target if target is None else target,
        platform=platform or config.platform,
        build_args=tuple((dict(config.build_args) | dict(build_args)).items()),
        exclude=config.exclude + exclude,
        baseline=baseline or config.baseline,
    )


def argument_names(option: str, texts: list[str]) -> tuple[Scalar, ...]:
    """The names of ``--select a,b``: every text of the option is a list with commas."""
    names = (name.strip() for text in texts for name in text.split(","))
    return tuple(Scalar(name, Location(option)) for name in names if name)


def argument_severity(option: str, texts: list[str]) -> tuple[tuple[Scalar, Severity], ...]:
    """The pairs of ``--severity RULE=LEVEL``; raises UsageError."""
    pairs = []
    for text in texts:
        name, _, level = text.partition("=")
        if not name or level not in LEVELS:
            near = suggestion(level, LEVELS) if level else ""
            levels = ", ".join(LEVELS)
            raise UsageError(f'{option}: write RULE=LEVEL with a level of {levels}, not "{text}"{near}')
        pairs.append((Scalar(name.strip(), Location(option)), Severity(level)))
    return tuple(pairs)
