"""Many files: one after the other, or on all cores."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from layerlint._dataclass import dataclass
from layerlint.discovery import read_dockerfile
from layerlint.errors import UsageError
from layerlint.linter import Settings, lint, read_source
from layerlint.report import FileReport
from layerlint.ruleset.active import Active

ENOUGH = 24
"""Files from which processes pay for their start (about 0.2 s each)."""


@dataclass(frozen=True, slots=True)
class Job:
    settings: Settings
    active: Active


@dataclass(frozen=True, slots=True)
class Result:
    """Of one file: its report, or why there is none."""

    report: FileReport | None
    problems: tuple[str, ...] = ()
    bug: bool = False


def lint_all(paths: Sequence[str], job: Job, *, jobs: int, progress: bool) -> list[Result]:
    """Results in the order of the paths; one file's fault never costs another its result."""
    workers = min(jobs or os.cpu_count() or 1, max(1, len(paths) // 8))
    if workers <= 1 or len(paths) < ENOUGH or "-" in paths:
        return list(_shown((lint_path(path, job) for path in paths), len(paths), progress))
    from concurrent.futures import ProcessPoolExecutor
    from functools import partial

    # A process that is not forked off would look for garbage as often as Python does by itself.
    with ProcessPoolExecutor(workers, initializer=gc.set_threshold, initargs=gc.get_threshold()) as pool:
        return list(_shown(pool.map(partial(lint_path, job=job), paths, chunksize=8), len(paths), progress))


def _shown(results: Iterator[Result], count: int, progress: bool) -> Iterator[Result]:
    for number, result in enumerate(results, 1):
        if progress and count > ENOUGH and (number % 20 == 0 or number == count):
            print(
                f"\r{number} of {count} files" + ("\r\033[K" if number == count else ""),
                end="",
                file=sys.stderr,
            )
        yield result


def lint_path(path: str, job: Job) -> Result:
    """Lint one file; an exception that is no fault of the user is told with what is needed to report it."""
    try:
        data = sys.stdin.buffer.read() if path == "-" else read_dockerfile(path)
        source = read_source(path, data)
        folder = None if path == "-" else Path(path).parent
        return Result(lint(source, folder, job.settings, job.active.known, job.active.of(path)))
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
