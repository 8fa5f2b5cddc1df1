"""What every verb ends in: texts and complaints."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from layerlint.domain.credentials import redact
from layerlint.errors import UsageError

if TYPE_CHECKING:
    from layerlint.dockerfile.syntax import Problem
    from layerlint.reporters.style import Style
    from layerlint.source import SourceFile

OK, FINDINGS, USAGE, BUG = 0, 1, 2, 3
"""Exit codes."""


def complain(message: str) -> None:
    for line in message.splitlines():
        print(f"layerlint: {redact(line)}", file=sys.stderr)


def progress(text: str) -> None:
    """One line on a terminal that says what goes on; an empty text takes it away."""
    columns = shutil.get_terminal_size((80, 24)).columns - 1
    shown = f"looking up {text}" if text else ""
    safe = "".join(char if char.isprintable() else "?" for char in redact(shown))
    print(f"\r\033[K{safe[:columns]}", end="", file=sys.stderr, flush=True)


def located(source: SourceFile, problems: Iterable[Problem]) -> Iterator[str]:
    """Faults of a file, as a line each."""
    for problem in problems:
        if not problem.certain:
            continue
        line, column = source.position(problem.span.start)
        yield f"{source.path}:{line}:{column}: {problem.message}"


def style_of(options: argparse.Namespace) -> Style:
    from layerlint.reporters.style import Style

    terminal = options.output is None and sys.stdout.isatty()
    colour = (
        terminal
        and not options.no_color
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )
    width = 100
    if terminal:
        import shutil

        width = min(shutil.get_terminal_size((100, 24)).columns, 120)
    return Style(colour, width, options.verbose, options.quiet, getattr(options, "changes", False))


def write(output: Path | None, text: str, option: str = "--output") -> None:
    if output is not None:
        try:
            _replace(output, text.encode("utf-8", "backslashreplace"))
        except OSError as error:
            raise UsageError(f"{option}: {output.as_posix()} cannot be written: {error.strerror}") from error
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()


def _replace(output: Path, data: bytes) -> None:
    """Write the whole file or, where the disk is full, leave what was there."""
    if output.exists() and not output.is_file():
        output.write_bytes(data)  # /dev/stderr, a named pipe
        return
    target = output.resolve()
    beside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with beside.open("xb") as stream:
            stream.write(data)
        if target.exists():
            shutil.copymode(target, beside)
        os.replace(beside, target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
