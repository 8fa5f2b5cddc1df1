"""What a report depends on beside the user's files: the program and its data."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from layerlint import __version__
from layerlint._digest import digest
from layerlint._resources import bundled

_LIBRARIES = ("site-packages", "dist-packages")


def program() -> Iterator[str]:
    """Words that change with anything of layerlint, of its libraries or of Python."""
    yield from (__version__, sys.version, sys.platform, _own())
    for folder in sys.path:
        # A library that comes or goes, or comes anew, is an entry that does.
        if os.path.basename(folder) in _LIBRARIES:
            try:
                yield f"{folder} {os.stat(folder).st_mtime_ns}"
            except OSError:
                yield folder


def _own() -> str:
    """Of a wheel the list of its files with their digests; of a checkout the names, sizes and times of all."""
    package = Path(__file__).resolve().parent.parent
    try:
        return digest((package.parent / f"layerlint-{__version__}.dist-info" / "RECORD").read_bytes())
    except OSError:
        told = sorted({*_files(str(package)), *_files(str(bundled("rules")))})
        return digest("\n".join(told).encode("utf-8", "surrogateescape"))


def _files(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name != "__pycache__":
                    yield from _files(entry.path)
            else:
                status = entry.stat(follow_symlinks=False)
                yield f"{entry.path} {status.st_size} {status.st_mtime_ns}"
