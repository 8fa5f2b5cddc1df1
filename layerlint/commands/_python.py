"""Which Python a command line runs, and where that Python installs distributions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.commands._paths import basename, clean, join, parent
from layerlint.domain.text import UNKNOWN
from layerlint.domain.truth import Truth
from layerlint.effects import Invocation, View
from layerlint.filesystem.node import Directory, Node

_PROGRAM = re.compile(r"[a-z_]+-?(2|3)(?:\.(\d{1,2}))?")
_RELEASE = re.compile(r"(?:python|pypy)(\d\.\d{1,2})")
_NUMBER = re.compile(r"(\d\.\d{1,2})(?:\.\d+)?(?:[a-z0-9.]*)")
MARKER = "pyvenv.cfg"
"""The file that makes a directory a virtual environment (PEP 405)."""
_PLACES = ("/", "/app", "/code", "/home", "/opt", "/root", "/srv", "/usr/src/app", "/usr/local")
"""Directories in which Dockerfiles put virtual environments."""


@dataclass(frozen=True, slots=True)
class Python:
    """An interpreter's own installation scheme."""

    prefix: str
    site: str
    scripts: str
    version: str
    """``3.11``, or ``3`` where no more is known: then ``site`` is a guess."""
    debian: bool = False
    """Debian's own, which installs under ``/usr/local`` and keeps to itself what apt put there."""
    managed: Truth = Truth.NO
    """Whether pip refuses to install into it without ``--break-system-packages``."""

    @property
    def minor(self) -> int | None:
        number = self.version.partition(".")[2]
        return int(number) if number else None


def of_prefix(view: View, prefix: str, version: str = "") -> Python:
    """The Python of a virtual environment, of conda, or of ``/usr/local``."""
    prefix = clean(prefix)
    release = version if "." in version else _release(view, prefix) or version or "3"
    library = f"{prefix.rstrip('/')}/lib/python{release}"
    return Python(prefix, f"{library}/site-packages", join(prefix, "bin"), release)


def running(invocation: Invocation) -> Python:
    """The Python behind ``argv[0]``: ``/opt/venv/bin/pip``, ``pip3``, ``python3.11`` …"""
    program = str(invocation.argv[0])
    view = invocation.view
    match = _PROGRAM.fullmatch(basename(program))
    version = (
        "" if match is None else f"{match[1]}.{match[2]}" if match[2] else "2.7" if match[1] == "2" else ""
    )
    directory = _directory(invocation, program)
    if directory is None:
        # Not found: what the environment says of itself, then the place of the official images.
        prefix = _activated(invocation)
        if prefix is not None:
            return of_prefix(view, prefix, version)
        # The official images name it, if not always with a value that is known; Debian's own lies beside it.
        official = "PYTHON_VERSION" in invocation.environment
        if official or (not view.children("/usr/lib/python3") and not _release(view, "/usr")):
            return of_prefix(view, "/usr/local", version or _declared(invocation))
        directory = "/usr/bin"
    if clean(directory) in ("/bin", "/sbin", "/usr/bin", "/usr/sbin"):
        return _system(view, version)
    prefix = parent(clean(directory))
    return of_prefix(view, prefix, version or (_declared(invocation) if prefix == "/usr/local" else ""))


def of_user(python: Python, home: str) -> Python:
    """``--user``: the scheme under ``~/.local``."""
    base = join(home, ".local")
    site = f"{base}/lib/python{python.version}/site-packages"
    return Python(base, site, join(base, "bin"), python.version, managed=python.managed)


def home_of(invocation: Invocation) -> str:
    value = invocation.environment.get("HOME", "/root")
    return value if isinstance(value, str) and value.startswith("/") else "/root"


def variable(invocation: Invocation, name: str) -> str:
    """The value of a variable; empty where it is not set, or not known."""
    value = invocation.environment.get(name, "")
    return value if isinstance(value, str) else ""


def _directory(invocation: Invocation, program: str) -> str | None:
    """The directory of the program; None if it is not found."""
    if "/" in program:
        path = invocation.path(program)
        return None if path is None else parent(clean(path))
    searched = invocation.environment.get("PATH", "")
    if searched is UNKNOWN:
        return None
    for directory in searched.split(":")[:64]:
        if not directory.startswith("/"):
            continue
        if invocation.view.lookup(join(directory, program)) is not None or (
            basename(directory) == "bin" and is_environment(invocation.view, parent(clean(directory)))
        ):
            return directory
    return None


def is_environment(view: View, prefix: str) -> bool:
    """A virtual environment, or conda's."""
    return any(view.lookup(join(prefix, name)) is not None for name in (MARKER, "conda-meta"))


def _activated(invocation: Invocation) -> str | None:
    """The environment that is active though PATH is not known: that of VIRTUAL_ENV, or the only one."""
    named = variable(invocation, "VIRTUAL_ENV")
    if named.startswith("/"):
        return named
    if invocation.environment.get("PATH") is not UNKNOWN:
        return None
    found = dict.fromkeys(_environments(invocation))
    return next(iter(found)) if len(found) == 1 else None


def _environments(invocation: Invocation) -> Iterator[str]:
    view = invocation.view
    for place in (*_PLACES, invocation.cwd or "/", home_of(invocation)):
        for name, node in view.children(place).items():
            if isinstance(node, Directory) and MARKER in node.children:
                yield join(place, name)


def _declared(invocation: Invocation) -> str:
    """Of the official images: they set PYTHON_VERSION."""
    match = _NUMBER.fullmatch(variable(invocation, "PYTHON_VERSION"))
    return match[1] if match is not None else ""


def _release(view: View, prefix: str) -> str:
    """The newest release that has a library directory under the prefix."""
    found = [
        m[1] for name in view.children(join(prefix, "lib")) if (m := _RELEASE.fullmatch(name)) is not None
    ]
    return max(found, key=lambda release: tuple(map(int, release.split("."))), default="")


def _system(view: View, version: str) -> Python:
    """Of a distribution's package."""
    release = version if "." in version else _release(view, "/usr") or version or "3"
    library = f"/usr/lib/python{release}"
    mark = f"{library}/EXTERNALLY-MANAGED"
    marked = view.presence(mark) if view.lookup(mark) is not None else Truth.NO
    if view.lookup("/etc/alpine-release") is not None:
        return Python("/usr", f"{library}/site-packages", "/usr/bin", release, managed=marked)
    site = f"/usr/local/lib/python{release}/dist-packages"
    return Python("/usr/local", site, "/usr/local/bin", release, debian=True, managed=marked)


def installed_by_apt(children: dict[str, Node]) -> Iterator[str]:
    """Names of distributions whose Debian packages (``python3-NAME``) have files in the directory."""
    for node in children.values():
        label = getattr(node, "label", None)
        if isinstance(label, str) and label.startswith("apt:python3-"):
            yield label.removeprefix("apt:python3-")
