"""The npm registry's documents: the versions of a name, and what is told of each."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

from layerlint._dataclass import dataclass
from layerlint.catalog.semver import Version, parse_version, satisfies
from layerlint.online.client import Client
from layerlint.online.errors import OnlineError

_ACCEPT: Final = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8"
_DOCUMENT: Final = 48 << 20
"""Bytes of a document: the longest of the public registry have some 30 MB."""
_NAME: Final = re.compile(r"(?:@[a-z0-9~_.-]{1,100}/)?[A-Za-z0-9~_.-]{1,214}")
_NEEDS: Final = 2_000
_satisfies = lru_cache(maxsize=50_000)(satisfies)


@dataclass(frozen=True, slots=True)
class Release:
    """One version of a package."""

    name: str
    version: str
    needs: tuple[tuple[str, str], ...]
    """Names and ranges: dependencies, optional ones, and peers that are not optional."""
    optional: frozenset[str]
    is_foreign: bool
    """It says that it is not for Linux, this machine and its C library."""
    has_script: bool
    programs: tuple[tuple[str, str], ...]
    tarball: str
    unpacked: int | None
    files: int | None


class Documents:
    """Each is fetched once; used by several threads."""

    def __init__(self, client: Client, registry: str, machine: str, *, musl: bool) -> None:
        self._client, self._registry = client, registry
        self._where = (
            "linux",
            {"amd64": "x64", "386": "ia32"}.get(machine, machine),
            "musl" if musl else "glibc",
        )
        self._held: dict[str, tuple[Mapping[str, Any], int] | OnlineError] = {}
        self._lock = threading.Lock()

    def length(self, name: str) -> int:
        """Bytes of a document that was fetched; 0 for one that was not."""
        held = self._held.get(name)
        return held[1] if isinstance(held, tuple) else 0

    def release(self, name: str, wanted: str) -> Release:
        """What npm takes for a range, a version or a tag; raises OnlineError."""
        document = self._document(name)
        versions = _mapping(document.get("versions"))
        chosen = _chosen(versions, _mapping(document.get("dist-tags")), wanted.strip())
        if chosen is None:
            raise OnlineError(f"the registry has no {name}@{wanted[:60]}")
        return self._read(name, chosen, _mapping(versions[chosen]))

    def _document(self, name: str) -> Mapping[str, Any]:
        if not _NAME.fullmatch(name) or name in (".", ".."):
            raise OnlineError(f"{name[:60]} is not the name of a package")
        with self._lock:
            held = self._held.get(name)
        if held is None:
            try:
                data, _ = self._client.get(f"{self._registry}/{quote(name, safe='@')}", _DOCUMENT, _ACCEPT)
                found = json.loads(data)
                if not isinstance(found, dict):
                    raise ValueError
                held = found, len(data)
            except OnlineError as error:
                held = error
            except (ValueError, RecursionError):
                held = OnlineError("the npm registry gives an answer that cannot be read")
            with self._lock:
                self._held[name] = held
        if isinstance(held, OnlineError):
            raise OnlineError(str(held))
        return held[0]

    def _read(self, name: str, version: str, row: Mapping[str, Any]) -> Release:
        optional = _texts(row.get("optionalDependencies"))
        may_lack = {
            peer
            for peer, meta in _mapping(row.get("peerDependenciesMeta")).items()
            if _mapping(meta).get("optional")
        }
        peers = {
            peer: text for peer, text in _texts(row.get("peerDependencies")).items() if peer not in may_lack
        }
        bundled = row.get("bundleDependencies") or row.get("bundledDependencies")
        every = {**peers, **_texts(row.get("dependencies")), **optional}
        inside = set(every) if bundled is True else set(_names(bundled))
        dist = _mapping(row.get("dist"))
        return Release(
            name,
            version,
            tuple((need, text) for need, text in every.items() if need not in inside)[:_NEEDS],
            frozenset(optional),
            self._is_foreign(row),
            row.get("hasInstallScript") is True or bool(_INSTALLS & _texts(row.get("scripts")).keys()),
            tuple(_programs(name, row.get("bin"))),
            dist["tarball"] if isinstance(dist.get("tarball"), str) else "",
            _amount(dist.get("unpackedSize")),
            _amount(dist.get("fileCount")),
        )

    def _is_foreign(self, row: Mapping[str, Any]) -> bool:
        return any(
            not _allows(row.get(key), value)
            for key, value in zip(("os", "cpu", "libc"), self._where, strict=True)
        )


_INSTALLS: Final = frozenset({"preinstall", "install", "postinstall"})


def _chosen(versions: Mapping[str, Any], tags: Mapping[str, Any], wanted: str) -> str | None:
    """As npm chooses: what ``latest`` is if it fits, else the highest that fits and is not deprecated."""
    if wanted in versions:
        return wanted
    tagged = tags.get(wanted or "latest")
    if isinstance(tagged, str) and tagged in versions:
        return tagged
    latest = tags.get("latest")
    if isinstance(latest, str) and latest in versions and "-" not in latest and _fits(latest, wanted):
        return latest
    fitting = [version for version in versions if _fits(version, wanted)]
    finished = [version for version in fitting if "-" not in version]
    kept = [version for version in finished if not _mapping(versions[version]).get("deprecated")]
    return max(kept or finished or _early(fitting, wanted), key=_key, default=None)


def _early(fitting: list[str], wanted: str) -> list[str]:
    """Prereleases, which a range takes only where it names one."""
    return fitting if "-" in wanted.replace(" - ", " ") else []


def _fits(version: str, wanted: str) -> bool:
    key = parse_version(version)
    return key is not None and _satisfies(key, wanted or "*") is True


def _key(version: str) -> tuple[Version, str]:
    return parse_version(version) or (0, 0, 0), version


def _allows(listed: object, value: str) -> bool:
    """``os``, ``cpu``, ``libc``: one of the names, or none of those behind a ``!``."""
    names = [listed] if isinstance(listed, str) else _names(listed)
    if not names or "any" in names:
        return True
    if f"!{value}" in names:
        return False
    named = [name for name in names if not name.startswith("!")]
    return not named or value in named


def _programs(name: str, listed: object) -> list[tuple[str, str]]:
    if isinstance(listed, str):
        return [(name.rpartition("/")[2], listed)]
    return [(program, file) for program, file in _texts(listed).items() if "/" not in program]


def _names(value: object) -> list[str]:
    """The texts of a list; empty for what is none."""
    listed = value if isinstance(value, list) else ()
    return [each for each in listed[:_NEEDS] if isinstance(each, str)]


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> dict[str, str]:
    return {key: text for key, text in _mapping(value).items() if isinstance(text, str)}


def _amount(value: object) -> int | None:
    is_amount = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << 40
    return value if is_amount and isinstance(value, int) else None
