"""Which files are Dockerfiles, and the bounded reading of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

from layerlint.errors import UsageError

MAX_BYTES = 32 << 20
"""Of one Dockerfile; BuildKit's own bound on what it reads of one is 16 MiB and less."""

_LOOKED_AT = 2000
"""Names of a folder among which one like a wrong name is looked for."""
_SKIPPED = frozenset({".git", ".hg", ".svn", ".tox", ".venv", "node_modules", "venv", "__pycache__"})
_NOT_DOCKERFILES = (
    ".dockerignore",
    ".j2",
    ".jinja",
    ".md",
    ".orig",
    ".rej",
    ".swp",
    ".tmpl",
    ".template",
    "~",
)


def is_dockerfile(name: str) -> bool:
    """``Dockerfile``, ``*.Dockerfile``, ``Dockerfile.*``, and the same with ``Containerfile``, in any case."""
    lower = name.lower()
    if lower.endswith(_NOT_DOCKERFILES):
        return False
    return any(
        lower == word or lower.endswith("." + word) or lower.startswith((word + ".", word + "-", word + "_"))
        for word in ("dockerfile", "containerfile")
    )


def find_dockerfiles(paths: Sequence[str], excludes: Callable[[str], bool]) -> tuple[list[str], list[str]]:
    """The files that paths name, folders searched, in order and each once; and what is wrong with paths."""
    found: dict[str, None] = {}
    problems: list[str] = []
    for path in paths:
        if path == "-" or Path(path).is_file():
            found[path if path == "-" else Path(path).as_posix()] = None
        elif Path(path).is_dir():
            before = len(found)
            for file in _walk(Path(path)):
                if not excludes(file):
                    found[file] = None
            if len(found) == before:
                problems.append(
                    f"{path}: no Dockerfile in this folder (name the file itself if it is called otherwise)"
                )
        elif Path(path).exists():
            found[Path(path).as_posix()] = None
        else:
            problems.append(f"{path}: no such file or folder{_near(Path(path))}")
    return list(found), problems


def _walk(folder: Path) -> list[str]:
    files: list[str] = []
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        # A FIFO of that name would be waited for without end.
        paths = (Path(root) / name for name in sorted(names) if is_dockerfile(name))
        files += [path.as_posix() for path in paths if path.is_file()]
    return files


def _near(path: Path) -> str:
    """The name in its folder that was probably meant."""
    from difflib import get_close_matches

    try:
        with os.scandir(path.parent) as entries:
            names = sorted(entry.name for entry in islice(entries, _LOOKED_AT))
    except OSError:
        return ""
    near = get_close_matches(path.name, names, 1, 0.75)
    return f"; did you mean {path.with_name(near[0]).as_posix()}?" if near else ""


def read_dockerfile(path: str) -> bytes:
    """The bytes of a file; raises UsageError if it cannot be read or is too large to be a Dockerfile."""
    try:
        with open(path, "rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise UsageError(f"{path}: larger than {MAX_BYTES >> 20} MiB: not a Dockerfile")
    return data
