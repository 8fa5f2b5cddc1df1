"""``apk``: argv as apk-tools 2 reads it (Alpine 3.3 to 3.22), to package effects.

Options stand anywhere, before the sub-command too; what each sub-command takes is that of ``apk.8`` and
``src/app_*.c`` of apk-tools.
"""

from __future__ import annotations

from collections.abc import Callable

from layerlint.commands._options import Grammar, Options, parse
from layerlint.commands._outcome import FAILURE, SUCCESS, unmodelled
from layerlint.commands._streams import of_bytes
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import (
    CleanCache,
    Effect,
    InstallPackages,
    Invocation,
    Outcome,
    Populate,
    RemovePackages,
    Stream,
    UpdateIndex,
    UpgradePackages,
    Write,
)

MANAGER = "apk"
_ARCHITECTURE = "x86_64"
"""Of the bundled indexes."""

_FLAGS = (
    "all allow-untrusted available delete-excess depends description exclude-only-versioned force "
    "force-binary-stdout force-broken-world force-missing-repositories force-non-repository "
    "force-old-apk force-overwrite force-refresh help ignore initdb install-if installed interactive "
    "latest license link logfile no-cache no-chown no-commit-hooks no-interactive no-logfile "
    "no-network no-progress no-scripts origin orphaned overlay-from-stdin print-arch preserve-env "
    "progress prune provides purge quiet rdepends recursive reinstall replaces rinstall-if root-dir "
    "search self-upgrade-only no-self-upgrade simulate size stdout directory-permissions triggers "
    "update-cache upgrade url usermode verbose version webpage who-owns world xattr cache-predownload "
    "clean-protected contents default exact has-description system upgrade-available"
)
_VALUES = (
    "arch cache-dir cache-max-age fields format from keys-dir limit output progress-fd repositories-file "
    "repository root sleep test timeout virtual wait"
)
_LONG = (
    {name: name for name in _FLAGS.split()}
    | {name: f"{name}:" for name in _VALUES.split()}
    | {
        "add-dependency": "-:",
        "update": "update-cache",
    }
)
"""``apk.8``"""
_GRAMMAR = Grammar("apk", "acdefghilmnqrsuvwxzACDEFILNPRSUVWo:p:t:X:", _LONG)


def apk(invocation: Invocation) -> Outcome:
    words = invocation.argv[1:]
    options = parse(_GRAMMAR, words)
    if isinstance(options, Outcome):
        return options
    if options.has("print-arch"):
        return Outcome(stdout=of_bytes(f"{_ARCHITECTURE}\n".encode()))
    verb, *names = options.operands or ("",)
    if verb is UNKNOWN:
        return unmodelled("a sub-command of apk that is not known")
    if options.has("help", "h", "V", "version") and verb != "version":
        return _ANSWER
    run = _VERBS.get(verb)
    if run is None:
        return FAILURE
    if run is not _answer and (root := _value(options, "root", "p")) not in (None, "/"):
        return _elsewhere(root, options, names, invocation)
    return SUCCESS if options.has("simulate", "s") and run is not _answer else run(options, names, invocation)


def _value(options: Options, *keys: str) -> Text | None:
    last = options.last(*keys)
    return None if last is None else options.value(last)


def _elsewhere(root: Text | None, options: Options, names: list[Text], invocation: Invocation) -> Outcome:
    """``--root DIR``: a system of its own in a directory; what it comes to is not followed."""
    path = None if root is None else invocation.path(root)
    if path is None:
        return unmodelled("apk in a root that is not known")
    reason = "packages in another root are not followed"
    # A root of the base system and a few packages: those of Alpine 3.16 to 3.20 are 5.5 to 7.8 MB.
    return Outcome((Populate(path, "apk", Size(0, 10_000_000, None), Size(1, 500, None), reason),))


def _known(names: list[Text]) -> tuple[list[str], str]:
    """The words that are known, and what to say where some are not."""
    known = [name for name in names if isinstance(name, str) and name]
    return known, "" if all(isinstance(name, str) for name in names) else "packages that are not known"


# --------------------------------------------------------------------- sub-commands


