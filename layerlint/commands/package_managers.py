"""Package managers of which no sizes are known: where they put things, and what they leave behind.

The likely size of a package is that of the median rpm, unpacked, with what an unknown name brings in
`_rpm_sizes`; nothing bounds it.
"""

from __future__ import annotations

from collections.abc import Mapping

from layerlint._dataclass import dataclass
from layerlint.commands._outcome import ANSWER, unmodelled
from layerlint.commands._package_words import split
from layerlint.commands._paths import clean
from layerlint.commands._rpm_sizes import brought
from layerlint.domain.size import Size
from layerlint.domain.text import Text
from layerlint.effects import Effect, Invocation, Outcome, Populate, Remove


@dataclass(frozen=True, slots=True)
class _Manager:
    target: str
    """Where packages go; ``~`` is the home directory."""
    install: frozenset[str]
    """Sub-commands or flags."""
    update: frozenset[str] = frozenset()
    clean: frozenset[str] = frozenset()
    cache: str = ""
    """What an installation leaves in it is not known either."""
    index: str = ""
    index_size: Size = Size(0, 0, None)
    by_default: bool = False
    """Words without a sub-command are installed."""


def _of(*names: str) -> frozenset[str]:
    return frozenset(names)


_MANAGERS: Mapping[str, _Manager] = {
    "brew": _Manager(
        "/home/linuxbrew/.linuxbrew/Cellar", _of("install", "reinstall", "upgrade"), _of("update"), _of("cleanup"),
        "~/.cache/Homebrew",
    ),
    "emerge": _Manager(
        "/usr", _of(), _of("sync", "--sync"), _of(), "/var/cache/distfiles", "/var/db/repos/gentoo",
        Size(100_000_000, 400_000_000, None), by_default=True,
    ),
    "flatpak": _Manager("/var/lib/flatpak", _of("install", "update"), _of(), _of(), "/var/tmp/flatpak-cache"),
    "nix-env": _Manager("/nix/store", _of("i", "install", "iA", "u", "upgrade")),
    "opkg": _Manager(
        "/usr", _of("install", "upgrade"), _of("update"), _of(), "", "/var/opkg-lists",
        Size(100_000, 1_500_000, None),
    ),
    "snap": _Manager("/snap", _of("install", "refresh"), _of(), _of(), "/var/lib/snapd/snaps"),
    "xbps-install": _Manager(
        "/usr", _of(), _of("S", "sync"), _of(), "/var/cache/xbps", "/var/db/xbps",
        Size(200_000, 1_800_000, None), by_default=True,
    ),
}  # fmt: skip
_WITH_VALUE = _of(
    "A", "C", "P", "R", "c", "channel", "dest", "f", "file", "profile", "r", "repository", "rootdir"
)
_QUERIES = _of(
    "info", "list", "query", "search", "status", "--help", "--version", "version", "show", "env", "doctor"
)


def brew(invocation: Invocation) -> Outcome:
    return _run(invocation, "brew")


def emerge(invocation: Invocation) -> Outcome:
    return _run(invocation, "emerge")


def flatpak(invocation: Invocation) -> Outcome:
    return _run(invocation, "flatpak")


def nix_env(invocation: Invocation) -> Outcome:
    return _run(invocation, "nix-env")


def opkg(invocation: Invocation) -> Outcome:
    return _run(invocation, "opkg")


def snap(invocation: Invocation) -> Outcome:
    return _run(invocation, "snap")


def xbps_install(invocation: Invocation) -> Outcome:
    return _run(invocation, "xbps-install")


def _run(invocation: Invocation, name: str) -> Outcome:
    manager = _MANAGERS[name]
    words = split(invocation.argv[1:], _WITH_VALUE)
    verbs = {*words.operands[:1], *words.flags}
    names = words.operands
    effects: list[Effect] = []
    if verbs & manager.update and manager.index:
        effects.append(Populate(manager.index, "index", manager.index_size, Size(1, 10, None)))
    if verbs & manager.clean:
        cache = _at(invocation, manager.cache)
        known = f"{cache}/<downloads>"
        return Outcome((Remove(known),)) if invocation.view.lookup(known) is not None else Outcome()
    if verbs & _QUERIES:
        return ANSWER
    if not manager.by_default and not verbs & manager.install:
        return (
            unmodelled(f"{name} with words that are not known") if words.partial else Outcome(tuple(effects))
        )
    if names and names[0] in manager.install:
        names = names[1:]
    reason = f"no sizes of {name}'s packages are known"
    target = _at(invocation, manager.target)
    for item in brought(names):
        size = Size(0, item.size.likely, None)
        effects.append(Populate(target, item.name, size, Size(1, 100, None), reason, f"{name}:{item.name}"))
    if words.partial or (not names and verbs & manager.install):
        effects.append(Populate(target, "packages", Size(0, 5_000_000, None), Size(1, 100, None), reason))
    if effects and manager.cache and names:
        effects.append(
            Populate(_at(invocation, manager.cache), "downloads", Size(0, 0, None), Size(0, 0, None))
        )
    return Outcome(tuple(effects))


def _at(invocation: Invocation, path: str) -> str:
    if not path.startswith("~"):
        return path
    home: Text = invocation.environment.get("HOME", "/root")
    return clean((home if isinstance(home, str) and home.startswith("/") else "/root") + path[1:])
