"""Where package managers keep what they write down, and what they only need for a while.

The places are those of Debian's apt, dpkg and debconf (``apt.conf`` ``Dir``, ``dpkg(1)`` FILES), and of
Alpine's apk.
"""

from __future__ import annotations

from typing import Final

LISTS: Final = "/var/lib/apt/lists"
APT_CONFIGURATION: Final = "/etc/apt/apt.conf.d"

_RECORDS: Final = (
    *("/var/lib/rpm", "/usr/lib/sysimage/rpm", "/usr/lib/sysimage/libdnf5", "/var/lib/dnf", "/var/lib/yum"),
    *("/var/log/dnf.librepo.log", "/var/log/dnf.log", "/var/log/dnf.rpm.log", "/var/log/dnf5.log"),
    *("/var/log/hawkey.log", "/var/log/yum.log", "/var/log/zypp", "/var/log/zypper.log"),
    *("/var/lib/pacman", "/var/log/pacman.log"),
    "/var/lib/dpkg",
    "/var/lib/apt",
    "/var/cache/apt",
    "/var/cache/debconf",
    "/var/cache/ldconfig",
    "/var/log/apt",
    "/var/log/dpkg.log",
    "/var/log/alternatives.log",
    "/etc/ld.so.cache",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/apk/world",
    "/lib/apk/db",
    "/var/cache/apk",
)


def is_under(path: str, folder: str) -> bool:
    """The path is the folder, or lies in it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def is_record(path: str) -> bool:
    """A database, index, cache or log that every run of the package manager writes anew."""
    return any(is_under(path, folder) for folder in _RECORDS)
