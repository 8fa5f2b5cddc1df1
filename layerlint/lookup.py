"""Facts from outside that a run may be given: what is asked, and what is answered.

A run that is given none asks nothing.  One that is given a `Lookup` is told what is known already, and what is
not is noted; who notes it may find out and run again (`layerlint.online`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeAlias

from layerlint._dataclass import dataclass
from layerlint.domain.size import Size

# ------------------------------------------------------------------------- questions


@dataclass(frozen=True, slots=True)
class WheelsWanted:
    """Which wheels an installer of Python distributions comes to."""

    requirements: tuple[str, ...]
    """PEP 508, without URLs and markers."""
    constraints: tuple[str, ...]
    python: str
    """``3.11``"""
    musl: bool
    """The C library of the image is musl, not glibc."""
    dependencies: bool
    indexes: tuple[str, ...]
    """Those that the Dockerfile names; empty for what is usual."""


@dataclass(frozen=True, slots=True)
class PackagesWanted:
    """What npm installs for names and ranges, or (``exact``) how large versions are."""

    packages: tuple[tuple[str, str], ...]
    exact: bool
    musl: bool
    registry: str
    """That which the Dockerfile names; empty for what is usual."""


@dataclass(frozen=True, slots=True)
class LengthWanted:
    """How long the answer to a GET is."""

    url: str
    redirects: bool = True
    """They are followed."""


Question: TypeAlias = WheelsWanted | PackagesWanted | LengthWanted

# --------------------------------------------------------------------------- answers


@dataclass(frozen=True, slots=True)
class Contents:
    """Of a wheel, as its own directory has it; bytes and counts of files."""

    files: int
    """In site-packages, with what an installer adds to the metadata."""
    count: int
    sources: int
    """Bytes of those that are compiled."""
    modules: int
    rest: int
    """Elsewhere under the prefix (``share``, ``include``)."""
    rest_count: int
    scripts: tuple[tuple[str, int], ...]
    """Programs that lie in it, and their bytes."""
    commands: tuple[str, ...]
    """Programs that the installer writes."""


@dataclass(frozen=True, slots=True)
class Wheel:
    name: str
    """Normalised."""
    version: str
    download: int | None
    contents: Contents | None


@dataclass(frozen=True, slots=True)
class Wheels:
    found: tuple[Wheel, ...]


@dataclass(frozen=True, slots=True)
class Packages:
    """As npm places them in ``node_modules``: one that is there twice counts twice."""

    bytes: Size
    files: Size
    packages: int
    entries: int
    """Of a lock file: those for other platforms too."""
    tarballs: Size
    metadata: int
    """Bytes of the registry's documents on the names."""
    foreign: Size
    """Tarballs and files of packages for other platforms."""
    scripted: tuple[str, ...]
    """Packages that run a script when they are installed."""
    programs: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    """Of each package that was asked for: programs, and their files in it."""
    missing: tuple[str, ...]
    """What the registry does not have, or does not tell."""

    def of(self, name: str) -> Mapping[str, str]:
        return dict(dict(self.programs).get(name, ()))


@dataclass(frozen=True, slots=True)
class Length:
    bytes: int
    packed: bool
    """The server packs what it sends: unpacked, it is longer."""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Why a question has none."""

    reason: str


Answer: TypeAlias = Wheels | Packages | Length


class Lookup(Protocol):
    """What is known; None where it is not, or not yet."""

    def wheels(self, question: WheelsWanted) -> Wheels | None: ...

    def packages(self, question: PackagesWanted) -> Packages | None: ...

    def length(self, question: LengthWanted) -> Length | None: ...
