"""Indexes of rpm repositories in the user's cache: none is bundled."""

from __future__ import annotations

from functools import cache

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.catalog.blocks import BlockFile
from layerlint.catalog.cache import is_cached
from layerlint.catalog.index_files import kind, newest

_MAJOR = pattern(r"[0-9]{1,3}")
_INDEXES = {
    "almalinux": ("almalinux", "rockylinux"),
    "fedora": ("fedora",),
    "ol": ("almalinux", "rockylinux"),
    "rhel": ("almalinux", "rockylinux"),
    "rocky": ("rockylinux", "almalinux"),
}
"""The distributions whose index answers for an image, by its ``ID``, the nearest first: the rebuilds of RHEL are
made of its sources, release by release."""


@dataclass(frozen=True, slots=True)
class RpmPackage:
    name: str
    version: str
    download_size: int
    installed_size: int
    """Bytes of its files."""
    requires: tuple[str, ...]
    """Names of packages, capabilities and files; without versions, and without what it provides itself."""
    recommends: tuple[str, ...]


class RpmIndex:
    """The packages of one release (x86_64, noarch) at a date."""

    def __init__(self, name: str, file: BlockFile) -> None:
        self.name = name
        self.date: str = file.meta["date"]
        self._file = file

    def get(self, name: str) -> RpmPackage | None:
        line = self._file.line("package", name)
        return None if line is None else _decode(line)

    def providers(self, word: str) -> tuple[str, ...]:
        """Packages that provide a capability or have a file, sorted; one does not provide its own name."""
        line = self._file.line("provider", word)
        return tuple(sorted(line.partition("\t")[2].split(" "))) if line else ()


def _decode(line: str) -> RpmPackage:
    fields = line.split("\t")
    fields += [""] * (8 - len(fields))
    return RpmPackage(
        fields[0],
        fields[1],
        int(fields[3]),
        int(fields[4]),
        tuple(fields[5].split()),
        tuple(fields[6].split()),
    )


def index_name(distribution: str | None, release: str | None) -> str | None:
    """The name of the index that answers for an image; None if the user has fetched none."""
    major = _MAJOR.match(release or "")
    if major is None:
        return None
    names = (f"{name}-{major[0]}" for name in _INDEXES.get(distribution or "", ()))
    return next((name for name in names if is_cached(name) and open_index(name) is not None), None)


@cache
def open_index(name: str) -> RpmIndex | None:
    """By the name of its file (``fedora-43``); None if there is no sound one."""
    file = newest(name)
    return RpmIndex(name, file) if file is not None and kind(name, file) == "rpm" else None
