"""Which package of a distribution has a program or a shared library."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from functools import cache
from typing import Final

from layerlint.catalog import alpine
from layerlint.catalog.packages import open_index
from layerlint.catalog.records import decode_footprint
from layerlint.execution.packages.database import PackageDatabase

_DEBIAN: Final[Mapping[str, str]] = {
    "ab": "apache2-utils",
    "c++": "g++",
    "cc": "gcc",
    "chromium": "chromium",
    "convert": "imagemagick",
    "dig": "dnsutils",
    "dot": "graphviz",
    "ffmpeg": "ffmpeg",
    "ffprobe": "ffmpeg",
    "g++": "g++",
    "gcc": "gcc",
    "gdal-config": "libgdal-dev",
    "gpg": "gnupg",
    "gs": "ghostscript",
    "gunicorn": "gunicorn",
    "hg": "mercurial",
    "identify": "imagemagick",
    "ifconfig": "net-tools",
    "ip": "iproute2",
    "killall": "psmisc",
    "lsb_release": "lsb-release",
    "make": "make",
    "mogrify": "imagemagick",
    "mysql": "default-mysql-client",
    "mysql_config": "default-libmysqlclient-dev",
    "mysqldump": "default-mysql-client",
    "nc": "netcat-openbsd",
    "netstat": "net-tools",
    "nslookup": "dnsutils",
    "pdftoppm": "poppler-utils",
    "pdftotext": "poppler-utils",
    "pg_config": "libpq-dev",
    "pg_dump": "postgresql-client",
    "pg_isready": "postgresql-client",
    "ping": "iputils-ping",
    "pkg-config": "pkg-config",
    "ps": "procps",
    "psql": "postgresql-client",
    "redis-cli": "redis-tools",
    "scp": "openssh-client",
    "soffice": "libreoffice",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "ssh-keyscan": "openssh-client",
    "sshd": "openssh-server",
    "supervisord": "supervisor",
    "svn": "subversion",
    "tini": "tini",
    "top": "procps",
    "wkhtmltopdf": "wkhtmltopdf",
    "xvfb-run": "xvfb",
    "xz": "xz-utils",
}
"""Programs whose package has another name, or is not among those that were measured (packages.debian.org)."""

_SAME_NAME: Final = frozenset(
    {"bash", "bzip2", "cron", "curl", "git", "gosu", "htop", "jq", "less", "lsof", "nano", "openssl", "patch", "rsync",
     "socat", "sqlite3", "strace", "sudo", "tar", "unzip", "vim", "wget", "zip", "zsh"}
)  # fmt: skip

_DEBIAN_LIBRARIES: Final[Mapping[str, str]] = {
    "libGL.so.1": "libgl1",
    "libgcc_s.so.1": "libgcc-s1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libgomp.so.1": "libgomp1",
    "libmagic.so.1": "libmagic1",
    "libpq.so.5": "libpq5",
    "libstdc++.so.6": "libstdc++6",
}

MANAGERS: Final = frozenset({"apk", "apt"})
"""Those whose packages are known here."""


def package_of_program(database: PackageDatabase, name: str) -> str | None:
    """The package that has the program; None where that is not known."""
    index = database.index
    if index is None:
        return None
    if database.manager == "apk":
        return _apk_provider(index, f"cmd:{name}")
    if database.manager != "apt":
        return None
    known = _DEBIAN.get(name) or _programs(index).get(name) or (name if name in _SAME_NAME else None)
    packages = open_index(index)
    return (
        known
        if packages is not None and known is not None and (packages.get(known) or packages.providers(known))
        else None
    )


def _apk_provider(index: str, provided: str) -> str | None:
    own = alpine.open_index(index)
    found = () if own is None else own.providers(provided)
    return found[0] if found else None


def package_of_library(database: PackageDatabase, soname: str) -> str | None:
    """The package that has the shared library; None where that is not known."""
    index = database.index
    if index is None:
        return None
    if database.manager == "apk":
        return _apk_provider(index, f"so:{soname}")
    packages = open_index(index) if database.manager == "apt" else None
    if packages is None:
        return None
    # Debian Policy 8.1: the package is named for the library and the version of its interface.
    stem, _, version = soname.partition(".so.")
    dash = "-" if stem[-1:].isdigit() else ""
    named = f"{stem}{dash}{version}".lower().replace("_", "-")
    for candidate in (_DEBIAN_LIBRARIES.get(soname), named, f"{named}t64"):
        if candidate is not None and packages.get(candidate) is not None:
            return candidate
    return None


@cache
def _programs(index: str) -> Mapping[str, str]:
    """Of the packages that were measured: program to package."""
    packages = open_index(index)
    found: dict[str, str] = {}
    for line in () if packages is None else packages.file.lines("footprint"):
        package = line.partition("\t")[0]
        for piece in decode_footprint(line).pieces:
            if not piece.summary and posixpath.basename(posixpath.dirname(piece.path)) in ("bin", "sbin"):
                found.setdefault(posixpath.basename(piece.path), package)
    return found
