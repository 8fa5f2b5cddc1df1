"""The distribution releases whose indexes can be fetched, and where their mirrors have them.

The sources are those of the official images: what ``apt-get update`` or ``apk update`` reads there.
"""

from __future__ import annotations

import re

from layerlint._dataclass import dataclass
from layerlint.errors import UsageError


@dataclass(frozen=True, slots=True)
class Source:
    mirror: str
    """What ``--url`` stands in for."""
    path: str
    """Below the mirror: apt's archive root, apk's ``v3.20/main``, an rpm repository."""
    suite: str = ""
    """Of apt: ``bookworm-updates``."""


@dataclass(frozen=True, slots=True)
class Release:
    name: str
    """As the user says it: ``debian:bookworm``."""
    file: str
    """As layerlint finds it: ``bookworm``."""
    kind: str
    """``apt``, ``apk`` or ``rpm``."""
    sources: tuple[Source, ...]
    components: tuple[str, ...] = ()
    """Of apt: those of the official images."""
    near: str = ""
    """Of apt: the bundled release whose packages resemble these most."""
    title: str = ""


_DEBIAN = (("10", "buster"), ("11", "bullseye"), ("12", "bookworm"), ("13", "trixie"))
_ARCHIVED = frozenset({"buster"})
"""Moved to archive.debian.org; it has no suite of updates there."""
_UBUNTU = (
    ("14.04", "trusty"),
    ("16.04", "xenial"),
    ("18.04", "bionic"),
    ("20.04", "focal"),
    ("22.04", "jammy"),
    ("24.04", "noble"),
    ("26.04", "resolute"),
)
"""The releases with long-term support: the others leave the mirror after nine months."""
_UBUNTU_NEAR = {"focal": "bullseye", "jammy": "bookworm", "noble": "trixie", "resolute": "trixie"}
_ALPINE = re.compile(r"alpine:(?P<release>3\.[0-9]{1,2}|edge)(?:\.[0-9]{1,2})?")
_FEDORA = re.compile(r"fedora:(?P<release>[0-9]{2})")
_REBUILDS = re.compile(r"(?P<name>almalinux|rockylinux):(?P<release>[89]|10)")
EXAMPLES = (
    *(f"debian:{code}" for _, code in _DEBIAN),
    *(f"ubuntu:{code}" for _, code in _UBUNTU),
    "alpine:3.22",
    "alpine:edge",
    "almalinux:9",
    "fedora:42",
    "rockylinux:9",
)
"""Names for messages; of Alpine, Fedora and the rebuilds any release will do."""


def find(name: str) -> Release:
    """A release by its name: ``debian:bookworm``, ``debian:12-slim``, ``bookworm``, ``alpine:3.20`` …"""
    word = name.strip().lower().removesuffix("-slim")
    for number, code in _DEBIAN:
        if word in (f"debian:{code}", f"debian:{number}", code):
            return _debian(number, code)
    for number, code in _UBUNTU:
        if word in (f"ubuntu:{code}", f"ubuntu:{number}", code):
            return _ubuntu(number, code)
    # the name of an index file, as `layerlint index list` shows it for one that is not known, has a dash
    spelled = word if ":" in word else word.replace("-", ":", 1)
    if found := _ALPINE.fullmatch(spelled):
        return _alpine(found["release"])
    if found := _FEDORA.fullmatch(spelled):
        return _fedora(found["release"])
    if found := _REBUILDS.fullmatch(spelled):
        return _rebuild(found["name"], found["release"])
    raise UsageError(f'there is no index "{name}"{_near(word)}')


def named(file: str) -> str:
    """The name of the release that an index file is of; the file's own if it is of none that is known."""
    try:
        return find(file).name
    except UsageError:
        return file


def _near(word: str) -> str:
    from layerlint.config.located import suggestion

    return suggestion(word, EXAMPLES) or f": try {', '.join(EXAMPLES)}"


def _debian(number: str, code: str) -> Release:
    mirror = "https://archive.debian.org" if code in _ARCHIVED else "https://deb.debian.org"
    security = f"{code}-security" if int(number) >= 11 else f"{code}/updates"
    updates = () if code in _ARCHIVED else (Source(mirror, "debian", f"{code}-updates"),)
    sources = (
        Source(mirror, "debian", code),
        *updates,
        Source(mirror, "debian-security", security),
    )
    near = code if int(number) >= 11 else "bullseye"
    return Release(f"debian:{code}", code, "apt", sources, ("main",), near, f"Debian {number}")


def _ubuntu(number: str, code: str) -> Release:
    archive, security = "http://archive.ubuntu.com", "http://security.ubuntu.com"
    sources = (
        *(Source(archive, "ubuntu", suite) for suite in (code, f"{code}-updates", f"{code}-backports")),
        Source(security, "ubuntu", f"{code}-security"),
    )
    components = ("main", "restricted", "universe", "multiverse")
    near = _UBUNTU_NEAR.get(code, "bullseye")
    return Release(f"ubuntu:{code}", code, "apt", sources, components, near, f"Ubuntu {number}")


def _alpine(release: str) -> Release:
    branch = release if release == "edge" else f"v{release}"
    sources = tuple(
        Source("https://dl-cdn.alpinelinux.org/alpine", f"{branch}/{repository}")
        for repository in ("main", "community")
    )
    return Release(f"alpine:{release}", f"alpine-{release}", "apk", sources, title=f"Alpine {release}")


def _fedora(release: str) -> Release:
    mirror = "https://dl.fedoraproject.org/pub/fedora/linux"
    sources = (
        Source(mirror, f"releases/{release}/Everything/x86_64/os"),
        Source(mirror, f"updates/{release}/Everything/x86_64"),
    )
    return Release(f"fedora:{release}", f"fedora-{release}", "rpm", sources, title=f"Fedora {release}")


def _rebuild(name: str, release: str) -> Release:
    mirror, title = {
        "almalinux": ("https://repo.almalinux.org/almalinux", "AlmaLinux"),
        "rockylinux": ("https://dl.rockylinux.org/pub/rocky", "Rocky Linux"),
    }[name]
    sources = tuple(
        Source(mirror, f"{release}/{repository}/x86_64/os")
        for repository in ("BaseOS", "AppStream", "extras")
    )
    return Release(f"{name}:{release}", f"{name}-{release}", "rpm", sources, title=f"{title} {release}")
