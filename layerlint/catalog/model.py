"""What the catalog knows of a package and of a base image."""

from __future__ import annotations

from collections.abc import Mapping

from layerlint._dataclass import dataclass
from layerlint.domain.size import Size
from layerlint.domain.text import Text
from layerlint.filesystem.node import Directory
from layerlint.filesystem.union import FileSystem


@dataclass(frozen=True, slots=True)
class Relation:
    """``name (operator version)`` of a control field; operator and version are empty without one."""

    name: str
    operator: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """Files that a package puts in one place: a file of its own, or a count of files under a directory."""

    path: str
    """The file (``count`` 1), or the directory that they are in or under."""
    bytes: Size
    count: int
    summary: bool
    """True: ``path`` is a directory that stands for ``count`` files."""


@dataclass(frozen=True, slots=True)
class Footprint:
    """What an installed package occupies, before dpkg's path excludes are applied."""

    pieces: tuple[Piece, ...]
    info_bytes: int
    """Of its files in ``/var/lib/dpkg/info``."""
    info_files: int
    status_bytes: int
    """Of its paragraph in ``/var/lib/dpkg/status``."""
    measured: bool
    """Read from the package itself, not estimated from the index."""
    templates_bytes: int = 0
    """Of its debconf templates (part of ``info_bytes``): debconf's databases grow with them."""

    def __hash__(self) -> int:
        """Of some of it: what is known of a package is looked up by its footprint, whose pieces are many."""
        return hash((self.info_bytes, self.status_bytes, len(self.pieces)))


@dataclass(frozen=True, slots=True)
class Package:
    """One package of an index, at its candidate version."""

    name: str
    version: str
    architecture: str
    installed_size: int
    """Bytes, from the control field (KiB, rounded up for every file)."""
    download_size: int
    """Bytes of the archive."""
    depends: tuple[tuple[Relation, ...], ...]
    """Pre-Depends and Depends: all of the groups, any of a group."""
    recommends: tuple[tuple[Relation, ...], ...]
    provides: tuple[Relation, ...]
    conflicts: tuple[Relation, ...]
    """Conflicts and Breaks."""
    essential: bool
    priority: str
    footprint: Footprint


@dataclass(frozen=True, slots=True)
class IndexFile:
    """One file that an index update writes, with its usual size in bytes."""

    path: str
    bytes: int


@dataclass(frozen=True, slots=True)
class InstalledPackage:
    name: str
    version: str
    automatic: bool = False
    """Installed as a dependency only (``apt-mark auto``)."""


@dataclass(frozen=True, slots=True)
class BaseImage:
    """A base image: its files, as far as they are known, and the facts that a build takes over."""

    reference: str
    """``debian:bookworm-slim``"""
    names: tuple[str, ...]
    """Other tags of the same image."""
    filesystem: FileSystem
    """What of its files is known: all, all but what packages and tools bring (`FileSystem.packaged`,
    `FileSystem.vague`), or nothing but their size (a root that is not complete)."""
    size: Size
    """Bytes of its regular files."""
    packages: Mapping[str, InstalledPackage]
    manager: str | None
    """``apt``, ``apk`` …"""
    index: str | None
    """The name of its package index: ``bookworm``."""
    path_excludes: tuple[str, ...]
    path_includes: tuple[str, ...]
    """dpkg's ``path-exclude`` and ``path-include`` patterns."""
    environment: Mapping[str, Text]
    """A variable that it sets to something that is not known here is in it too, as unknown."""
    user: str
    """As in USER; empty is root."""
    shell: tuple[str, ...]
    command: tuple[str, ...]
    date: str
    """Of the facts, ``YYYY-MM-DD``."""
    source: str
    """Where the facts come from."""
    workdir: str = "/"
    environment_complete: bool = True
    """Every variable that it sets is in ``environment``."""
    index_exact: bool = True
    """False: the index, and the packages, are those of another release, the nearest that is known here."""
    distribution: str | None = None
    """The ``ID`` of its ``os-release``: ``debian``, ``alpine`` …"""
    release: str | None = None
    """``bookworm``, ``3.20`` …"""
    libc: str | None = None
    """``glibc``, ``musl``; None where there is none, or it is not known."""
    end_of_life: str | None = None
    """The day after which what it is made for gets no more fixes of security, ``YYYY-MM-DD``."""
    assumed: str | None = None
    """What it is taken for, as most images of its publisher stand on that: another image, or a distribution.  It
    is not known to be so, and what it sets is not known.  None where the facts are its own."""
    on_build: tuple[str, ...] = ()
    """Its triggers: what a build that is FROM it runs first."""
    measured: bool = False
    """Read out of the image itself, not taken from the catalog."""

    @property
    def root(self) -> Directory:
        return self.filesystem.root

    @property
    def files_known(self) -> bool:
        """Its tree is known, if not to the last name."""
        return self.filesystem.root.complete
