"""Absolute paths as text: pure, without a look at the file system.

Only ``.`` and doubled slashes are removed: what ``..`` means depends on symbolic links.
"""

from __future__ import annotations

from layerlint.domain.text import Text
from layerlint.effects import Invocation


def clean(path: str) -> str:
    """An absolute path without empty components and without ``.``."""
    return "/" + "/".join(part for part in path.split("/") if part not in ("", "."))


def locate(invocation: Invocation, word: Text) -> str | None:
    """The cleaned absolute path of a word; None if the word or the working directory is not known."""
    path = invocation.path(word)
    return None if path is None else clean(path)


def join(directory: str, name: str) -> str:
    return clean(f"{directory}/{name}")


def basename(path: str) -> str:
    """The last component, whatever slashes follow it; ``/`` has none."""
    return path.rstrip("/").rpartition("/")[2]


def parent(path: str) -> str:
    """The directory of a cleaned absolute path; ``/`` is its own."""
    return path.rpartition("/")[0] or "/"


def ancestors(path: str) -> tuple[str, ...]:
    """The directories above a cleaned absolute path, from the top, without ``/`` and the path itself."""
    parts = path.split("/")[1:-1]
    return tuple("/" + "/".join(parts[: end + 1]) for end in range(len(parts)))


def show(word: Text) -> str:
    """A word for a message."""
    return word if isinstance(word, str) else "a word"
