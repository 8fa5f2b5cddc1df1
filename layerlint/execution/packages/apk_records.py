"""The databases that apk writes anew in every run, with their bytes."""

from __future__ import annotations

from layerlint.catalog.alpine import AlpineIndex
from layerlint.domain.size import ZERO, Size, total
from layerlint.execution.packages.database import Installed
from layerlint.execution.packages.ledger import Ledger
from layerlint.filesystem.union import FileSystem

DATABASE = "/lib/apk/db"
WORLD = "/etc/apk/world"
_SIZES = {
    f"{DATABASE}/installed": Size(5_000, 14_700, 2_000_000),
    f"{DATABASE}/scripts.tar": Size(5_000, 11_264, 500_000),
    f"{DATABASE}/triggers": Size(0, 76, 2_000),
    WORLD: Size(10, 59, 2_000),
}
"""Of the databases, in Alpine 3.16 to 3.20 as published; high in an image of which nothing is known."""
_SCRIPTS = Size(0, 300, 1_500)
"""Bytes by which a package grows ``scripts.tar``: an assumption.  Those of the root make it 10,240 to 11,264
bytes with 14 or 15 packages, and have scripts more often than others."""
VIRTUAL_VERSION = "20260101.120000"
"""apk gives a virtual package the time as its version."""


def open_lock(filesystem: FileSystem, because: str) -> FileSystem:
    return filesystem.write(f"{DATABASE}/lock", ZERO, because, append=True)


def record_bytes(index: AlpineIndex, package: Installed) -> int:
    """Of a package's paragraph in the database: a virtual one has nothing but its fields."""
    found = index.get(package.name) if package.depends is None else None
    if found is not None:
        return found.record_bytes
    return 150 + len(package.name) + sum(len(word) + 1 for word in package.depends or ())


def world_bytes(package: Installed) -> int:
    """Of a line of ``/etc/apk/world``: a virtual package stands there with its version."""
    version = f"={package.version}" if package.version == VIRTUAL_VERSION else ""
    return len(package.name + version) + 1


def record_databases(ledger: Ledger, records: int, words: int, new: int, *, known: bool) -> None:
    """Every run that changes something, or is asked to, writes all four files anew, beside its lock."""
    if not known:
        for path, size in _SIZES.items():
            if ledger.filesystem.lookup(path) is None:
                ledger.put(path, size)
        ledger.written.clear()
    ledger.filesystem = open_lock(ledger.filesystem, ledger.because)
    ledger.resize(f"{DATABASE}/installed", records)
    scripts = ledger.size(f"{DATABASE}/scripts.tar")
    ledger.put(f"{DATABASE}/scripts.tar", total((scripts, *[_SCRIPTS] * new)))
    ledger.put(f"{DATABASE}/triggers", ledger.size(f"{DATABASE}/triggers"))
    world = ledger.size(WORLD)
    if world.is_exact:
        ledger.put(WORLD, Size.exact(max(0, world.likely + words)))
    else:
        ledger.resize(WORLD, words)
