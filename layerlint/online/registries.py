"""Which registries are asked: those of the user's own configuration, else the public ones.

Nothing in a Dockerfile, a build context or a folder that is linted has a say in it.
"""

from __future__ import annotations

import base64
import configparser
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from layerlint._dataclass import dataclass, field
from layerlint.online.addresses import origin

PYPI: Final = "https://pypi.org/simple"
NPM: Final = "https://registry.npmjs.org"
HOSTS: Final = "LAYERLINT_ONLINE_HOSTS"
"""The variable with further ``host:port``, with commas, that may be asked though they are of a private network."""
_MAX_FILE: Final = 1 << 20
_NPM_LINE: Final = re.compile(r"\s*([^=#;\s][^=]{0,300}?)\s*=\s*(.{0,4000}?)\s*")
_VARIABLE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]{0,99})\}")


@dataclass(frozen=True, slots=True)
class Online:
    """What ``--online`` may ask, and how long."""

    python: str = PYPI
    """The simple index, without credentials; empty where the user's is not one of http."""
    npm: str = NPM
    hosts: tuple[str, ...] = ()
    """``host:port`` that may be of a private network."""
    credentials: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """``scheme://host:port`` of a registry, and the header that it is sent."""
    certificates: tuple[str, ...] = ()
    """Files of authorities beside those of the machine."""
    timeout: float = 10.0
    """Seconds of silence."""
    budget: float = 240.0
    """Seconds for all questions of one Dockerfile."""
    tell: Callable[[str], None] | None = field(default=None, compare=False, repr=False)
    """Shows what goes on."""

    def own(self) -> Iterator[str]:
        """Origins that the user has chosen."""
        yield from self.hosts
        for url in (self.python, self.npm):
            if url and url not in (PYPI, NPM):
                yield origin(urlsplit(url))
        # Where the public ones lie is the business of the machine's resolver, or of its proxy.
        yield from (origin(urlsplit(url)) for url in (PYPI, NPM))

    def authorisation(self, place: str, scheme: str) -> str:
        """The header for an origin; empty where there is none."""
        return dict(self.credentials).get(f"{scheme}://{place}", "")

    def login(self) -> str:
        """``user:password@`` of the Python index, for an address; empty where there is none."""
        header = dict(self.credentials).get(_place(self.python), "")
        if not header.startswith("Basic "):
            return ""
        user, _, password = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
        return f"{quote(user, safe='')}:{quote(password, safe='')}@"


def configured(tell: Callable[[str], None] | None = None) -> Online:
    """By the environment and the files of this user and machine."""
    pip, npm = _pip(), _npm()
    python, python_header = _taken(os.environ.get("PIP_INDEX_URL") or pip.get("index-url") or PYPI)
    given = _npm_variable("registry")
    registry, npm_header = _taken(given or npm.get("registry") or NPM)
    if registry and not npm_header:
        npm_header = _token(registry, npm)
    pairs = ((python, python_header), (registry, npm_header))
    files = (os.environ.get("PIP_CERT") or pip.get("cert"), npm.get("cafile"))
    return Online(
        python,
        registry,
        tuple(host.strip().lower() for host in os.environ.get(HOSTS, "").split(",") if host.strip()),
        tuple((_place(url), header) for url, header in pairs if url and header),
        tuple(dict.fromkeys(file for file in files if file and os.path.isfile(file))),
        tell=tell,
    )


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{origin(parts)}"


def _taken(url: str) -> tuple[str, str]:
    """The address without its user and password, and those as a header; empty for what is not http."""
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return "", ""
    if not usable:
        return "", ""
    place = parts.netloc.rpartition("@")[2]
    bare = parts._replace(netloc=place, query="", fragment="").geturl().rstrip("/")
    if parts.username is None:
        return bare, ""
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return bare, "Basic " + base64.b64encode(pair.encode()).decode()


# ------------------------------------------------------------------------------- pip


def _pip() -> dict[str, str]:
    """``[global]``, then ``[install]``, of pip's files; a later file goes over one before it."""
    home = Path.home()
    named = os.environ.get("PIP_CONFIG_FILE")
    files = [Path("/etc/pip.conf"), home / ".pip/pip.conf", _settings(home) / "pip/pip.conf"]
    files.append(Path(sys.prefix) / "pip.conf")
    if named:
        files = [] if named == os.devnull else [*files, Path(named)]
    found: dict[str, str] = {}
    for file in files:
        reader = configparser.RawConfigParser()
        try:
            reader.read_string(_text(file))
        except (configparser.Error, ValueError):
            continue
        for section in ("global", "install"):
            if reader.has_section(section):
                found |= {key.replace("_", "-"): value for key, value in reader.items(section) if value}
    return found


def _settings(home: Path) -> Path:
    given = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    return given if given.is_absolute() else home / ".config"


# ------------------------------------------------------------------------------- npm


def _npm() -> dict[str, str]:
    """The user's ``.npmrc`` over those of the machine; a project's is not read."""
    user = _npm_variable("userconfig")
    files = [Path("/etc/npmrc"), Path("/usr/etc/npmrc"), Path(user) if user else Path.home() / ".npmrc"]
    found: dict[str, str] = {}
    for file in files:
        for line in _text(file).splitlines():
            match = _NPM_LINE.fullmatch(line)
            if match is not None:
                found[match[1]] = _VARIABLE.sub(
                    lambda each: os.environ.get(each[1], ""), match[2].strip("\"'")
                )
    return found


def _npm_variable(key: str) -> str:
    """In either spelling, as npm takes it."""
    name = f"npm_config_{key}"
    return os.environ.get(name) or os.environ.get(name.upper(), "")


def _token(registry: str, npm: dict[str, str]) -> str:
    """That of ``//host/path/:_authToken``, of the longest path that holds the registry."""
    place = registry.partition(":")[2].rstrip("/")
    while len(place) > 2:
        for key in (f"{place}/:_authToken", f"{place}:_authToken"):
            if npm.get(key):
                return f"Bearer {npm[key]}"
        place = place.rpartition("/")[0]
    return ""


def _text(path: Path) -> str:
    try:
        if not path.is_file() or path.stat().st_size > _MAX_FILE:
            return ""
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
