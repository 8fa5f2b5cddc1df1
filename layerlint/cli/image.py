"""The verbs ``image`` and ``verify``: images that were built."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from layerlint._dataclass import replace
from layerlint.cli.inputs import folder_of, read_config, read_input, read_settings
from layerlint.cli.output import FINDINGS, OK, progress, style_of, write
from layerlint.errors import UsageError

if TYPE_CHECKING:
    from layerlint.execution.trace import Trace
    from layerlint.images.model import Image
    from layerlint.report import ImageReport

_SNIFFED = 8192
"""Bytes at the start of a file that tell a text from an archive: each header of a tar is filled up with NULs."""


def image(options: argparse.Namespace) -> int:
    with _uncollected():
        return _image(options)


def verify(options: argparse.Namespace) -> int:
    with _uncollected():
        return _verify(options)


@contextmanager
def _uncollected() -> Iterator[None]:
    """A large image is millions of objects without cycles, and the collector would go through them again and
    again: a third of the time."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _image(options: argparse.Namespace) -> int:
    from layerlint.analysis.inside import look_inside
    from layerlint.cli.gates import bounds, exit_code
    from layerlint.reporters import IMAGE_REPORTERS, image_reporter

    asked = bounds(options)
    sources, dockerfile = _split(options.paths)
    if len(sources) > 1:
        if asked:
            raise UsageError("gates are for one image: name them one by one")
        return _fleet(options, sources, dockerfile)
    trace = None if dockerfile is None else trace_of(options, dockerfile)
    files = 0
    if options.format == "html":
        from layerlint.reporters.html.limits import paths_of_each

        files = paths_of_each(2)
    report = look_inside(open_source(sources[0], options), trace, changes=options.changes, files=files)
    if asked:
        from layerlint.analysis.gates import judge, of_image

        figures = of_image(report, exact=options.gate_figures == "exact")
        report = replace(report, layers=replace(report.layers, gates=judge(figures, asked)))
    if options.format == "html":
        text = _page(report, trace, files)
    elif options.format in IMAGE_REPORTERS:
        text = image_reporter(options.format)(report, style_of(options))
    else:
        if trace is None:
            raise UsageError(
                f"--format {options.format} needs the Dockerfile: layerlint image SOURCE Dockerfile"
            )
        from layerlint.checks import CHECKS
        from layerlint.reporters import reporter
        from layerlint.ruleset.loader import load_bundled
        from layerlint.ruleset.measured import measured

        text = reporter(options.format)(measured(report, trace, load_bundled(CHECKS)), style_of(options))
    write(options.output, text)
    return exit_code(report.layers.gates)


def _page(report: ImageReport, trace: Trace | None, files: int) -> str:
    """The image, beside its forecast and its Dockerfile where that is given."""
    from layerlint import __version__
    from layerlint.analysis.forecast import forecast
    from layerlint.analysis.shown_text import shown_text
    from layerlint.checks import CHECKS
    from layerlint.report import FileReport
    from layerlint.reporters.html import images
    from layerlint.ruleset.loader import load_bundled
    from layerlint.ruleset.measured import measured

    file = None
    if trace is not None:
        findings = measured(report, trace, load_bundled(CHECKS)).files[0].findings
        text = shown_text(trace)
        file = FileReport(trace.document.source.path, findings, forecast(trace, files=files), text=text)
    return images([report], [file], __version__)


def _pages(options: argparse.Namespace, sources: list[str]) -> str:
    """One page of several images, to be chosen from."""
    from layerlint import __version__
    from layerlint.analysis.inside import look_inside
    from layerlint.reporters.html import images
    from layerlint.reporters.html.limits import paths_of_each

    files = paths_of_each(len(sources))
    reports = [look_inside(open_source(source, options), files=files) for source in sources]
    return images(reports, [None] * len(reports), __version__)


def _verify(options: argparse.Namespace) -> int:
    from layerlint.analysis.verify import verify as compare
    from layerlint.reporters import verify_reporter

    if len(options.paths) != 2:
        raise UsageError("verify takes two: layerlint verify Dockerfile SOURCE")
    dockerfile, source = options.paths
    trace = trace_of(options, dockerfile)
    report = compare(trace, open_source(source, options), tolerance=options.tolerance)
    if report is None:
        raise UsageError(f"{dockerfile}: it has no stage that could be built")
    write(options.output, verify_reporter(options.format)(report, style_of(options)))
    return OK if report.within else FINDINGS


def _fleet(options: argparse.Namespace, sources: list[str], dockerfile: str | None) -> int:
    from layerlint.analysis.fleet import fleet
    from layerlint.reporters import FLEET_REPORTERS, fleet_reporter

    if dockerfile is not None:
        raise UsageError(f"{dockerfile}: a Dockerfile is for one image, and there are {len(sources)}")
    if options.format == "html":
        write(options.output, _pages(options, sources))
        return OK
    if options.format not in FLEET_REPORTERS:
        formats = ", ".join(sorted((*FLEET_REPORTERS, "html")))
        raise UsageError(f"several images are told as {formats}, not as {options.format}")
    report = fleet([open_source(source, options, alone=False) for source in sources])
    write(options.output, fleet_reporter(options.format)(report, style_of(options)))
    return OK


def _split(paths: list[str]) -> tuple[list[str], str | None]:
    """The images, and the Dockerfile if the last path behind one is a text."""
    *sources, last = paths
    return (sources, last) if sources and is_text(last) else (paths, None)


def is_text(path: str) -> bool:
    if path == "-":
        return True
    file = Path(path)
    if not file.is_file():
        return False
    try:
        with file.open("rb") as stream:
            start = stream.read(_SNIFFED)
    except OSError:
        return False
    return b"\0" not in start and not start.startswith(
        (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ")
    )


def trace_of(options: argparse.Namespace, dockerfile: str) -> Trace:
    """Of the Dockerfile; its faults are not told again here."""
    from layerlint.linter import analyse, read_source

    paths, options.paths = options.paths, [dockerfile]
    settings = read_settings(read_config(options), options)
    options.paths = paths
    return analyse(read_source(dockerfile, read_input(dockerfile)), folder_of(dockerfile), settings).trace


def open_source(source: str, options: argparse.Namespace, *, alone: bool = True) -> Image:
    """The image; one that is not ``alone`` is compared with others by the data of every file."""
    from layerlint.images.opening import open_image

    told = _progress() if sys.stderr.isatty() and not options.quiet else None
    try:
        return open_image(source, platform=options.platform or "", progress=told, all_digests=not alone)
    finally:
        if told is not None:
            progress("")


def _progress() -> Callable[[str, int, int], None]:
    """Shows each percent once."""
    shown = -1

    def show(what: str, done: int, whole: int) -> None:
        nonlocal shown
        percent = done * 100 // whole if whole else 0
        if percent != shown:
            shown = percent
            progress(f"reading {what[:50]}: {percent} %")

    return show
