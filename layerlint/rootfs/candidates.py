"""Which bases may do instead of one, out of the catalog: by its name, and by what is installed for nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.catalog import recipes
from layerlint.catalog.model import BaseImage
from layerlint.execution.bases import find

_SUITES: Final = ("bookworm", "bullseye", "buster", "focal", "jammy", "jessie", "noble", "stretch", "trixie")
_SUPPORTED: Final = ("bookworm", "trixie")
"""Releases of Debian that official images are still built on."""

VARIANTS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "debian": (("{suite}-slim", "slim variant"), ("{version}-slim", "slim variant")),
    "eclipse-temurin": (
        ("{version}-jre-{suite}", "runtime without the compiler"),
        ("{version}-jre", "runtime without the compiler"),
        ("{version}-jre-alpine", "Alpine variant"),
    ),
    "golang": (("{version}-alpine", "Alpine variant"),),
    "httpd": (("{version}-alpine", "Alpine variant"),),
    "nginx": (("{version}-alpine-slim", "Alpine variant"), ("{version}-alpine", "Alpine variant")),
    "node": (
        ("{version}-{suite}-slim", "slim variant"),
        ("{version}-slim", "slim variant"),
        ("{version}-alpine", "Alpine variant"),
    ),
    "openjdk": (("{version}-jre-slim", "runtime without the compiler"), ("{version}-slim", "slim variant")),
    "perl": (("{version}-slim-{suite}", "slim variant"), ("{version}-slim", "slim variant")),
    "python": (
        ("{version}-slim-{suite}", "slim variant"),
        ("{version}-slim", "slim variant"),
        ("{version}-alpine", "Alpine variant"),
    ),
    "redis": (("{version}-alpine", "Alpine variant"),),
    "ruby": (
        ("{version}-slim-{suite}", "slim variant"),
        ("{version}-slim", "slim variant"),
        ("{version}-alpine", "Alpine variant"),
    ),
    "rust": (("{version}-slim-{suite}", "slim variant"), ("{version}-slim", "slim variant")),
}
"""Tags beside the one that is used, by repository; one with a part that the tag has not is left out."""

PLAIN: Final = (
    "scratch",
    "gcr.io/distroless/static-debian13",
    "cgr.dev/chainguard/static",
    "busybox:glibc",
    "cgr.dev/chainguard/glibc-dynamic",
    "cgr.dev/chainguard/wolfi-base",
    "gcr.io/distroless/base-debian13",
    "gcr.io/distroless/cc-debian13",
)
"""For a program that brings all but a C library, the smallest first."""
_SMALL_SYSTEM: Final = "alpine:3.22"
"""The smallest with a package manager, and the newest of which the names of its packages are known."""
_WITH_APT: Final = frozenset({"buildpack-deps", "debian", "ubuntu"})
_PLAIN_BASES: Final = frozenset(
    {"alpine", "buildpack-deps", "busybox", "centos", "debian", "fedora", "ubuntu"}
)

RUNTIMES: Final[Mapping[tuple[str, str], str]] = {
    ("java", "17"): "gcr.io/distroless/java17-debian13",
    ("java", "21"): "gcr.io/distroless/java21-debian13",
    ("java", "25"): "gcr.io/distroless/java25-debian13",
    ("java", "26"): "cgr.dev/chainguard/jre",
    ("node", "20"): "gcr.io/distroless/nodejs20-debian13",
    ("node", "22"): "gcr.io/distroless/nodejs22-debian13",
    ("node", "24"): "gcr.io/distroless/nodejs24-debian13",
    ("node", "26"): "cgr.dev/chainguard/node",
    ("python", "3.13"): "gcr.io/distroless/python3-debian13",
    ("python", "3.14"): "cgr.dev/chainguard/python",
}
"""Images of an interpreter and nothing else, by the release that they have; Chainguard's go from release to release."""


@dataclass(frozen=True, slots=True)
class Candidate:
    reference: str
    what: str


