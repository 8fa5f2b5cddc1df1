"""Which files of an image are read for what is in them: those that models of commands ask for."""

from __future__ import annotations

MAX_FILE = 32 << 20
"""Bytes of one: the database of dpkg of a full desktop has 5 MB, that of rpm 30 MB."""
MAX_TOTAL = 128 << 20

_FILES = frozenset(
    {
        "etc/apk/repositories",
        "etc/apk/world",
        "etc/apt/sources.list",
        "etc/dpkg/dpkg.cfg",
        "etc/group",
        "etc/os-release",
        "etc/passwd",
        "etc/shells",
        "lib/apk/db/installed",
        "usr/lib/apk/db/installed",
        "usr/lib/os-release",
        "usr/lib/sysimage/rpm/rpmdb.sqlite",
        "var/lib/apt/extended_states",
        "var/lib/dpkg/status",
        "var/lib/rpm/rpmdb.sqlite",
    }
)
_FOLDERS = ("etc/apt/", "etc/dpkg/dpkg.cfg.d/", "var/lib/dpkg/info/", "var/lib/dpkg/status.d/")


class Wanted:
    """Says of each file of an image whether it is kept, and counts what is."""

    def __init__(self) -> None:
        self._left = MAX_TOTAL

    def __call__(self, name: str, size: int) -> bool:
        name = name.removeprefix("./").removeprefix("/")
        if size > min(self._left, MAX_FILE) or not _is_wanted(name):
            return False
        self._left -= size
        return True


def _is_wanted(name: str) -> bool:
    if name in _FILES:
        return True
    if not name.startswith(_FOLDERS):
        return False
    if name.startswith("var/lib/dpkg/info/"):
        return name.endswith(".list")
    return True
