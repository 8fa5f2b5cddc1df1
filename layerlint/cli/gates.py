"""dive's gates on the command line: where their bounds come from, and the exit code."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from layerlint.cli.output import FINDINGS, OK, USAGE
from layerlint.config.dive_ci import (
    DEFAULTS,
    FILE,
    HIGHEST_USER_WASTED,
    HIGHEST_WASTED,
    LOWEST_EFFICIENCY,
    Bound,
    bound,
    read_dive_ci,
)
from layerlint.report import GateRecord, GateStatus


def bounds(options: argparse.Namespace) -> tuple[Bound, ...]:
    """Empty where none were asked for; a bound of the command line goes before the file's, that before dive's."""
    given = {
        LOWEST_EFFICIENCY: options.lowest_efficiency,
        HIGHEST_WASTED: options.highest_wasted_bytes,
        HIGHEST_USER_WASTED: options.highest_user_wasted_percent,
    }
    told = {name: text for name, text in given.items() if text is not None}
    whole = options.gates or options.dive_ci is not None
    if not told and not whole:
        return ()
    found = dict(DEFAULTS) if whole else dict.fromkeys(DEFAULTS, "")
    if options.dive_ci is not None:
        found |= read_dive_ci(options.dive_ci)
    elif options.gates and Path(FILE).is_file():
        found |= read_dive_ci(Path(FILE))
    return tuple(bound(name, text) for name, text in (found | told).items())


def exit_code(records: Iterable[GateRecord]) -> int:
    statuses = {record.status for record in records}
    if GateStatus.MISCONFIGURED in statuses:
        return USAGE
    return FINDINGS if GateStatus.FAIL in statuses else OK