def candidates(reference: str, family: str, version: str) -> tuple[Candidate, ...]:
    """For a base; ``family`` and ``version`` are those of the interpreter that it is for, or empty."""
    found: dict[str, Candidate] = {}
    architecture = recipes.architecture(reference)
    for candidate in (*_variants(reference), *_runtimes(family, version), *_plain(reference)):
        name = candidate.reference
        if "/" not in name and name != "scratch":  # those of others have one name for all machines
            name = f"{architecture}{name}"
        if name != reference:
            found.setdefault(name, Candidate(name, candidate.what))
    return tuple(found.values())


def newer(reference: str, image: BaseImage | None) -> tuple[Candidate, ...]:
    """The same image on a release that gets fixes of security: for a base that gets none."""
    repository, tag = recipes.split(reference)
    found: list[Candidate] = []
    suite = next((suite for suite in _SUITES if suite in tag.split("-")), None)
    if repository == "alpine":
        found.append(Candidate("alpine:3.22", "supported release"))
    elif repository == "debian":
        slim = "-slim" if "slim" in tag else ""
        found += (Candidate(f"debian:{suite}{slim}", "supported release") for suite in _SUPPORTED)
    elif suite is not None:
        found += (
            Candidate(f"{repository}:{tag.replace(suite, other)}", "supported release")
            for other in _SUPPORTED
            if other != suite
        )
    return tuple(each for each in found if each.reference != reference and is_known(each.reference))


def is_known(reference: str) -> bool:
    return reference == "scratch" or find(reference) is not None


def _variants(reference: str) -> Iterator[Candidate]:
    repository, tag = recipes.split(reference)
    if repository not in VARIANTS or re.search(r"alpine|onbuild|windows|nanoserver", tag):
        return
    parts = _parts(tag)
    done: set[str] = set()
    for pattern, what in VARIANTS[repository]:
        if what in done and what != "slim variant":
            continue
        filled = pattern
        for name, value in parts.items():
            filled = filled.replace(f"{{{name}}}", value)
        if "{" in filled or (what in done):
            continue
        if "slim" in tag and what == "slim variant":
            continue
        if ("jre" in tag and what.startswith("runtime")) or filled == tag:
            continue
        name = f"{repository}:{filled}"
        if is_known(name) and not (repository == "debian" and _before_slim(parts.get("version", ""))):
            done.add(what)
            yield Candidate(name, what)


def _before_slim(version: str) -> bool:
    """Debian's point releases have a slim variant since March 2017: 7.11 and 8.7."""
    numbers = [int(part) for part in version.split(".")[:2] if part]
    first = {7: 11, 8: 7}.get(numbers[0]) if numbers else None
    return bool(numbers) and (
        numbers[0] < 7 or (len(numbers) > 1 and first is not None and numbers[1] < first)
    )


def _parts(tag: str) -> dict[str, str]:
    """``version`` and ``suite`` of a tag, those that it has."""
    found: dict[str, str] = {}
    for part in tag.split("-"):
        if part in _SUITES:
            found["suite"] = part
        elif "version" not in found and re.fullmatch(r"\d{1,4}(?:\.\d{1,4}){0,3}", part):
            found["version"] = part
    return found


def _runtimes(family: str, version: str) -> Iterator[Candidate]:
    name = RUNTIMES.get((family, version))
    if name is not None and is_known(name):
        yield Candidate(name, _kind(name))


def _plain(reference: str) -> Iterator[Candidate]:
    repository, _ = recipes.split(reference)
    if repository in _WITH_APT:
        yield Candidate(_SMALL_SYSTEM, "Alpine")
    if repository not in _PLAIN_BASES:
        return
    for name in PLAIN:
        if is_known(name):
            yield Candidate(name, _kind(name))


def _kind(reference: str) -> str:
    if reference == "scratch":
        return "empty image"
    if reference.startswith("cgr.dev/"):
        return "Chainguard"
    return "distroless" if "distroless" in reference else "minimal image"
