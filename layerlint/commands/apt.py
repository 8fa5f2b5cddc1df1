"""``apt-get`` and ``apt``: argv as apt's own parser reads it, to package effects.

Options stand anywhere, single letters join (``-yq``), and every switch also takes a truth value
(``--purge=false``, ``--no-install-recommends``): apt-pkg/contrib/cmndline.cc.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from layerlint._dataclass import dataclass, field, replace
from layerlint.commands import _apt_configuration as configuration
from layerlint.commands._outcome import ANSWER, FAILURE, SUCCESS, unmodelled
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import (
    CleanCache,
    Effect,
    InstallPackages,
    Invocation,
    MarkPackages,
    Outcome,
    Populate,
    Remove,
    RemovePackages,
    RemoveUnused,
    UpdateIndex,
    UpgradePackages,
)

MANAGER = "apt"
_BUILD_DEPENDENCIES = Size(0, 120_000_000, None)
"""Bytes that come beside build-essential and debhelper: from nothing to a desktop's libraries."""
_SOME_PACKAGES = Size(0, 100_000_000, None)
"""Bytes of packages whose names are not known: the median of 1,240 install steps of 2020 is 109 MB, by what
apt said in build logs."""
_SOURCE_PACKAGE = Size(10_000, 5_000_000, None)
"""Bytes of a source package, packed and unpacked: half of Debian's are below 1 MB packed."""
_LISTS = "/var/lib/apt/lists"

_SHORT = {
    "y": "yes",
    "d": "download-only",
    "s": "simulate",
    "h": "help",
    "v": "version",
    "f": "fix-broken",
    "m": "ignore-missing",
    "u": "show-upgraded",
    "V": "verbose-versions",
    "b": "compile",
    "q": "quiet",
}
_SHORT_WITH_VALUE = {
    "o": "option",
    "c": "config-file",
    "t": "target-release",
    "a": "host-architecture",
    "P": "build-profiles",
}
_SYNONYMS = {
    "assume-yes": "yes",
    "force-yes": "yes",
    "just-print": "simulate",
    "dry-run": "simulate",
    "recon": "simulate",
    "no-act": "simulate",
    "print-uris": "simulate",
    "autoremove": "auto-remove",
    "default-release": "target-release",
    "silent": "quiet",
    "fix-missing": "ignore-missing",
    "build": "compile",
}
_WITH_VALUE = frozenset(_SHORT_WITH_VALUE.values()) | {"default-release", "solver", "planner"}
_SETTINGS = {
    "apt::install-recommends": "install-recommends",
    "apt::get::assume-yes": "yes",
    "apt::get::purge": "purge",
    "apt::get::automaticremove": "auto-remove",
    "apt::get::simulate": "simulate",
    "apt::get::download-only": "download-only",
    "apt::get::reinstall": "reinstall",
    "apt::get::only-upgrade": "only-upgrade",
    "apt::keep-downloaded-packages": "keep-downloaded",
}
"""``-o NAME=VALUE`` that says the same as a switch."""
_QUESTIONS = frozenset(
    {
        "list",
        "search",
        "show",
        "showsrc",
        "policy",
        "depends",
        "rdepends",
        "showpkg",
        "madison",
        "help",
        "moo",
        "indextargets",
        "history-list",
        "why",
        "why-not",
    }
)
"""Sub-commands that only answer; their output has no known size."""
_WITHOUT_NAMES = frozenset(
    {
        "update",
        "upgrade",
        "dist-upgrade",
        "full-upgrade",
        "clean",
        "autoclean",
        "auto-clean",
        "dist-clean",
        "distclean",
        "check",
    }
)
"""Sub-commands to which a word that is not known is an option."""


@dataclass(slots=True)
class _Line:
    """A command line, filled while it is parsed."""

    words: list[str] = field(default_factory=list)
    switches: dict[str, bool] = field(default_factory=dict)
    suite: str = ""
    partial: bool = False
    """A word is not known."""

    def has(self, switch: str) -> bool:
        return self.switches.get(switch, False)


