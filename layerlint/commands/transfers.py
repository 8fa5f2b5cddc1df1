"""rsync, scp, aws, gsutil and ftp: from elsewhere to a place that is named, or back."""

from __future__ import annotations

import re

from layerlint.commands._outcome import SUCCESS, unmodelled
from layerlint.commands._paths import basename, join, locate
from layerlint.commands._unseen import TREE, downloaded, unseen_file, unseen_tree
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.effects import Copy, Effect, Invocation, MakeDirectory, Outcome, Stream
from layerlint.filesystem.node import Directory

_REASON = "what it fetches is not known"
_REMOTE = re.compile(r"(?:[a-z0-9]{1,10}://|[^/:]{1,200}:).*", re.ASCII | re.DOTALL)
_RSYNC_VALUES = frozenset("efBTM")


def rsync(invocation: Invocation) -> Outcome:
    """``rsync -a SOURCE… TARGET``: a source that ends in a slash gives its files, another one itself.

    Not known: what ``--exclude`` leaves out and ``--delete`` takes.
    """
    words = _operands(invocation.argv[1:])
    options = [word for word in invocation.argv[1:] if isinstance(word, str) and word.startswith("-")]
    if len(words) < 2:
        return Outcome(stdout=Stream(Size(0, 500, None)))
    *sources, target = words
    if isinstance(target, str) and _REMOTE.fullmatch(target):
        return SUCCESS
    place = locate(invocation, target)
    if place is None:
        return unmodelled("rsync: where it copies to is not known")
    keep = any("a" in word for word in options if not word.startswith("--"))
    effects: list[Effect] = (
        [MakeDirectory(place)] if len(sources) > 1 or str(sources[0]).endswith("/") else []
    )
    partial = any(
        word.startswith(("--exclude", "--include", "--delete", "--filter", "-f")) for word in options
    )
    for word in sources:
        source = None if isinstance(word, str) and _REMOTE.fullmatch(word) else locate(invocation, word)
        node = None if source is None else invocation.view.lookup(source)
        if source is None or node is None or partial:
            effects += unseen_tree(place, "rsync", TREE, _REASON)
        elif isinstance(node, Directory) and str(word).endswith("/"):
            effects.append(Copy(source, place, keep, keep))
        elif isinstance(node, Directory) or isinstance(invocation.view.lookup(place), Directory):
            effects.append(Copy(source, join(place, basename(source)), keep, keep))
        else:
            effects.append(
                Copy(
                    source, join(place, basename(source)) if str(target).endswith("/") else place, keep, keep
                )
            )
    return Outcome(tuple(effects))


def _operands(words: tuple[Text, ...]) -> list[Text]:
    """Without the options; those of one letter that take a value apart from it."""
    result: list[Text] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif isinstance(word, str) and word.startswith("-") and len(word) > 1:
            skip = not word.startswith("--") and word[-1] in _RSYNC_VALUES
        else:
            result.append(word)
    return result


def fetch(invocation: Invocation) -> Outcome:
    """``aws s3 cp ADDRESS TARGET``, ``gsutil cp``, ``scp HOST:FILE TARGET``: the last word is where it goes."""
    words = [word for word in invocation.argv[1:] if word is UNKNOWN or not word.startswith("-")]
    known = [word for word in words if isinstance(word, str)]
    tool = basename(str(invocation.argv[0]))
    copies = tool in ("scp", "sftp", "ftp") or {"cp", "rsync", "sync"} & set(known)
    if not copies or len(words) < 2:
        return Outcome(stdout=Stream(Size(0, 500, None)))
    source, target = words[-2], words[-1]
    if isinstance(target, str) and _REMOTE.fullmatch(target):
        return SUCCESS
    if target == "-":
        return Outcome(stdout=Stream(downloaded(str(source))))
    place = locate(invocation, target)
    if place is None:
        return unmodelled(f"{tool}: where it copies to is not known")
    tree = {"sync", "rsync", "--recursive", "-r", "-R"} & {w for w in invocation.argv if isinstance(w, str)}
    inside = isinstance(invocation.view.lookup(place), Directory) or str(target).endswith(("/", "."))
    if tree or not isinstance(source, str) or "*" in source:
        return Outcome(unseen_tree(place, tool, TREE, _REASON))
    path = join(place, basename(source)) if inside else place
    return Outcome(unseen_file(path, downloaded(source), _REASON))
