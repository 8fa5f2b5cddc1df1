"""``rpm``: packages in files or at addresses, without what they need; the database; questions."""

from __future__ import annotations

from layerlint.commands import _rpm_sizes as sizes
from layerlint.commands import _rpm_state as state
from layerlint.commands._known import is_absent
from layerlint.commands._outcome import FAILURE, SUCCESS, unmodelled
from layerlint.commands._package_words import Words, split
from layerlint.commands._paths import clean, join
from layerlint.domain.size import Size
from layerlint.domain.text import Text
from layerlint.domain.truth import Truth
from layerlint.effects import Effect, Invocation, MakeDirectory, Outcome, Populate, Replace, Stream
from layerlint.filesystem.node import Inode

_WITH_VALUE = frozenset(
    {"D", "E", "r", "dbpath", "define", "eval", "excludepath", "pipe", "prefix", "qf", "queryformat", "rcfile",
     "relocate", "root"}
)  # fmt: skip
_TOOL = state.Tool(
    "rpm",
    "/var/cache/rpm",
    Size(0, 0, 0),
    "/var/lib/rpm/rpmdb.sqlite",
    Size(1_000_000, 15_000_000, 40_000_000),
)
"""Which base image it is, is not known: from the fewest to the most of those in `_rpm_state`."""
_ANSWER = Stream(Size(0, 200, None))
_KEY = Size(1_000, 3_000, 30_000)


def rpm(invocation: Invocation) -> Outcome:
    words = split(invocation.argv[1:], _WITH_VALUE)
    root = words.last("root", "r")
    root = "" if root is None else clean(f"/{root}").rstrip("/")
    if words.has("import"):
        return _import(invocation, words, root)
    if words.has("rebuilddb", "initdb"):
        return Outcome((_rebuilt(invocation, root),))
    if words.has("eval", "E", "showrc", "querytags", "version", "help"):
        return Outcome(stdout=_ANSWER)
    if words.has("q", "query"):
        # Whether a package is installed is not known: ``rpm -q x || yum install x``.
        sure = words.has("a", "all", "p") or not words.operands
        return Outcome(status=Truth.YES if sure else Truth.MAYBE, stdout=_ANSWER)
    if words.has("V", "verify", "K", "checksig"):
        return Outcome(status=Truth.YES, stdout=_ANSWER)
    if words.has("e", "erase"):
        gone = state.removed(invocation, words.operands, root)
        return Outcome((*gone, *_recorded(invocation, root, Size(0, 0, 0)))) if gone else FAILURE
    if words.has("i", "install", "U", "upgrade", "F", "freshen", "reinstall"):
        return Outcome() if words.has("test") else _install(invocation, words, root)
    if words.partial:
        return unmodelled("rpm with words that are not known")
    return FAILURE


def rpmkeys(invocation: Invocation) -> Outcome:
    words = split(invocation.argv[1:], _WITH_VALUE)
    return _import(invocation, words, "") if words.has("import") else Outcome(stdout=_ANSWER)


def rpmdb(invocation: Invocation) -> Outcome:
    words = split(invocation.argv[1:], _WITH_VALUE)
    rebuilds = words.has("rebuilddb", "initdb", "importdb")
    return Outcome((_rebuilt(invocation, ""),)) if rebuilds else Outcome(stdout=_ANSWER)


def rpm2cpio(invocation: Invocation) -> Outcome:
    """The payload, unpacked, on standard output."""
    words = split(invocation.argv[1:])
    path = invocation.path(words.operands[0]) if words.operands else None
    node = None if path is None else invocation.view.lookup(path)
    size = node.size if isinstance(node, Inode) else Size(1_000, sizes.PACKAGE, None)
    return Outcome(stdout=Stream(sizes.unpacked(size)))


def rpmbuild(invocation: Invocation) -> Outcome:
    return unmodelled("what rpmbuild builds")


def rpmdev_setuptree(invocation: Invocation) -> Outcome:
    home = _home(invocation)
    names = ("BUILD", "RPMS", "SOURCES", "SPECS", "SRPMS")
    return Outcome(tuple(MakeDirectory(f"{home}/rpmbuild/{name}") for name in names))


def package_cleanup(invocation: Invocation) -> Outcome:
    """``--oldkernels``, ``--dupes``: an image has neither."""
    return SUCCESS


def createrepo(invocation: Invocation) -> Outcome:
    """``repodata`` in the directory: a few kilobytes a package."""
    words = split(invocation.argv[1:], frozenset({"o", "outputdir", "g", "groupfile", "x", "u"}))
    path = invocation.path(words.last("o", "outputdir") or (words.operands[-1] if words.operands else "."))
    if path is None:
        return unmodelled("createrepo: where it writes is not known")
    return Outcome(
        (Populate(join(path, "repodata"), "createrepo", Size(2_000, 30_000, 50_000_000), Size(4, 7, 20)),)
    )


def _install(invocation: Invocation, words: Words, root: str) -> Outcome:
    found, sources = [], []
    for name in words.operands:
        path = None if "://" in name else invocation.path(name)
        if path is not None and is_absent(invocation.view, clean(path)):
            return FAILURE
        node = None if path is None else invocation.view.lookup(path)
        size = sizes.unpacked(node.size) if isinstance(node, Inode) else sizes.ALONE
        bare = sizes.plain(name)
        if sizes.is_release(bare) and not isinstance(node, Inode):
            found.append(sizes.brought((bare,))[0])
        elif name.endswith(".src.rpm"):
            sources.append(
                Populate(f"{_home(invocation)}/rpmbuild/SOURCES", bare, _source(node), Size(2, 5, None))
            )
        else:
            found.append(sizes.Brought(bare, size, isinstance(node, Inode)))
    effects: list[Effect] = [*state.installed(tuple(found), root), *sources]
    if words.partial:
        reason = "which package it installs is not known"
        effects.append(
            Populate(f"{root}/usr", "packages", Size(0, sizes.ALONE.likely, None), Size(1, 20, None), reason)
        )
    if not effects:
        return FAILURE
    return Outcome((*effects, *_recorded(invocation, root, Size(0, len(found), len(found) + 1))))


def _source(node: object) -> Size:
    return node.size if isinstance(node, Inode) else Size(10_000, 1_000_000, None)


def _import(invocation: Invocation, words: Words, root: str) -> Outcome:
    """A key is a package of the database (``gpg-pubkey``); no other file changes."""
    path, held = state.database(invocation.view, _TOOL, root)
    count = max(1, len(words.operands))
    return Outcome((Replace(path, held + Size(0, _KEY.likely * count, 60_000 * count)),))


def _rebuilt(invocation: Invocation, root: str) -> Replace:
    """Written anew without gaps: CentOS 7's 22 MB become 8.4 (CentOS/sig-cloud-instance-images#155)."""
    path, held = state.database(invocation.view, _TOOL, root)
    return Replace(path, Size(held.low // 3, int(held.likely * 0.6), held.high))


def _recorded(invocation: Invocation, root: str, added: Size) -> tuple[Effect, ...]:
    return state.recorded(invocation, _TOOL, root, added)


def _home(invocation: Invocation) -> str:
    home: Text = invocation.environment.get("HOME", "/root")
    return home.rstrip("/") if isinstance(home, str) and home.startswith("/") else "/root"
