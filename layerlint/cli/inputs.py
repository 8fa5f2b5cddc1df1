"""What every verb starts from: the configuration with what the arguments say over it, and Dockerfiles."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from layerlint.errors import UsageError

if TYPE_CHECKING:
    from layerlint.config import Config
    from layerlint.linter import Analysis, Settings
    from layerlint.online.registries import Online
    from layerlint.source import SourceFile


def read_config(options: argparse.Namespace) -> Config:
    from layerlint.config import Selection, argument_names, argument_severity, load_config, override
    from layerlint.config.located import Location, Scalar
    from layerlint.report import Severity

    first = next((Path(path) for path in options.paths if path != "-"), Path())
    start = first if first.is_dir() else first.parent
    config = load_config(start, options.config)
    if options.context is not None and not options.context.is_dir():
        raise UsageError(f"--context: {options.context.as_posix()} is not a folder")
    arguments: dict[str, object] = {}
    if options.verb == "check":
        arguments = {
            "profile": None if options.profile is None else Scalar(options.profile, Location("--profile")),
            "arguments": Selection(
                None if options.select is None else argument_names("--select", options.select),
                argument_names("--ignore", options.ignore),
                argument_severity("--severity", options.severity),
            ),
            "rules": tuple(options.rules),
            "baseline": options.baseline,
            "fail_on": None if options.fail_on is None else Severity(options.fail_on),
        }
    return override(
        config,
        differ=options.differ,
        context=options.context,
        target=options.target,
        platform=options.platform,
        build_args=tuple(_pair("--build-arg", text) for text in options.build_arg),
        **arguments,  # type: ignore[arg-type]
    )


def _pair(option: str, text: str) -> tuple[str, str]:
    """``KEY=VALUE``; as with ``docker build``, ``KEY`` alone takes the value of the environment."""
    key, equals, value = text.partition("=")
    if not key:
        raise UsageError(f'{option}: write KEY=VALUE, not "{text}"')
    return key, value if equals else os.environ.get(key, "")


def read_settings(config: Config, options: argparse.Namespace) -> Settings:
    from layerlint.filesystem.layer import Differ
    from layerlint.graph import DEFAULT_PLATFORM
    from layerlint.linter import Settings

    return Settings(
        config.context,
        read_contexts(options),
        dict(config.build_args),
        config.target,
        config.platform or DEFAULT_PLATFORM,
        Differ(config.differ),
        config.ignore_comments,
        bases=_bases(options),
        online=_online(options),
    )


def read_contexts(options: argparse.Namespace) -> dict[str, Path]:
    """Of ``--build-context``."""
    contexts: dict[str, Path] = {}
    for text in options.build_context:
        name, _, folder = text.partition("=")
        if not name or not Path(folder).is_dir():
            raise UsageError(f'--build-context: write NAME=DIR with a folder that is there, not "{text}"')
        contexts[name] = Path(folder)
    return contexts


def _bases(options: argparse.Namespace) -> tuple[tuple[str, str], ...]:
    """Of ``--base``; a source that cannot be read is told by the first file that needs it."""
    if not options.base:
        return ()
    from layerlint.images.base import parse_base

    return tuple(parse_base(text) for text in options.base)


def _online(options: argparse.Namespace) -> Online | None:
    """What may be asked, where ``--online`` is given; on a terminal a line says what is."""
    if not getattr(options, "online", False):
        return None
    from layerlint.cli.output import progress
    from layerlint.online.registries import configured

    def looking_up(text: str) -> None:
        progress(f"looking up {text}" if text else "")

    return configured(looking_up if sys.stderr.isatty() and not options.quiet else None)


def find_inputs(paths: Sequence[str], config: Config) -> tuple[list[str], list[str]]:
    from layerlint.discovery import find_dockerfiles

    return find_dockerfiles(paths or ["."], config.excludes)


def analyses(
    inputs: Sequence[str], settings: Settings, problems: list[str]
) -> Iterator[tuple[SourceFile, Analysis]]:
    """Each Dockerfile with all that is known of it; what is wrong with them goes to ``problems``."""
    from layerlint.cli.output import located
    from layerlint.linter import analyse, read_source

    for path in inputs:
        try:
            source = read_source(path, read_input(path))
        except UsageError as error:
            problems.append(str(error))
            continue
        analysis = analyse(source, folder_of(path), settings)
        problems += located(source, (*analysis.refusals(), *analysis.graph.problems))
        yield source, analysis


def read_input(path: str) -> bytes:
    from layerlint.discovery import read_dockerfile

    return sys.stdin.buffer.read() if path == "-" else read_dockerfile(path)


def folder_of(path: str) -> Path | None:
    return None if path == "-" else Path(path).parent
