"""Many files: one after the other, or on all cores.

A pool of the standard library does not say which file its process died of, and ends no process before the
work that it was given; so the processes are kept here, each with a pipe.
"""

from __future__ import annotations

import gc
import os
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from layerlint._dataclass import dataclass
from layerlint.discovery import read_dockerfile
from layerlint.errors import UsageError
from layerlint.report import FileReport

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from layerlint.linter import Settings
    from layerlint.results.kept import Kept
    from layerlint.ruleset.active import Active

ENOUGH = 24
"""Files from which processes pay for their start (about 0.2 s each)."""

AHEAD = 64
"""Files that may be read before one in front of them is: their results are held until it is."""

_GIVEN = 2
"""Files that a process has: the one that it reads, and the next."""

_ATTEMPTS = 2
"""Processes that may die of a file: the first may have been killed for the memory that others took."""


@dataclass(frozen=True, slots=True)
class Job:
    settings: Settings
    active: Active
    kept: Kept | None = None
    """Reports of earlier runs, to be used and added to."""


@dataclass(frozen=True, slots=True)
class Result:
    """Of one file: its report, or why there is none."""

    report: FileReport | None
    problems: tuple[str, ...] = ()
    bug: bool = False


def lint_all(paths: Sequence[str], job: Job, *, jobs: int) -> Generator[Result, None, None]:
    """Results in the order of the paths, each once it and all before it are there.

    One file's fault never costs another its result.  To close the iterator ends the processes at once.
    """
    workers = min(jobs or os.cpu_count() or 1, max(1, len(paths) // 8))
    if workers <= 1 or len(paths) < ENOUGH or "-" in paths:
        return (lint_path(path, job) for path in paths)
    return _lint_in_processes(paths, job, workers)


def _process(target: Callable[..., None], *arguments: object) -> BaseProcess:
    """Forked off on Linux, whatever Python does by itself: all is imported there, and what Python 3.14 starts would
    be the child of another process, which outlives this one."""
    import multiprocessing

    if sys.platform == "linux":
        return multiprocessing.get_context("fork").Process(target=target, args=arguments, daemon=True)
    return multiprocessing.Process(target=target, args=arguments, daemon=True)


class _Worker:
    """A process, and the numbers of the files that it has."""

    def __init__(self, job: Job) -> None:
        from multiprocessing import Pipe

        self.connection: Connection[tuple[int, str], tuple[int, Result]]
        self.connection, theirs = Pipe()
        self.given: deque[int] = deque()
        self.process: BaseProcess = _process(_serve, theirs, self.connection, job, gc.get_threshold())
        try:
            self.process.start()
        except BaseException:
            self.connection.close()
            raise
        finally:
            theirs.close()  # so that its death ends the connection

    def give(self, number: int, path: str) -> None:
        self.given.append(number)
        with suppress(OSError):  # it is dead, which is seen when its results are read
            self.connection.send((number, path))

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


def _lint_in_processes(paths: Sequence[str], job: Job, workers: int) -> Generator[Result, None, None]:
    from multiprocessing.connection import wait

    import layerlint.linter  # noqa: F401  # once, for all processes that are forked off

    waiting = deque(range(len(paths)))
    deaths: dict[int, int] = {}
    done: dict[int, Result] = {}
    told = 0
    crew: list[_Worker] = []
    try:
        _enlist(crew, workers, job)
        while told < len(paths):
            if not crew:  # the machine gives no process
                done[told] = lint_path(paths[waiting.popleft()], job)
            for worker in crew:
                while len(worker.given) < _GIVEN and waiting and waiting[0] < told + AHEAD:
                    number = waiting.popleft()
                    worker.give(number, paths[number])
            ready = wait([worker.connection for worker in crew if worker.given]) if crew else []
            for worker in [each for each in crew if each.connection in ready]:
                try:
                    number, result = worker.connection.recv()
                except (EOFError, OSError):
                    crew.remove(worker)
                    worker.end()
                    first = worker.given[0]
                    deaths[first] = deaths.get(first, 0) + 1
                    if deaths[first] == _ATTEMPTS:
                        done[worker.given.popleft()] = _killed(paths[first], worker.process.exitcode)
                    waiting.extendleft(reversed(worker.given))
                    _enlist(crew, workers, job)
                else:
                    worker.given.popleft()
                    done[number] = result
            while told in done:
                yield done.pop(told)
                told += 1
    finally:
        for worker in crew:
            worker.end()


def _enlist(crew: list[_Worker], workers: int, job: Job) -> None:
    """Fill the crew, as far as the machine has processes and pipes for it."""
    with suppress(OSError), _undisturbed():
        while len(crew) < workers:
            crew.append(_Worker(job))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C waits: else a process that just began would tell of it, or be in no list of those to be ended."""
    import signal

    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _killed(path: str, code: int | None) -> Result:
    """Of a file of which process after process died."""
    import signal

    try:
        cause = "unknown" if code is None or code >= 0 else signal.Signals(-code).name
    except ValueError:
        cause = str(code)
    how = f"by {cause}" if code is not None and code < 0 else f"with exit code {code}"
    message = (
        f"{path}: the process that read it was killed, {how}, {_ATTEMPTS} times (is there too little memory?); "
        "--jobs 1 takes the least"
    )
    return Result(None, (message,), bug=True)


def _serve(
    connection: Connection[tuple[int, Result], tuple[int, str]],
    other_end: Connection[tuple[int, str], tuple[int, Result]],
    job: Job,
    threshold: tuple[int, int, int],
) -> None:
    """Lint what comes until nobody is there to take the results."""
    import signal

    # A process that is not forked off would look for garbage as often as Python does by itself.
    gc.set_threshold(*threshold)
    other_end.close()  # else it never ends
    # Ctrl-C reaches all of a terminal: this process is ended by the one that began it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        while True:
            number, path = connection.recv()
            connection.send((number, lint_path(path, job)))
    except (EOFError, OSError):
        return


def lint_path(path: str, job: Job) -> Result:
    """Lint one file; an exception that is no fault of the user is told with what is needed to report it."""
    try:
        if path == "-":
            return Result(_lint(path, sys.stdin.buffer.read(), job))
        data = read_dockerfile(path)
        if job.kept is None:
            return Result(_lint(path, data, job))
        return Result(job.kept.of(path, data) or _lint_and_keep(path, data, job, job.kept))
    except UsageError as error:
        return Result(None, (str(error),))
    except Exception as error:  # one file must not stop the others
        import traceback

        where = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(where.filename).name}:{where.lineno}"
        message = (
            f"{path}: a bug of layerlint: {type(error).__name__} at {place}: please report it with this file"
        )
        return Result(None, (message,), bug=True)


def _lint(path: str, data: bytes, job: Job) -> FileReport:
    from layerlint.linter import lint, read_source
    from layerlint.shell.parser import forget

    source = read_source(path, data)
    folder = None if path == "-" else Path(path).parent
    try:
        return lint(source, folder, job.settings, job.active.known, job.active.of(path))
    finally:
        forget()


def _lint_and_keep(path: str, data: bytes, job: Job, kept: Kept) -> FileReport:
    from layerlint.filesystem.host_files import recording

    with recording() as record:
        report = _lint(path, data, job)
    kept.keep(path, data, report, record)
    return report