def apt_get(invocation: Invocation) -> Outcome:
    """``apt-get``: sub-commands that install and remove, fetch the lists and clean up."""
    line = _parse(invocation.argv[1:])
    line.switches.setdefault("yes", _is_answered(invocation))
    if line.has("help") or line.has("version"):
        return SUCCESS
    if not line.words:
        return unmodelled("apt-get with words that are not known") if line.partial else SUCCESS
    verb, *names = line.words
    if verb in _QUESTIONS:
        return ANSWER
    if line.has("simulate"):
        return ANSWER if verb in _VERBS else FAILURE
    model = _VERBS.get(verb)
    if model is None:
        return FAILURE
    outcome = model(line, names, invocation)
    if not line.partial or verb in _WITHOUT_NAMES:
        return outcome
    if model not in (_install, _reinstall, _satisfy):
        return unmodelled("package names are not known", *outcome.effects)
    more = Populate("/usr", "packages", _SOME_PACKAGES, reason="package names are not known")
    return replace(outcome, effects=(*outcome.effects, more))


def _is_answered(invocation: Invocation) -> bool:
    """Something is piped in to answer (``yes | apt-get install``), or the image's configuration says yes."""
    if invocation.stdin is not None and invocation.stdin.size.high != 0:
        return True
    return configuration.read(invocation.view.children(configuration.DIRECTORY)).assumes_yes


def apt(invocation: Invocation) -> Outcome:
    """``apt``: as ``apt-get``, but downloaded packages are deleted unless its own setting keeps them."""
    outcome = apt_get(invocation)
    settings = configuration.read(invocation.view.children(configuration.DIRECTORY))
    downloads = any(isinstance(e, InstallPackages | UpgradePackages) for e in outcome.effects)
    if not downloads or settings.apt_keeps_archives or not settings.keeps_archives:
        return outcome
    return Outcome((*outcome.effects, CleanCache(MANAGER)), outcome.status, outcome.stdout)


def install_packages(invocation: Invocation) -> Outcome:
    """minideb's script: the lists, the packages without those that are recommended, and neither lists nor archives
    afterwards (bitnami/minideb, ``install_packages``)."""
    names = tuple(word for word in invocation.argv[1:] if isinstance(word, str))
    install = InstallPackages(MANAGER, names, recommends=False, assume_yes=True)
    effects = (
        UpdateIndex(MANAGER),
        install,
        Remove(_LISTS, recursive=True),
        Remove("/var/cache/apt/archives", recursive=True),
    )
    if len(names) + 1 == len(invocation.argv):
        return Outcome(effects)
    more = Populate("/usr", "packages", _SOME_PACKAGES, reason="package names are not known")
    return Outcome((*effects, more))


# -------------------------------------------------------------------------- parsing


def _parse(words: Sequence[Text]) -> _Line:
    line = _Line()
    position, options = 0, True
    while position < len(words):
        word = words[position]
        position += 1
        if word is UNKNOWN:
            line.partial = True
        elif options and word == "--":
            options = False
        elif not options or not word.startswith("-") or word == "-":
            line.words.append(word)
        elif word.startswith("--"):
            position = _long(line, word[2:], words, position)
        else:
            position = _letters(line, word[1:], words, position)
    return line


def _long(line: _Line, word: str, words: Sequence[Text], position: int) -> int:
    name, given, value = word.partition("=")
    if name in _WITH_VALUE:
        if not given and position < len(words):
            _assign(line, name, words[position])
            return position + 1
        _assign(line, name, value)
        return position
    off = name.startswith("no-")
    name = name.removeprefix("no-")
    wanted = configuration.boolean(value, True) if given else True
    line.switches[_SYNONYMS.get(name, name)] = wanted is not off
    return position


