"""``apt-mark``: which packages are there only because others need them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from layerlint.commands._outcome import FAILURE, SUCCESS, unmodelled
from layerlint.commands._streams import of_text
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN
from layerlint.domain.truth import Truth
from layerlint.effects import Effect, Invocation, MarkPackages, Outcome, Populate, Replace, Stream, Unsized
from layerlint.filesystem.node import Inode

_EVERYTHING = frozenset({".*", "*", "^.*$", ".+"})
_QUESTIONS = frozenset({"showauto", "showmanual", "showhold", "showinstall", "showremove", "showpurge"})
_KEPT = Size(0, 0, 60_000_000)
"""Libraries that programs were linked with, as the official images find and keep them."""
_HOLDS = frozenset({"hold", "unhold", "install", "remove", "purge"})


def apt_mark(invocation: Invocation) -> Outcome:
    """``auto`` and ``manual`` mark packages; ``'.*'`` marks all.  A hold rewrites dpkg's status."""
    words = [word for word in invocation.argv[1:] if word is UNKNOWN or not word.startswith("-")]
    if not words:
        return SUCCESS
    verb, *given = words
    names = [name for name in given if isinstance(name, str)]
    if verb is UNKNOWN:
        return unmodelled("the sub-command of apt-mark is not known")
    if verb == "showmanual" and len(words) == 1 and invocation.manual is not None:
        return Outcome(stdout=of_text("".join(f"{name}\n" for name in invocation.manual())))
    if verb in _QUESTIONS:
        return Outcome(stdout=Stream(Size(0, 2000, None)))
    if verb in _HOLDS:
        return Outcome(_rewritten_status(invocation))
    if verb not in ("auto", "manual"):
        return SUCCESS if verb == "minimize-manual" else FAILURE
    return _marked(names, automatic=verb == "auto", partial=len(names) < len(given))


def _marked(names: Sequence[str], *, automatic: bool, partial: bool) -> Outcome:
    if any(name in _EVERYTHING for name in names):
        return Outcome((MarkPackages("apt", (), automatic),))
    plain = tuple(name for name in names if not re.search(r"[*?^$|\[\]]", name))
    effects = (MarkPackages("apt", plain, automatic),) if plain else ()
    if partial or len(plain) < len(names):
        # Marks alone add next to nothing to a layer, but they decide what a later autoremove takes.
        kept = Populate("/usr/lib", "kept packages", _KEPT, Size(0, 0, None), "package names are not known")
        return Outcome(
            (*effects, kept) if not automatic else (*effects, Unsized("package names are not known"))
        )
    return Outcome(effects, Truth.YES if plain else Truth.NO)


def _rewritten_status(invocation: Invocation) -> tuple[Effect, ...]:
    """dpkg --set-selections writes the status file anew."""
    path = "/var/lib/dpkg/status"
    node = invocation.view.lookup(path)
    size = node.size if isinstance(node, Inode) else Size(0, 100_000, None)
    return Replace(f"{path}-old", size), Replace(path, size)
