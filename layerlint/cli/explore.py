"""The verb ``explore``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from layerlint.cli.inputs import find_inputs, read_config
from layerlint.cli.output import OK
from layerlint.errors import UsageError

if TYPE_CHECKING:
    from layerlint.report import LayersReport


def explore(options: argparse.Namespace) -> int:
    from importlib.util import find_spec

    from layerlint.domain.credentials import redact

    if find_spec("textual") is None:
        raise UsageError("explore needs Textual: pip install 'layerlint[explore]'")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("explore needs a terminal; `layerlint layers --changes` prints the same")
    report, lines = _image(options) if _is_image(options.paths) else _forecast(options)

    from layerlint.explorer.app import Explorer

    Explorer(report, [redact(line) for line in lines]).run()
    return OK


def _is_image(paths: list[str]) -> bool:
    """An archive, an OCI layout or a reference, as ``image`` takes them; not a Dockerfile or a folder with one."""
    from layerlint.cli.image import is_text

    if len(paths) > 1:
        return True
    path = Path(paths[0]) if paths else Path()
    if path.is_dir():
        return (path / "oci-layout").exists()
    return not is_text(paths[0]) if path.exists() else ":" in paths[0]


def _forecast(options: argparse.Namespace) -> tuple[LayersReport, list[str]]:
    from layerlint.analysis.forecast import forecast
    from layerlint.cli.image import trace_of

    found, problems = find_inputs(options.paths, read_config(options))
    if problems or len(found) != 1:
        raise UsageError(problems[0] if problems else f"name one Dockerfile: there are {len(found)} here")
    trace = trace_of(options, found[0])
    report = forecast(trace, changes=True)
    if report is None:
        raise UsageError(f"{found[0]}: has no FROM, and so no layers")
    return report, trace.document.source.text.splitlines()


def _image(options: argparse.Namespace) -> tuple[LayersReport, list[str]]:
    from layerlint.analysis.inside import look_inside
    from layerlint.cli.image import open_source, trace_of

    if len(options.paths) > 2:
        raise UsageError("explore takes one image, and the Dockerfile that it was built of")
    source, *dockerfile = options.paths
    trace = trace_of(options, dockerfile[0]) if dockerfile else None
    report = look_inside(open_source(source, options), trace, changes=True).layers
    return report, [] if trace is None else trace.document.source.text.splitlines()