def _letters(line: _Line, letters: str, words: Sequence[Text], position: int) -> int:
    for index, letter in enumerate(letters):
        rest = letters[index + 1 :]
        if letter in _SHORT_WITH_VALUE:
            if rest:
                _assign(line, _SHORT_WITH_VALUE[letter], rest.removeprefix("="))
            elif position < len(words):
                _assign(line, _SHORT_WITH_VALUE[letter], words[position])
                position += 1
            break
        if rest.startswith("="):
            # ``-q=2``: a level; of anything else, a truth value.
            line.switches[_SHORT.get(letter, letter)] = configuration.boolean(rest[1:], True)
            break
        line.switches[_SHORT.get(letter, letter)] = True
    # apt-get(8): a second -q implies -y.
    if letters.count("q") > 1 or "q=2" in letters:
        line.switches["yes"] = True
    return position


def _assign(line: _Line, name: str, value: Text) -> None:
    if value is UNKNOWN:
        line.partial = True
    elif _SYNONYMS.get(name, name) == "target-release":
        line.suite = value
    elif name == "option":
        key, _, setting = value.partition("=")
        switch = _SETTINGS.get(key.strip().lower())
        if switch is not None:
            line.switches[switch] = configuration.boolean(setting.strip(), True)


# --------------------------------------------------------------------- sub-commands


def _update(line: _Line, names: list[str], invocation: Invocation) -> Outcome:
    return Outcome((UpdateIndex(MANAGER),))


def _install(line: _Line, names: list[str], invocation: Invocation) -> Outcome:
    return _installation(line, names, reinstall=line.has("reinstall"))


def _reinstall(line: _Line, names: list[str], invocation: Invocation) -> Outcome:
    return _installation(line, names, reinstall=True)


def _installation(line: _Line, names: list[str], *, reinstall: bool) -> Outcome:
    unused = (RemoveUnused(MANAGER, line.has("purge")),) if line.has("auto-remove") else ()
    if not names:
        return Outcome(unused)
    effects: tuple[Effect, ...] = (
        InstallPackages(
            MANAGER,
            tuple(_in_suite(name, line.suite) for name in names),
            recommends=line.switches.get("install-recommends"),
            assume_yes=line.has("yes"),
            download_only=line.has("download-only"),
            reinstall=reinstall,
            only_upgrade=line.has("only-upgrade"),
        ),
        *unused,
    )
    if not line.switches.get("keep-downloaded", True):
        effects = (*effects, CleanCache(MANAGER))
    return unmodelled("suggested packages", *effects) if line.has("install-suggests") else Outcome(effects)


def _in_suite(name: str, suite: str) -> str:
    return name if not suite or "/" in name or "=" in name else f"{name}/{suite}"


def _remove(line: _Line, names: list[str], invocation: Invocation) -> Outcome:
    return _removal(line, names, purge=line.has("purge"), unused=line.has("auto-remove"))


def _purge(line: _Line, names: list[str], invocation: Invocation) -> Outcome:
    return _removal(line, names, purge=line.switches.get("purge", True), unused=line.has("auto-remove"))


def _autoremove(line: _Line, names: list[str], invocation: Invocation) -> Outcome:
    return _removal(line, names, purge=line.has("purge"), unused=True)


def _autopurge(line: _Line, names: list[str], invocation: Invocation) -> Outcome:
    return _removal(line, names, purge=True, unused=True)


def _removal(line: _Line, names: list[str], *, purge: bool, unused: bool) -> Outcome:
    if not names and not unused:
        return SUCCESS
    if not line.has("yes"):
        # apt asks before it removes anything, and a build has nobody to answer: it fails, unless there
        # is nothing to remove.
        return Outcome(status=Truth.MAYBE)
    if names:
        return Outcome((RemovePackages(MANAGER, tuple(names), purge, unused),))
    return Outcome((RemoveUnused(MANAGER, purge),))


def _upgrade(line: _Line, names: list[str], invocation: Invocation) -> Outcome:
    return _upgraded(line, names, invocation, may_remove=False)


def _full_upgrade(line: _Line, names: list[str], invocation: Invocation) -> Outcome:
    return _upgraded(line, names, invocation, may_remove=True)


