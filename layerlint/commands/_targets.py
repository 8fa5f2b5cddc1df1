"""Where cp, mv, ln and install put what they are given (GNU coreutils manual, "Target directory")."""

from __future__ import annotations

from collections.abc import Sequence

from layerlint._dataclass import dataclass
from layerlint.commands._options import Options
from layerlint.commands._paths import basename, clean, join, locate
from layerlint.domain.text import Text
from layerlint.domain.truth import Truth
from layerlint.effects import Invocation
from layerlint.filesystem.node import Directory

SHORT = "t:T"
LONG = {"target-directory": "t:", "no-target-directory": "T"}

_DIRECTORIES = frozenset(
    (
        "/bin", "/boot", "/etc", "/home", "/lib", "/lib64", "/media", "/mnt", "/opt", "/root", "/run", "/sbin",
        "/srv", "/tmp", "/usr", "/usr/bin", "/usr/include", "/usr/lib", "/usr/local", "/usr/local/bin",
        "/usr/local/etc", "/usr/local/include", "/usr/local/lib", "/usr/local/sbin", "/usr/local/share",
        "/usr/sbin", "/usr/share", "/usr/src", "/var", "/var/cache", "/var/lib", "/var/log", "/var/tmp",
    )
)  # fmt: skip
"""Directories of every system by the FHS, for a base image that is not known."""


@dataclass(frozen=True, slots=True)
class Placement:
    """One source and the exact path that it goes to."""

    word: Text
    """The source as it was written."""
    source: str | None
    """Its absolute path; None if it is not known."""
    destination: str
    wants_directory: bool = False
    """The target ends with a slash, and only a directory can get that name."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """NO: the command fails.  MAYBE: where things go is not known."""

    status: Truth


def place(
    invocation: Invocation,
    options: Options,
    *,
    follow: bool = True,
    parents: bool = False,
    made: bool = False,
) -> tuple[Placement, ...] | Refusal:
    """The placements of a command line with ``-t`` and ``-T`` and any number of sources.

    ``follow``: a target that is a link to a directory counts as the directory.  ``parents``: the whole
    name of the source is put under the target (``cp --parents``).  ``made``: the command makes the target
    directory itself (``install -D -t``).
    """
    words = list(options.operands)
    given = options.value("t")
    if given is not None:
        directory = locate(invocation, given)
        if directory is None or not words:
            return Refusal(Truth.NO if not words else Truth.MAYBE)
        if not made and not _is_or_may_be_directory(invocation, directory):
            return Refusal(Truth.NO)
        return _inside(invocation, words, directory, parents)
    if len(words) < 2 or (options.has("T") and len(words) > 2):
        return Refusal(Truth.NO)
    target = words.pop()
    path = locate(invocation, target)
    if path is None or not isinstance(target, str):
        return Refusal(Truth.MAYBE)
    if options.has("T"):
        return _exact(invocation, words[0], target, path)
    node = invocation.view.lookup(path, follow=follow or target.endswith("/"))
    if isinstance(node, Directory):
        return _inside(invocation, words, path, parents)
    if len(words) > 1 or parents:
        return _inside(invocation, words, path, parents) if _may_be(invocation, path) else Refusal(Truth.NO)
    if node is None and _may_be(invocation, path) and _looks_like_directory(words[0], target, path):
        return _inside(invocation, words, path, parents)
    return _exact(invocation, words[0], target, path)


def _is_or_may_be_directory(invocation: Invocation, path: str) -> bool:
    """It is a directory, or nothing is known of it."""
    return isinstance(invocation.view.lookup(path), Directory) or _may_be(invocation, path)


def _may_be(invocation: Invocation, path: str) -> bool:
    return invocation.view.lookup(path) is None and invocation.view.presence(path) is Truth.MAYBE


def _looks_like_directory(source: Text, target: str, path: str) -> bool:
    """A guess about a path that nothing is known of; either way the bytes are the same."""
    if isinstance(source, str) and basename(source) == basename(path):
        return False
    return target.endswith(("/", "/.")) or target == "." or path in _DIRECTORIES


def _exact(invocation: Invocation, word: Text, target: str, path: str) -> tuple[Placement, ...]:
    return (Placement(word, locate(invocation, word), path, target.endswith("/")),)


def _inside(
    invocation: Invocation, words: Sequence[Text], directory: str, parents: bool
) -> tuple[Placement, ...]:
    placements = []
    for word in words:
        name = "" if not isinstance(word, str) else clean("/" + word) if parents else basename(word)
        if name in (".", ".."):
            name = ""
        placements.append(Placement(word, locate(invocation, word), join(directory, name)))
    return tuple(placements)
