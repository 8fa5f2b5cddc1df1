"""Where pip installs to, by its options and variables: site-packages, byte-code, programs, cache."""

from __future__ import annotations

from layerlint._dataclass import dataclass
from layerlint.commands._options import Options
from layerlint.commands._paths import join
from layerlint.commands._pypi import Place
from layerlint.commands._python import Python, home_of, of_user, variable
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import Invocation

_TRUE = frozenset({"1", "on", "t", "true", "y", "yes"})
_FALSE = frozenset({"0", "f", "false", "n", "no", "off"})
_HTTP_V2_SINCE = 12
"""pip 23.3 renamed its cache of answers; the pip of Debian 12 and of older releases has ``http``."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where one ``pip install`` puts things, and what lies there that it looks at."""

    place: Place
    python: Python
    looks: bool
    """Whether what is installed there already is left alone."""


def allowed(invocation: Invocation, python: Python, options: Options) -> Truth:
    """PEP 668: a distribution's Python is its own, unless pip is told otherwise or installs elsewhere."""
    elsewhere = options.has("break", "t", "prefix", "root", "python") or variable(invocation, "PIP_TARGET")
    if elsewhere or variable(invocation, "PIP_BREAK_SYSTEM_PACKAGES").lower() in _TRUE:
        return Truth.YES
    return ~python.managed


def target_of(invocation: Invocation, python: Python, options: Options) -> Target | None:
    """The scheme that the options choose; None where a path is not known."""
    home = home_of(invocation)
    interpreter = join(python.scripts, f"python{python.version}")
    directory = path_of(invocation, options, "t", "PIP_TARGET")
    prefix = path_of(invocation, options, "prefix", "PIP_PREFIX")
    root = path_of(invocation, options, "root", "PIP_ROOT")
    if UNKNOWN in (directory, prefix, root):
        return None
    scheme = python
    user = options.has("user") or variable(invocation, "PIP_USER").lower() in _TRUE
    if user or (invocation.user not in (0, None) and not _owns(invocation, python)):
        scheme = of_user(python, home)
    site, scripts, share = scheme.site, scheme.scripts, join(scheme.prefix, "share")
    if isinstance(prefix, str):
        site = f"{prefix.rstrip('/')}/lib/python{python.version}/site-packages"
        if python.debian:
            site = f"{prefix.rstrip('/')}/local/lib/python{python.version}/dist-packages"
        scripts, share = join(prefix, "bin"), join(prefix, "share")
    if isinstance(directory, str):
        site, scripts, share = directory, join(directory, "bin"), join(directory, "share")
    if isinstance(root, str):
        site, scripts, share = (root.rstrip("/") + path for path in (site, scripts, share))
    place = Place(
        site, scripts, share, code_of(invocation, options, site), cache_in_use(invocation, python, options),
        interpreter=interpreter, minor=python.minor,
    )  # fmt: skip
    looks = not (isinstance(directory, str) or options.has("I", "force"))
    return Target(place, scheme, looks)


def _owns(invocation: Invocation, python: Python) -> bool:
    """A user who is not root made the environment, or was given it: it is not the system's."""
    return python.prefix not in ("/usr", "/usr/local")


def path_of(invocation: Invocation, options: Options, key: str, name: str) -> Text | None:
    word = options.value(key)
    if word is None:
        word = invocation.environment.get(name) or None
    if word is None or word is UNKNOWN:
        return word
    return invocation.path(word) or UNKNOWN


def code_of(invocation: Invocation, options: Options, site: str) -> str | None:
    """Where byte-code goes: pip compiles whatever PYTHONDONTWRITEBYTECODE says."""
    if options.has("no-compile") or variable(invocation, "PIP_NO_COMPILE").lower() in _TRUE:
        return None
    prefix = variable(invocation, "PYTHONPYCACHEPREFIX")
    if prefix.startswith("/"):
        return f"{prefix.rstrip('/')}{site}"
    return join(site, "__pycache__")


def cache_of(invocation: Invocation) -> str:
    """pip's cache directory."""
    named = variable(invocation, "PIP_CACHE_DIR")
    if named.startswith("/"):
        return named
    base = variable(invocation, "XDG_CACHE_HOME")
    return join(base, "pip") if base.startswith("/") else join(home_of(invocation), ".cache/pip")


def cache_in_use(invocation: Invocation, python: Python, options: Options) -> str | None:
    """Where answers of the index are kept; None: nowhere.  Any truth value of PIP_NO_CACHE_DIR turns it off."""
    off = variable(invocation, "PIP_NO_CACHE_DIR").lower()
    if options.has("no-cache") or off in _TRUE or off in _FALSE:
        return None
    named = options.value("cache-dir")
    if named is UNKNOWN:
        return None
    directory = cache_of(invocation) if named is None else invocation.path(named)
    if directory is None:
        return None
    minor = _HTTP_V2_SINCE if python.minor is None else python.minor
    old = minor < 8 or (python.debian and minor < _HTTP_V2_SINCE)
    return join(directory, "http" if old else "http-v2")
