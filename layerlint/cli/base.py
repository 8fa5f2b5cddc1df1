"""The verb ``base``: which base image would do."""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING

from layerlint.cli.inputs import find_inputs, folder_of, read_config, read_input, read_settings
from layerlint.cli.output import OK, USAGE, complain, located, style_of, write
from layerlint.errors import UsageError

if TYPE_CHECKING:
    from layerlint.rootfs.requirements import Reading


def base(options: argparse.Namespace) -> int:
    from layerlint.linter import analyse, read_source
    from layerlint.reporters import base_reporter
    from layerlint.rootfs.advice import advise, fleet

    today = _date(options.today)
    reading = _reading(options)
    config = read_config(options)
    settings = read_settings(config, options)
    inputs, problems = find_inputs(options.paths, config)
    found = []
    for path in inputs:
        try:
            source, folder = read_source(path, read_input(path)), folder_of(path)
        except UsageError as error:
            problems.append(str(error))
            continue
        analysis = analyse(source, folder, settings)
        problems += located(source, (*analysis.refusals(), *analysis.graph.problems))
        advice = advise(analysis.trace, today, reading)
        if advice is not None:
            found.append(advice)
    if found:
        write(options.output, base_reporter(options.format)(fleet(found), style_of(options)))
    for message in problems:
        complain(message)
    return USAGE if problems else OK


def _reading(options: argparse.Namespace) -> Reading:
    """Facts of the program's files are kept in the user's cache; on a terminal a line says how far it is."""
    from layerlint.catalog.cache import folder
    from layerlint.rootfs.requirements import Reading

    progress = _progress if sys.stderr.isatty() and not options.quiet else None
    return Reading(options.jobs, progress, folder())


def _progress(done: int, count: int) -> None:
    if done == count:
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    elif done % 32 == 0:
        text = f"reading the program: {done} of {count} files"
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def _date(text: str | None) -> str | None:
    """Raises UsageError for what is no date."""
    if text is None:
        return None
    from datetime import date

    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is None:
            raise ValueError
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageError(f'--today: write a date as YYYY-MM-DD, not "{text}"') from None
