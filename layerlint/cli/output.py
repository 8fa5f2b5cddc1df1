"""What every verb ends in: texts and complaints."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

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
    columns = _columns(80) - 1
    safe = "".join(char if char.isprintable() else "?" for char in redact(text))
    print(f"\r\033[K{safe[:columns]}", end="", file=sys.stderr, flush=True)


def _columns(fallback: int) -> int:
    import shutil  # bz2, lzma and more, for those who look at a terminal

    return shutil.get_terminal_size((fallback, 24)).columns


class Counter:
    """``40 of 1500 files`` on a terminal, out of the way while something else is printed."""

    EACH = 20
    """Files from one showing to the next: a terminal is slow."""

    def __init__(self, count: int, *, shown: bool) -> None:
        self._count = count
        self._shown = shown
        self._there = False
        self._due = False

    def at(self, number: int) -> None:
        if self._shown and (number % self.EACH == 0 or self._due):
            progress(f"{number} of {self._count} files")
            self._there = True
            self._due = False

    def clear(self) -> None:
        """Take it away, until the next file is there."""
        if self._there:
            progress("")
            self._there = False
            self._due = True


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
    width = min(_columns(100), 120) if terminal else 100
    return Style(colour, width, options.verbose, options.quiet, getattr(options, "changes", False))


def write(output: Path | None, text: str, option: str = "--output") -> None:
    with writing(output, option) as put:
        put(text)


@contextmanager
def writing(output: Path | None, option: str = "--output") -> Iterator[Callable[[str], None]]:
    """Text in parts: to standard output at once, to a file all or nothing (and none if no part comes)."""
    if output is None:
        yield _print
        return
    file = _File(output)
    told = partial(_told, output, option)

    def put(text: str) -> None:
        with told():
            file.put(text.encode("utf-8", "backslashreplace"))

    try:
        yield put
        with told():
            file.close()
    finally:
        file.leave()


def _print(text: str) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()


@contextmanager
def _told(output: Path, option: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(f"{option}: {output.as_posix()} cannot be written: {error.strerror}") from error


class _File:
    """A file that is written beside its place, so that a full disk leaves what was there."""

    def __init__(self, output: Path) -> None:
        self._target = output
        self._beside: Path | None = None
        self._stream: IO[bytes] | None = None

    def put(self, data: bytes) -> None:
        if self._stream is None:
            self._stream = self._open()
        self._stream.write(data)

    def _open(self) -> IO[bytes]:
        if self._target.exists() and not self._target.is_file():
            return self._target.open("wb")  # /dev/stderr, a named pipe
        self._target = self._target.resolve()
        beside = self._target.with_name(f".{self._target.name}.{os.getpid()}.tmp")
        stream = beside.open("xb")
        self._beside = beside
        return stream

    def close(self) -> None:
        """Put it in its place."""
        if self._stream is None:
            return
        self._stream.close()
        if self._beside is None:
            return
        if self._target.exists():
            import shutil

            shutil.copymode(self._target, self._beside)
        os.replace(self._beside, self._target)
        self._beside = None

    def leave(self) -> None:
        """Take away what did not come to its place."""
        if self._stream is not None:
            with suppress(OSError):  # what it still held does not fit the disk
                self._stream.close()
        if self._beside is not None:
            self._beside.unlink(missing_ok=True)
