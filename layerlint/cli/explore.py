"""The verb ``explore``."""

from __future__ import annotations

import argparse
import sys

from layerlint.cli.inputs import find_inputs, folder_of, read_config, read_input, read_settings
from layerlint.cli.output import OK
from layerlint.errors import UsageError


def explore(options: argparse.Namespace) -> int:
    from importlib.util import find_spec

    from layerlint.analysis.forecast import forecast
    from layerlint.domain.credentials import redact
    from layerlint.linter import analyse, read_source

    if find_spec("textual") is None:
        raise UsageError("explore needs Textual: pip install 'layerlint[explore]'")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("explore needs a terminal; `layerlint layers --changes` prints the same")
    config = read_config(options)
    found, problems = find_inputs(options.paths, config)
    if problems or len(found) != 1:
        raise UsageError(problems[0] if problems else f"name one Dockerfile: there are {len(found)} here")
    source = read_source(found[0], read_input(found[0]))
    trace = analyse(source, folder_of(found[0]), read_settings(config, options)).trace
    report = forecast(trace, changes=True)
    if report is None:
        raise UsageError(f"{source.path}: has no FROM, and so no layers")

    from layerlint.explorer.app import Explorer

    Explorer(report, [redact(line) for line in source.text.splitlines()]).run()
    return OK
