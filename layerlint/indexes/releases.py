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


_DEBIAN = {
    "wheezy": 7,
    "jessie": 8,
    "stretch": 9,
    "buster": 10,
    "bullseye": 11,
    "bookworm": 12,
    "trixie": 13,
    "forky": 14,
    "sid": 15,
}
_DEBIAN_ALIASES = {"testing": "forky", "unstable": "sid"}
_ARCHIVED = 10
"""The last release of Debian that has moved to archive.debian.org; there is no suite of updates there."""
_UBUNTU = {
    "bionic": "18.04",
    "focal": "20.04",
    "jammy": "22.04",
    "noble": "24.04",
    "resolute": "26.04",
    "trusty": "14.04",
    "xenial": "16.04",
}
"""The releases with long-term support: the others leave the mirror after nine months."""
_UBUNTU_OLD = {
    "artful": "17.10",
    "cosmic": "18.10",
    "disco": "19.04",
    "eoan": "19.10",
    "groovy": "20.10",
    "hirsute": "21.04",
    "impish": "21.10",
    "kinetic": "22.10",
    "lunar": "23.04",
    "mantic": "23.10",
    "oracular": "24.10",
    "plucky": "25.04",
    "precise": "12.04",
    "vivid": "15.04",
    "wily": "15.10",
    "yakkety": "16.10",
    "zesty": "17.04",
}
"""On old-releases.ubuntu.com."""
_ALPINE = re.compile(r"alpine:(?P<release>3\.[0-9]{1,2}|edge)(?:\.[0-9]{1,2})?")
_FEDORA = re.compile(r"fedora:(?P<release>[0-9]{2})")
_REBUILDS = re.compile(r"(?P<name>almalinux|rockylinux):(?P<release>[89]|10)")
EXAMPLES = (
    *(f"debian:{code}" for code in _DEBIAN),
    *(f"ubuntu:{code}" for code in _UBUNTU),
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
    bare = word.removeprefix("debian:")
    bare = _DEBIAN_ALIASES.get(bare, bare) if bare != word else bare
    for code, number in _DEBIAN.items():
        if bare == code or word == f"debian:{number}" or word.startswith(f"debian:{number}."):
            return _debian(number, code)
    for code, version in (_UBUNTU | _UBUNTU_OLD).items():
        if word in (f"ubuntu:{code}", f"ubuntu:{version}", code):
            return _ubuntu(version, code)
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


def _debian(number: int, code: str) -> Release:
    mirror = "https://archive.debian.org" if number <= _ARCHIVED else "https://deb.debian.org"
    sources = [Source(mirror, "debian", code)]
    if number > _ARCHIVED and code != "sid":
        sources.append(Source(mirror, "debian", f"{code}-updates"))
    if code != "sid":
        security = f"{code}-security" if number >= 11 else f"{code}/updates"
        sources.append(Source(mirror, "debian-security", security))
    near = {11: "bullseye", 12: "bookworm"}.get(max(number, 11), "trixie")
    title = "Debian sid" if code == "sid" else f"Debian {number}"
    return Release(f"debian:{code}", code, "apt", tuple(sources), ("main",), near, title)


def _ubuntu(version: str, code: str) -> Release:
    archive, security = "http://archive.ubuntu.com", "http://security.ubuntu.com"
    if code in _UBUNTU_OLD:
        archive = security = "http://old-releases.ubuntu.com"
    sources = (
        *(Source(archive, "ubuntu", suite) for suite in (code, f"{code}-updates", f"{code}-backports")),
        Source(security, "ubuntu", f"{code}-security"),
    )
    components = ("main", "restricted", "universe", "multiverse")
    year = int(version[:2])  # the release of Debian that it was made beside
    near = "bullseye" if year < 22 else "bookworm" if year < 24 else "trixie"
    return Release(f"ubuntu:{code}", code, "apt", sources, components, near, f"Ubuntu {version}")


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
