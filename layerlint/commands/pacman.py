"""``pacman``, after pacman 6 and the official Arch Linux images.

Those have a hook that empties the package cache after each transaction (archlinux/archlinux-docker,
``package-cleanup.hook``); images made before 2017 keep what they download.
"""

from __future__ import annotations

from layerlint.commands import _rpm_sizes as sizes
from layerlint.commands._outcome import FAILURE, unmodelled
from layerlint.commands._package_words import Words, split
from layerlint.commands._paths import clean
from layerlint.commands._rpm_state import installed, present, removed
from layerlint.domain.size import Size
from layerlint.domain.truth import Truth
from layerlint.effects import Effect, Invocation, Outcome, Populate, Remove, Stream, Write
from layerlint.filesystem.node import Inode

_WITH_VALUE = frozenset(
    {"b", "r", "arch", "assume-installed", "cachedir", "color", "config", "dbpath", "gpgdir", "hookdir", "ignore",
     "ignoregroup", "logfile", "overwrite", "print-format", "root", "sysroot"}
)  # fmt: skip
_ANSWER = Stream(Size(0, 2000, None))
_SYNC = "/var/lib/pacman/sync"
_CACHE = "/var/cache/pacman/pkg"
_LOCAL = "/var/lib/pacman/local"
_DATABASES = Size(3_000_000, 8_500_000, 30_000_000)
"""core, extra and, until 2023, community, compressed as they come.  Not measured: a few megabytes each."""
_UPGRADED = Size(0, 150_000_000, None)
"""A rolling release upgrades much of the base image.  Not measured: it depends on the day."""
_RECORD = Size(2_000, 15_000, 200_000)
"""``desc``, ``files`` and ``mtree`` of a package in the local database."""


def pacman(invocation: Invocation) -> Outcome:
    words = split(invocation.argv[1:], _WITH_VALUE)
    given = words.last("root", "r", "sysroot")
    root = "" if given is None else clean(f"/{given}").rstrip("/")
    if words.has("S", "sync"):
        return _sync(invocation, words, root)
    if words.has("U", "upgrade"):
        return _files(invocation, words, root)
    if words.has("R", "remove"):
        gone = removed(invocation, words.operands, root, "pacman")
        return (
            Outcome((*gone, _logged(root, Size(0, 1, 50))), _status(invocation, words)) if gone else FAILURE
        )
    if words.has("Q", "query", "T", "deptest"):
        return Outcome(status=Truth.MAYBE if words.operands else Truth.YES, stdout=_ANSWER)
    if words.has("F", "files") and words.has("y", "refresh"):
        return Outcome(
            (Populate(f"{root}{_SYNC}", "files", Size(10_000_000, 40_000_000, 100_000_000), Size(2, 3, 6)),)
        )
    if words.partial:
        return unmodelled("pacman with words that are not known")
    return Outcome(stdout=_ANSWER)


def _status(invocation: Invocation, words: Words) -> Truth:
    answered = invocation.stdin is not None and invocation.stdin.size.high != 0
    return Truth.YES if answered or words.has("noconfirm") else Truth.MAYBE


def _sync(invocation: Invocation, words: Words, root: str) -> Outcome:
    if words.has("c", "clean"):
        return _clean(invocation, words, root)
    if words.has("s", "search", "i", "info", "l", "list", "g", "groups", "p", "print"):
        return Outcome(stdout=_ANSWER)
    effects: list[Effect] = []
    known = f"{root}{_SYNC}/<databases>"
    if words.has("y", "refresh"):
        if invocation.view.lookup(known) is not None:
            effects.append(Remove(known))
        effects.append(Populate(f"{root}{_SYNC}", "databases", _DATABASES, Size(2, 2, 5)))
    there = present(invocation.view, root)
    found = tuple(_wider(item) for item in sizes.brought(words.operands, present=there))
    added = sizes.packages(found)
    if words.has("u", "sysupgrade"):
        reason = "which packages have newer versions is not known"
        effects.append(Populate(f"{root}/usr", "upgraded", _UPGRADED, Size(1, 6000, None), reason))
        added = added + Size(0, 60, 200)
    if found:
        effects += installed(found, root, "pacman")
    if words.partial:
        reason = "package names are not known"
        effects.append(
            Populate(f"{root}/usr", "packages", Size(0, 5_000_000, None), Size(1, 100, None), reason)
        )
    if added.likely or words.partial:
        effects += _recorded(root, added, found[0].name if found else "upgraded")
    if len(effects) == 1 and not found:
        # ``-Sy`` alone asks nothing.
        return Outcome(tuple(effects))
    return Outcome(tuple(effects), _status(invocation, words)) if effects or words.operands else FAILURE


