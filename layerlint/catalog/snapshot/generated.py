"""Whose doing a generated file is."""

from __future__ import annotations

import re
from collections.abc import Set

_BYTE_CODE = re.compile(
    r"(?P<directory>.*)/__pycache__/(?P<module>[^/]+?)\.[a-z]+-?[0-9]+(?:\.opt-[12])?\.pyc"
)

OWNERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("/etc/ssl/certs/java/", ("ca-certificates-java",)),
    ("/etc/ssl/certs/ca-certificates.crt", ("ca-certificates",)),
    ("/etc/ca-certificates.conf", ("ca-certificates",)),
    ("/usr/lib/udev/hwdb.bin", ("udev", "systemd-hwe-hwdb")),
    ("/etc/udev/hwdb.bin", ("udev", "systemd-hwe-hwdb")),
    ("/var/lib/mysql/", ("mariadb-server", "mariadb-server-10.5")),
    ("/var/lib/postgresql/", ("postgresql-13", "postgresql-15", "postgresql-17")),
    ("/etc/postgresql/", ("postgresql-13", "postgresql-15", "postgresql-17")),
    ("/var/lib/texmf/", ("texlive-base", "texlive-binaries", "tex-common")),
    ("/usr/share/mime/", ("shared-mime-info",)),
    ("/var/cache/man/", ("man-db",)),
    ("/var/cache/fontconfig/", ("fontconfig",)),
    ("/usr/lib/python3.9/", ("libpython3.9-stdlib", "libpython3.9-minimal")),
    ("/usr/lib/python3.11/", ("libpython3.11-stdlib", "libpython3.11-minimal")),
    ("/usr/lib/python3.13/", ("libpython3.13-stdlib", "libpython3.13-minimal")),
)
"""Path prefixes, and the packages whose scripts make what lies there: the first that is installed."""


def byte_code_source(path: str) -> str | None:
    """The Python source that a ``.pyc`` was made of, in the place of Python 3 or of Python 2."""
    match = _BYTE_CODE.fullmatch(path)
    if match is not None:
        return f"{match['directory']}/{match['module']}.py"
    return path[:-1] if path.endswith(".pyc") else None


def generator(path: str, installed: Set[str]) -> str | None:
    return next(
        (name for prefix, names in OWNERS if path.startswith(prefix) for name in names if name in installed),
        None,
    )
