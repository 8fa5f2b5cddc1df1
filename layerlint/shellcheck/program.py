"""The program run: one process for all scripts of a file.

Measured with ShellCheck 0.11 on two cores: a process costs 9 ms, a script 4 to 15 ms.  A process for each
file takes part in what the processes of a run of many files share out among the cores.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Any, Final

from layerlint._dataclass import dataclass

_SECONDS: Final = 20.0
_SECONDS_A_SCRIPT: Final = 1.0
"""A RUN of 600 commands takes 3 s of a free core."""
LONGEST: Final = 200_000
"""Characters of a script that is looked at: time and memory grow faster than its length."""
_MOST_COMMENTS: Final = 10_000


class Level(Enum):
    """ShellCheck's, in descending order."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    STYLE = "style"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS: Final = {level: rank for rank, level in enumerate(Level)}


@dataclass(frozen=True, slots=True)
class Comment:
    """What ShellCheck says of a script: lines and columns from 1, a tab is one column."""

    start: tuple[int, int]
    end: tuple[int, int]
    level: Level
    code: int
    message: str


class ShellCheckError(Exception):
    """It gave no answer, or one that cannot be read."""


def version(program: Path) -> str:
    """As the program tells it; raises ShellCheckError."""
    for line in _run([str(program), "--version"], None, _SECONDS).splitlines():
        if line.startswith("version:"):
            return line.removeprefix("version:").strip()
    raise ShellCheckError("does not tell its version")


def check(program: Path, scripts: Sequence[str]) -> list[list[Comment]]:
    """The comments on each script, by place; raises ShellCheckError.

    Scripts are files of a folder of our own.  No file of settings is read (``--norc``), and no file that a
    script sources.
    """
    distinct = {text: str(number) for number, text in enumerate(dict.fromkeys(scripts))}
    comments: dict[str, list[Comment]] = {name: [] for name in distinct.values()}
    if distinct:
        with tempfile.TemporaryDirectory(prefix="layerlint-") as folder:
            for text, name in distinct.items():
                # A byte that is no UTF-8 becomes one character, so that columns stay.
                Path(folder, name).write_bytes(text.encode("utf-8", "replace"))
            command = [str(program), "--norc", "--format=json1", "--severity=style", *distinct.values()]
            answer = _run(command, folder, _SECONDS + _SECONDS_A_SCRIPT * len(distinct))
        for name, comment in _read(answer):
            comments.setdefault(name, []).append(comment)
    for found in comments.values():
        found.sort(key=lambda each: (each.start, each.level.rank, each.code, each.message))
    return [comments[distinct[text]] for text in scripts]


def _run(command: list[str], folder: str | None, seconds: float) -> str:
    import subprocess  # 5 ms, for those who have the program

    environment = {key: value for key, value in os.environ.items() if key != "SHELLCHECK_OPTS"}
    environment["LC_ALL"] = "C.UTF-8"
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise ShellCheckError(f"gave no answer within {seconds:.0f} s") from None
    except OSError as error:
        raise ShellCheckError(f"cannot be run: {error.strerror}") from error
    # 0 and 1: looked at everything; 2: not at every file; others: crashed, killed, options not known.
    if done.returncode not in (0, 1):
        raise ShellCheckError(f"ended with exit code {done.returncode}")
    return done.stdout.decode("utf-8", "replace")


def _read(answer: str) -> list[tuple[str, Comment]]:
    try:
        listed = json.loads(answer)["comments"]
        return [(str(each["file"]), _comment(each)) for each in listed[:_MOST_COMMENTS]]
    except (KeyError, RecursionError, TypeError, ValueError) as error:
        raise ShellCheckError("gave an answer that cannot be read") from error


def _comment(value: Any) -> Comment:
    return Comment(
        start=(int(value["line"]), int(value["column"])),
        end=(int(value["endLine"]), int(value["endColumn"])),
        level=Level(value["level"]),
        code=int(value["code"]),
        message=str(value["message"]),
    )
