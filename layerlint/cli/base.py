"""The verb ``base``: which base image would do."""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING

from layerlint.cli.inputs import analyses, find_inputs, read_config, read_settings
from layerlint.cli.output import OK, USAGE, complain, progress, style_of, write
from layerlint.errors import UsageError

if TYPE_CHECKING:
    from layerlint.rootfs.requirements import Reading


def base(options: argparse.Namespace) -> int:
    from layerlint.reporters import base_reporter
    from layerlint.rootfs.advice import advise
    from layerlint.rootfs.shared import fleet

    today = _date(options.today)
    reading = _reading(options)
    config = read_config(options)
    settings = read_settings(config, options)
    inputs, problems = find_inputs(options.paths, config)
    found = []
    for _, analysis in analyses(inputs, settings, problems):
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

    told = _progress if sys.stderr.isatty() and not options.quiet else None
    return Reading(options.jobs, told, folder())


def _progress(done: int, count: int) -> None:
    if done == count:
        progress("")
    elif done % 32 == 0:
        progress(f"reading the program: {done} of {count} files")


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
