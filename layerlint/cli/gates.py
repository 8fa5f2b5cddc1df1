"""dive's gates on the command line: where their bounds come from, and the exit code."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from layerlint.cli.output import FINDINGS, OK, USAGE
from layerlint.report import GateRecord, GateStatus

if TYPE_CHECKING:
    from layerlint.config.dive_ci import Bound


def bounds(options: argparse.Namespace) -> tuple[Bound, ...]:
    """Empty where none were asked for; a bound of the command line goes before the file's, that before dive's."""
    given = options.lowest_efficiency, options.highest_wasted_bytes, options.highest_user_wasted_percent
    whole = options.gates or options.dive_ci is not None
    if not whole and all(text is None for text in given):
        return ()
    from layerlint.config.dive_ci import (
        DEFAULTS,
        FILE,
        HIGHEST_USER_WASTED,
        HIGHEST_WASTED,
        LOWEST_EFFICIENCY,
        bound,
        read_dive_ci,
    )

    names = LOWEST_EFFICIENCY, HIGHEST_WASTED, HIGHEST_USER_WASTED
    told = {name: text for name, text in zip(names, given, strict=True) if text is not None}
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
