"""The databases and logs that apt, dpkg and debconf write anew in every run, with their bytes.

The figures are those of real builds on Debian 12 (``oracle/truth`` and builds made for this): of a layer
that installs nothing but ``less``, a megabyte is these files.  What a file adds to is its size in the
file system, so a log that was removed starts again from nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from layerlint._dataclass import dataclass
from layerlint.catalog.model import Package
from layerlint.domain.size import Size, total
from layerlint.execution.packages.ledger import Ledger
from layerlint.filesystem.union import FileSystem

STATUS = "/var/lib/dpkg/status"
EXTENDED_STATES = "/var/lib/apt/extended_states"
_DEBCONF = "/var/cache/debconf"
_OPENED = (
    "/var/lib/dpkg/lock",
    "/var/lib/dpkg/lock-frontend",
    "/var/lib/dpkg/triggers/Lock",
    "/var/cache/apt/archives/lock",
)
"""Opened for writing, never written: in an overlay that copies them up."""


@dataclass(frozen=True, slots=True)
class Change:
    """One package in a transaction, as the databases and logs see it."""

    package: Package
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Transaction:
    """What one run of apt does to the packages."""

    installed: Sequence[Change] = ()
    upgraded: Sequence[Change] = ()
    removed: Sequence[Change] = ()
    purge: bool = False
    marked: int = 0
    """Bytes by which marks of packages that stay change ``extended_states``."""
    count: int = 0
    """Packages that are installed afterwards."""


def record(filesystem: FileSystem, transaction: Transaction, because: str) -> tuple[FileSystem, Size]:
    """Write the databases and logs of a transaction; also the bytes of all that was written."""
    ledger = Ledger(filesystem, because, _ELSEWHERE)
    gone = transaction.removed
    ledger.resize(
        STATUS,
        sum(c.package.footprint.status_bytes for c in transaction.installed)
        # A package that is removed but not purged keeps its paragraph if it has configuration files;
        # most have none.
        - sum(c.package.footprint.status_bytes for c in gone),
    )
    ledger.put(STATUS + "-old", ledger.size(STATUS))
    automatic = sum(mark_bytes(c.package.name) for c in transaction.installed if c.automatic)
    automatic -= sum(mark_bytes(c.package.name) for c in gone if c.automatic)
    ledger.resize(EXTENDED_STATES, automatic + transaction.marked)
    _record_debconf(ledger, transaction)
    _record_logs(ledger, transaction)
    _record_libraries(ledger, transaction)
    for path in _OPENED:
        ledger.open(path)
    ledger.filesystem = ledger.filesystem.make_directory(
        "/var/cache/apt/archives/partial", because, mode=0o700
    )
    return ledger.filesystem, total(ledger.written)


def record_marks(filesystem: FileSystem, delta: int, because: str) -> tuple[FileSystem, Size]:
    """Rewrite ``extended_states`` alone: ``apt-mark``, or an install of what is there already."""
    ledger = Ledger(filesystem, because, _ELSEWHERE)
    ledger.resize(EXTENDED_STATES, delta)
    return ledger.filesystem, total(ledger.written)


def mark_bytes(name: str) -> int:
    """Of a stanza of ``extended_states``: Package, Architecture, Auto-Installed and an empty line."""
    return len(f"Package: {name}\nArchitecture: amd64\nAuto-Installed: 1\n\n")


def open_locks(filesystem: FileSystem, paths: Iterable[str], because: str) -> FileSystem:
    ledger = Ledger(filesystem, because, _ELSEWHERE)
    for path in paths:
        ledger.open(path)
    return ledger.filesystem


def _record_debconf(ledger: Ledger, transaction: Transaction) -> None:
    """debconf sets the modes of its files in every run; it saves what changes, and keeps the last."""
    templates = sum(c.package.footprint.templates_bytes for c in transaction.installed)
    if transaction.purge:
        templates -= sum(c.package.footprint.templates_bytes for c in transaction.removed)
    for name, growth in (("templates.dat", 1.08), ("config.dat", 0.2)):
        path = f"{_DEBCONF}/{name}"
        if templates and ledger.filesystem.lookup(path) is not None:
            ledger.put(path + "-old", ledger.size(path))
            # 26,265 bytes of templates (ca-certificates) made 28,385 in templates.dat; what they make
            # in config.dat is between 0.02 (openssh-server) and 0.5 of them (ca-certificates).
            ledger.resize(path, int(templates * growth))
        else:
            ledger.open(path)
    ledger.open(f"{_DEBCONF}/passwords.dat")


def _record_logs(ledger: Ledger, transaction: Transaction) -> None:
    came = (*transaction.installed, *transaction.upgraded)
    names = [len(c.package.name) + 6 + len(c.package.version) for c in came]
    left = [len(c.package.name) + 6 + len(c.package.version) for c in transaction.removed]
    # dpkg.log: eight lines for a package that is unpacked and configured, each with its name and
    # version; some nine for one that is removed; the rest is of the run and of triggers.
    ledger.append("/var/log/dpkg.log", 400 + sum(280 + 7 * n for n in names) + sum(240 + 6 * n for n in left))
    # term.log: "Selecting …", "Preparing …", "Unpacking …", "Setting up …", or "Removing …"; and the
    # 460 bytes of "(Reading database …".
    ledger.append("/var/log/apt/term.log", 700 + sum(120 + 4 * n for n in names) + sum(25 + n for n in left))
    ledger.append("/var/log/apt/history.log", 190 + sum(16 + n for n in (*names, *left)))
    # The problem as given to a solver, compressed, of the last run only: 4.6 kB with 88 packages
    # installed, 17.3 kB with 528.
    ledger.put("/var/log/apt/eipp.log.xz", Size.around(2200 + 29 * transaction.count, 0.3, 0.3))


def _record_libraries(ledger: Ledger, transaction: Transaction) -> None:
    """``ldconfig`` runs if a shared library comes or goes: some 80 bytes an entry, in each of two caches."""
    came = sum(map(_has_library, (*transaction.installed, *transaction.upgraded)))
    gone = sum(map(_has_library, transaction.removed))
    if came or gone:
        ledger.resize("/etc/ld.so.cache", 80 * (came - gone))
        ledger.put("/var/cache/ldconfig/aux-cache", ledger.size("/etc/ld.so.cache"))


def _has_library(change: Change) -> bool:
    package = change.package
    return (
        package.name.startswith("lib")
        and package.architecture != "all"
        and not package.name.endswith(("-dev", "-perl", "-bin", "-utils", "-tools", "-common", "-data"))
    )


_ELSEWHERE = 0.08
"""How far the databases of two builds of one Dockerfile may lie apart, by the day and by what else their
packages write: 6 % between the snapshot's and the builds of November 2026 that they are held against."""
