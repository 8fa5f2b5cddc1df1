"""Which files are Dockerfiles, and the bounded reading of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from layerlint.errors import UsageError

MAX_BYTES = 32 << 20
"""Of one Dockerfile; BuildKit's own bound on what it reads of one is 16 MiB and less."""

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
            problems.append(f"{path}: no such file or folder")
    return list(found), problems


def _walk(folder: Path) -> list[str]:
    files: list[str] = []
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
        files += [(Path(root) / name).as_posix() for name in sorted(names) if is_dockerfile(name)]
    return files


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
