"""What installing packages of a language needs: compilers and headers where there is no binary, and a libc."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

from layerlint.catalog import npm
from layerlint.catalog.distributions import measured, normalised
from layerlint.domain.truth import Truth
from layerlint.effects import Populate
from layerlint.execution.trace import CommandRun, Step, Trace
from layerlint.execution.view import read_data
from layerlint.filesystem.node import Inode
from layerlint.programs.model import Need, NeedKind
from layerlint.report import Evidence
from layerlint.rootfs.copied import Part
from layerlint.rootfs.model import Gap, GapKind, Requirement
from layerlint.rootfs.node_project import project
from layerlint.rootfs.program_names import NPM_LIKE
from layerlint.rootfs.stages import evidence_at, root_stage, standing_on

_COMPILED: Final[Mapping[str, tuple[str, ...]]] = {
    "gdal": ("gcc", "gdal-config"),
    "mysqlclient": ("gcc", "pkg-config", "mysql_config"),
    "netifaces": ("gcc",),
    "psycopg2": ("gcc", "pg_config"),
    "pycairo": ("gcc", "pkg-config"),
    "pygraphviz": ("gcc",),
    "python-ldap": ("gcc",),
    "uwsgi": ("gcc",),
}
"""Distributions that publish no wheels for Linux (files on PyPI, 2026), and what building them starts."""

_PURE: Final = frozenset(
    {
        "amqp", "annotated-types", "anyio", "asgiref", "async-timeout", "attrs", "beautifulsoup4", "billiard",
        "blinker", "boto3", "botocore", "cachetools", "celery", "certifi", "chardet", "charset-normalizer", "click",
        "click-didyoumean", "click-plugins", "click-repl", "colorama", "decorator", "defusedxml", "django",
        "django-cors-headers", "djangorestframework", "dnspython", "docopt", "docutils", "email-validator", "fastapi",
        "flask", "flask-cors", "flask-login", "flask-migrate", "flask-restful", "flask-sqlalchemy", "flask-wtf",
        "google-auth", "gunicorn", "h11", "httpcore", "httpx", "idna", "importlib-metadata", "iniconfig",
        "itsdangerous", "jinja2", "jmespath", "jsonschema", "kombu", "mako", "markdown", "marshmallow", "oauthlib",
        "packaging", "paramiko", "passlib", "pip", "pluggy", "prompt-toolkit", "prometheus-client", "pyasn1",
        "pyasn1-modules", "pycparser", "pydantic-settings", "pygments", "pyjwt", "pymysql", "pyparsing", "pytest",
        "python-dateutil", "python-dotenv", "python-multipart", "pytz", "redis", "requests", "requests-oauthlib",
        "rich", "rsa", "s3transfer", "setuptools", "six", "sniffio", "soupsieve", "sqlparse", "starlette", "tabulate",
        "tenacity", "tomli", "tqdm", "typer", "typing-extensions", "typing-inspection", "tzdata", "urllib3", "uvicorn",
        "vine", "wcwidth", "webencodings", "werkzeug", "wheel", "whitenoise", "wtforms", "xlrd", "zipp",
    }
)  # fmt: skip
"""Distributions without compiled parts, or with one that may be left out: any libc does."""

_MUSL: Final = frozenset(
    {
        "aiohttp", "bcrypt", "cffi", "cryptography", "frozenlist", "greenlet", "httptools", "lxml", "markupsafe",
        "msgpack", "multidict", "numpy", "orjson", "pandas", "pillow", "propcache", "psutil", "psycopg2-binary",
        "pydantic", "pydantic-core", "pynacl", "pyyaml", "regex", "rpds-py", "scipy", "sqlalchemy", "uvloop",
        "watchfiles", "websockets", "wrapt", "yarl", "zope-interface",
    }
)  # fmt: skip
"""Distributions with wheels for musl too (files on PyPI, 2026)."""

_LONGEST_LOCK: Final = 1 << 23
"""Bytes of a lock file that are read."""

_OWN_BINARIES: Final = frozenset(
    {"core-js", "core-js-pure", "esbuild", "fsevents", "nodemon", "protobufjs", "sharp"}
)
"""npm packages whose install script compiles nothing where the registry has their binary."""


_TITLES: Final = frozenset({"dependencies", "devDependencies"})
"""What an install of a whole project is labelled with, where its packages are not told apart."""


def is_compiled(name: str) -> bool:
    """It is known to have no wheels."""
    return normalised(name) in _COMPILED


def is_linked_alone(name: str) -> bool:
    """Its wheel brings what it is linked with, or `programs` knows what it needs."""
    from layerlint.programs.python_native import NEEDS

    name = normalised(name)
    return name in _PURE or name in _MUSL or name in measured() or name in NEEDS or name == "netifaces"


def installed(trace: Trace) -> Part:
    """Of every package that pip or npm installs on the base of the target."""
    needs: list[Requirement] = []
    gaps: list[Gap] = []
    if trace.target is None:
        return Part()
    for at, step in standing_on(trace, root_stage(trace.target)):
        for command in step.commands:
            if command.reached is Truth.NO:
                continue
            place = evidence_at(trace, command.span, command.text)
            names = sorted(set(_labelled(command, "pip:")))
            for name in names:
                needs += (Requirement(need, at) for need in _compiling(name, place))
                gaps += _unknown(name, place)
            gaps += _of_npm(command, step, place)
            if not names and _installs_unknown(command):
                gaps.append(Gap(f"what `{command.text[:60]}` installs is not known", place))
    return Part(tuple(needs), tuple(gaps))


def _labelled(command: CommandRun, prefix: str) -> Iterator[str]:
    for effect in command.effects:
        if isinstance(effect, Populate) and effect.label is not None and effect.label.startswith(prefix):
            yield effect.label.removeprefix(prefix)


def _compiling(name: str, place: Evidence) -> Iterator[Need]:
    for program in _COMPILED.get(normalised(name), ()):
        yield Need(NeedKind.BINARY, program, place, because=f"{name} has no wheels: pip compiles it")


def _unknown(name: str, place: Evidence) -> Iterator[Gap]:
    name = normalised(name)
    if name in _COMPILED:
        yield Gap(f"whether {name} can be compiled with musl is not known", place, GapKind.LIBC)
    if name in _COMPILED or name in _PURE or name in _MUSL:
        return
    if name not in measured():
        yield Gap(f"whether pip compiles {name} is not known", place)
    else:
        yield Gap(f"whether {name} has a wheel for musl is not known", place, GapKind.LIBC)


def _installs_unknown(command: CommandRun) -> bool:
    words = command.argv
    return (
        command.name in ("pip", "pip3", "poetry", "pipenv", "uv")
        and any(isinstance(effect, Populate) and effect.reason for effect in command.effects)
        and bool(words)
    )


def _of_npm(command: CommandRun, step: Step, place: Evidence) -> Iterator[Gap]:
    """Install scripts may compile: the lock file, or the snapshot of the registry, says which packages have one."""
    if command.name not in NPM_LIKE or "--ignore-scripts" in command.argv:
        return
    verbs = {"add", "ci", "i", "install"}
    if not verbs & set(command.argv) and not (command.name == "yarn" and len(command.argv) == 1):
        if command.name != "npx" and "config" not in command.argv and "cache" not in command.argv:
            yield Gap(f"what `{place.text[:60]}` starts in its turn is not known", place)
        return
    scripted = _scripted(step)
    if scripted is None:
        labels = set(_labelled(command, "npm:"))
        names = sorted((labels - _TITLES) | _declared(step, command, labels & _TITLES))
        if not names:
            yield Gap(
                f"whether a package of `{place.text[:50]}` is compiled is not known without a lock file",
                place,
            )
            return
        scripted = tuple(name for name in names if not _has_no_script(name))
    for name in scripted:
        if name not in _OWN_BINARIES:
            yield Gap(f"{name} has an install script: whether it compiles is not known", place)


def _declared(step: Step, command: CommandRun, titles: set[str]) -> set[str]:
    """The packages of ``package.json`` that an install of all of them brings."""
    made = project(step.before.filesystem, step.before.workdir) if titles else None
    if made is None:
        return titles
    omits = bool({"--omit=dev", "--only=production", "--prod", "--production"} & set(command.argv))
    return {*made.dependencies, *(() if omits else made.development)}


def _has_no_script(name: str) -> bool:
    """Of no package that comes with it: each is in the snapshot."""
    table = npm.table()
    rows = table.named(name)
    if not rows:
        return False
    chosen = table.choose(name, "*")
    if chosen is None:
        return False
    packages = table.closure((chosen[0],)).packages
    return all(not package.has_script or package.name in _OWN_BINARIES for package in packages)


def _scripted(step: Step) -> tuple[str, ...] | None:
    """The packages of ``package-lock.json`` that have an install script; None where it is not there, or old."""
    path = f"{step.before.workdir.rstrip('/')}/package-lock.json"
    node = step.before.filesystem.lookup(path)
    data = read_data(node, _LONGEST_LOCK) if isinstance(node, Inode) else None
    if data is None:
        return None
    try:
        packages = json.loads(data).get("packages")
    except (ValueError, RecursionError, AttributeError):
        return None
    if not isinstance(packages, dict):
        return None
    return tuple(
        sorted(
            {
                str(key).rpartition("node_modules/")[2]
                for key, entry in packages.items()
                if isinstance(entry, dict) and entry.get("hasInstallScript") is True and not entry.get("dev")
            }
        )
    )