def _add(options: Options, names: list[Text], invocation: Invocation) -> Outcome:
    known, problem = _known(names)
    virtual = _value(options, "virtual", "t")
    if virtual is UNKNOWN:
        virtual, problem = "", problem or "a virtual package whose name is not known"
    repositories = tuple(
        text for key in ("repository", "X") for text in options.values(key) if isinstance(text, str)
    )
    effects: tuple[Effect, ...] = ()
    cache = not (options.has("no-cache") or options.has("no-network"))
    if cache and options.has("update-cache", "U"):
        effects = (UpdateIndex(MANAGER),)
    if not known and not problem and not virtual:
        # No word: nothing is added to the world, but what it names is brought up (``apk add``, exit 0).
        return Outcome(effects)
    install = InstallPackages(
        MANAGER,
        tuple(_local(name, invocation) for name in known),
        recommends=False,
        virtual=(virtual or "").partition("=")[0],
        cache=cache,
        repositories=repositories,
        problem=problem,
    )
    if options.has("upgrade", "u"):
        return Outcome((*effects, install, UpgradePackages(MANAGER)))
    return Outcome((*effects, install))


def _local(name: str, invocation: Invocation) -> str:
    """A package file by its absolute path, so that it is found later."""
    return (invocation.path(name) or name) if name.endswith(".apk") else name


def _delete(options: Options, names: list[Text], invocation: Invocation) -> Outcome:
    known, problem = _known(names)
    if not known and not problem:
        return SUCCESS
    effect = RemovePackages(
        MANAGER, tuple(known), options.has("purge"), dependents=options.has("rdepends", "r")
    )
    return unmodelled(problem, effect) if problem else Outcome((effect,))


def _update(options: Options, names: list[Text], invocation: Invocation) -> Outcome:
    return SUCCESS if options.has("no-cache") else Outcome((UpdateIndex(MANAGER),))


def _upgrade(options: Options, names: list[Text], invocation: Invocation) -> Outcome:
    fetched = (UpdateIndex(MANAGER),) if not options.has("no-cache") else ()
    return Outcome((*fetched, UpgradePackages(MANAGER, may_remove=True)))


def _fix(options: Options, names: list[Text], invocation: Invocation) -> Outcome:
    """Repairs: nothing to do in an image that is whole, unless packages are to be installed anew."""
    known, problem = _known(names)
    if problem:
        return unmodelled(problem)
    if not known or not options.has("reinstall", "r", "xattr", "x", "directory-permissions", "d"):
        return SUCCESS
    return Outcome((InstallPackages(MANAGER, tuple(known), recommends=False, reinstall=True),))


def _cache(options: Options, names: list[Text], invocation: Invocation) -> Outcome:
    match names:
        case ["clean" | "purge", *_]:
            return Outcome((CleanCache(MANAGER),))
        case ["sync" | "download", *_]:
            return unmodelled("packages that are kept in a cache")
        case _:
            return FAILURE


def _fetch(options: Options, names: list[Text], invocation: Invocation) -> Outcome:
    """Archives into a directory; their names hold versions, and so are not known here."""
    if options.has("stdout", "s"):
        return Outcome(stdout=Stream(Size(1000, 300_000, None)))
    known, problem = _known(names)
    directory = _value(options, "output", "o")
    path = invocation.cwd if directory is None else invocation.path(directory)
    if path is None or problem:
        return unmodelled("downloaded packages")
    return Outcome((InstallPackages(MANAGER, tuple(known), recommends=False, directory=path),))


def _index(options: Options, names: list[Text], invocation: Invocation) -> Outcome:
    """``apk index -o FILE …``: an entry of some 300 bytes a package, compressed."""
    output = _value(options, "output", "o")
    path = invocation.path(output) if output is not None else None
    if output is None:
        return Outcome(stdout=Stream(Size(0, 2000, None)))
    size = Size(200, 400 + 300 * len(names), None)
    return unmodelled("an index file") if path is None else Outcome((Write(path, size),))


def _answer(options: Options, names: list[Text], invocation: Invocation) -> Outcome:
    """What only asks; ``apk info -e`` and the like fail where a package is not installed."""
    asks = options.has("installed", "e", "exists")
    return Outcome(status=Truth.MAYBE if asks else Truth.YES, stdout=_ANSWER.stdout)


def _nothing(options: Options, names: list[Text], invocation: Invocation) -> Outcome:
    return SUCCESS


_ANSWER = Outcome(stdout=Stream(Size(0, 500, None)))
"""Some text about packages."""

_VERBS: dict[str, Callable[[Options, list[Text], Invocation], Outcome]] = {
    "add": _add,
    "audit": _answer,
    "cache": _cache,
    "convdb": _nothing,
    "del": _delete,
    "dot": _answer,
    "fetch": _fetch,
    "fix": _fix,
    "index": _index,
    "info": _answer,
    "list": _answer,
    "manifest": _answer,
    "policy": _answer,
    "query": _answer,
    "search": _answer,
    "stats": _answer,
    "update": _update,
    "upgrade": _upgrade,
    "verify": _answer,
    "version": _answer,
}