def _wider(item: sizes.Brought) -> sizes.Brought:
    """Arch Linux splits less than rpm's distributions do, and the estimate is theirs: twice as uncertain."""
    size = item.size
    high = None if size.high is None else size.high * 2
    return sizes.Brought(item.name, Size(size.low // 2, size.likely, high), measured=False)


def _recorded(root: str, added: Size, name: str) -> tuple[Effect, ...]:
    high = None if added.high is None else added.high * 200_000
    local = Size(added.low * _RECORD.low, added.likely * _RECORD.likely, high)
    count = Size(
        added.low * 2, max(added.low * 2, added.likely * 3), None if added.high is None else added.high * 4
    )
    # Nothing in the official images; all that was downloaded in others.
    return (
        Populate(f"{root}{_LOCAL}", f"records of {name}", local, count),
        Populate(f"{root}{_CACHE}", "packages", Size(0, 0, None), Size(0, 0, None)),
        _logged(root, added),
    )


def _logged(root: str, added: Size) -> Write:
    lines = None if added.high is None else (added.high + 2) * 150
    return Write(f"{root}/var/log/pacman.log", Size(0, (added.likely + 2) * 80, lines), append=True)


def _files(invocation: Invocation, words: Words, root: str) -> Outcome:
    """``-U``: package files."""
    found = []
    for name in words.operands:
        path = None if "://" in name else invocation.path(name)
        node = None if path is None else invocation.view.lookup(path)
        bare = name.rpartition("/")[2].partition(".pkg.")[0] or "package"
        size = sizes.unpacked(node.size) if isinstance(node, Inode) else sizes.ALONE
        found.append(sizes.Brought(bare, size, isinstance(node, Inode)))
    effects: list[Effect] = [*installed(tuple(found), root, "pacman")]
    if words.partial or not found:
        reason = "which package it installs is not known"
        effects.append(
            Populate(f"{root}/usr", "packages", Size(0, sizes.ALONE.likely, None), Size(1, 20, None), reason)
        )
    added = Size.exact(max(1, len(found)))
    recorded = _recorded(root, added, found[0].name if found else "packages")
    return Outcome((*effects, *recorded), _status(invocation, words))


def _clean(invocation: Invocation, words: Words, root: str) -> Outcome:
    """``-Sc`` deletes what is not installed; ``-Scc`` everything, but asks, and ``--noconfirm`` answers no
    (nfnty/dockerfiles#2)."""
    twice = (
        sum(
            word.count("c")
            for word in invocation.argv[1:]
            if isinstance(word, str) and word[:2] in ("-S", "-c")
        )
        > 1
    )
    answered = invocation.stdin is not None and invocation.stdin.size.high != 0
    path = f"{root}{_CACHE}/<packages>"
    if twice and answered and invocation.view.lookup(path) is not None:
        return Outcome((Remove(path),))
    return Outcome()


# ------------------------------------------------------------------ programs beside it


def pacman_key(invocation: Invocation) -> Outcome:
    """A keyring of GnuPG: ``--populate`` imports the distribution's keys."""
    words = split(invocation.argv[1:], frozenset({"keyserver", "gpgdir", "config"}))
    directory = "/etc/pacman.d/gnupg"
    if words.has("init"):
        return Outcome((Populate(directory, "init", Size(1_000, 10_000, 200_000), Size(4, 10, 40)),))
    if words.has("populate"):
        return Outcome((Populate(directory, "keys", Size(500_000, 2_500_000, 20_000_000), Size(2, 4, 200)),))
    if words.has("r", "recv-keys", "a", "add", "lsign-key", "refresh-keys", "import"):
        return Outcome((Populate(directory, "keys", Size(0, 20_000, 20_000_000), Size(1, 3, 200)),))
    return Outcome(stdout=_ANSWER)


def reflector(invocation: Invocation) -> Outcome:
    words = split(
        invocation.argv[1:],
        frozenset(
            {
                "save",
                "l",
                "f",
                "c",
                "a",
                "p",
                "n",
                "country",
                "sort",
                "protocol",
                "age",
                "latest",
                "fastest",
                "number",
            }
        ),
    )
    given = words.last("save")
    path = None if given is None else invocation.path(given)
    return (
        Outcome(stdout=_ANSWER) if path is None else Outcome((Write(clean(path), Size(100, 1_500, 100_000)),))
    )


def makepkg(invocation: Invocation) -> Outcome:
    return unmodelled("what makepkg builds")


def pacman_db_upgrade(invocation: Invocation) -> Outcome:
    return Outcome()