def _upgraded(line: _Line, names: list[str], invocation: Invocation, *, may_remove: bool) -> Outcome:
    if line.has("download-only"):
        return unmodelled("an upgrade that is only downloaded")
    unused = (RemoveUnused(MANAGER, line.has("purge")),) if line.has("auto-remove") else ()
    named = _install(line, names, invocation).effects if names else unused
    return Outcome((UpgradePackages(MANAGER, may_remove), *named))


def _clean(line: _Line, names: list[str], invocation: Invocation) -> Outcome:
    return Outcome((CleanCache(MANAGER),))


def _dist_clean(line: _Line, names: list[str], invocation: Invocation) -> Outcome:
    """``clean``, and the lists without their release files (apt 3.0, from Debian 13 on)."""
    lists = tuple(
        Remove(f"{_LISTS}/{name}")
        for name in sorted(invocation.view.children(_LISTS))
        if name not in ("lock", "partial", "auxfiles") and not name.endswith("Release")
    )
    return Outcome((CleanCache(MANAGER), *lists), Truth.MAYBE)


def _build_dep(line: _Line, names: list[str], invocation: Invocation) -> Outcome:
    """What a source package needs to be built is in no index here; every build needs these two."""
    tools = InstallPackages(MANAGER, ("build-essential", "debhelper"), assume_yes=line.has("yes"))
    what = " ".join(names[:3]) or "a source package"
    more = Populate(
        "/usr", f"build dependencies of {what}", _BUILD_DEPENDENCIES,
        reason="what a source package needs to be built is not known",
    )  # fmt: skip
    return Outcome((tools, more))


def _satisfy(line: _Line, names: list[str], invocation: Invocation) -> Outcome:
    """Relations as of a Depends field; the first alternative of each is what apt tries first."""
    words = [part.split("|")[0].split("(")[0].strip() for name in names for part in name.split(",")]
    return _installation(line, [word for word in words if word], reinstall=False)


def _source(line: _Line, names: list[str], invocation: Invocation) -> Outcome:
    if not names or invocation.cwd is None:
        return SUCCESS if not names else unmodelled("source packages in a directory that is not known")
    reason = "the sizes of source packages are not known"
    return Outcome((Populate(invocation.cwd, f"source of {names[0]}", _SOURCE_PACKAGE, reason=reason),))


def _download(line: _Line, names: list[str], invocation: Invocation) -> Outcome:
    if not names:
        return SUCCESS
    if invocation.cwd is None:
        return unmodelled("packages in a directory that is not known")
    return Outcome((InstallPackages(MANAGER, tuple(names), directory=invocation.cwd),))


def _nothing(line: _Line, names: list[str], invocation: Invocation) -> Outcome:
    return SUCCESS


def _mark(line: _Line, names: list[str], invocation: Invocation) -> Outcome:
    return Outcome((MarkPackages(MANAGER, tuple(names), automatic=True),)) if names else SUCCESS


def _unmark(line: _Line, names: list[str], invocation: Invocation) -> Outcome:
    return Outcome((MarkPackages(MANAGER, tuple(names), automatic=False),)) if names else SUCCESS


_VERBS: dict[str, Callable[[_Line, list[str], Invocation], Outcome]] = {
    "auto-clean": _nothing,
    "autoclean": _nothing,
    "autopurge": _autopurge,
    "autoremove": _autoremove,
    "auto-remove": _autoremove,
    "build-dep": _build_dep,
    "changelog": _nothing,
    "check": _nothing,
    "clean": _clean,
    "dist-clean": _dist_clean,
    "dist-upgrade": _full_upgrade,
    "distclean": _dist_clean,
    "download": _download,
    "dselect-upgrade": _full_upgrade,
    "full-upgrade": _full_upgrade,
    "install": _install,
    "markauto": _mark,
    "purge": _purge,
    "reinstall": _reinstall,
    "remove": _remove,
    "satisfy": _satisfy,
    "source": _source,
    "unmarkauto": _unmark,
    "update": _update,
    "upgrade": _upgrade,
}
