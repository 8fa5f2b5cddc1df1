"""What an rpm-based system keeps beside the files of its packages: database, metadata, history and logs.

Bytes of the database a package: 57,000 (CentOS 7 after ``rpm --rebuilddb``: 8.4 MB for about 148 packages,
CentOS/sig-cloud-instance-images#155); 27,000 with rpm 4.18 for one of a hundred small files (measured).  It is
one file, written anew by each transaction, so all of it ships again.
"""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass, field
from layerlint.commands import _rpm_sizes as sizes
from layerlint.commands._paths import join
from layerlint.domain.size import Size
from layerlint.effects import Effect, Invocation, Populate, Remove, Replace, View, Write
from layerlint.filesystem.node import Inode

METADATA = "metadata"
PACKAGES = "packages"
_DATABASES = (
    "/usr/lib/sysimage/rpm/rpmdb.sqlite", "/usr/lib/sysimage/rpm/Packages.db", "/var/lib/rpm/rpmdb.sqlite",
    "/var/lib/rpm/Packages.db", "/var/lib/rpm/Packages",
)  # fmt: skip
_RECORD = Size(10_000, 57_000, 120_000)


@dataclass(frozen=True, slots=True)
class Tool:
    """A front end, on the base image that it is most often found in."""

    name: str
    cache: str
    metadata: Size
    """Of the repositories, in the cache."""
    database: str
    """Where nothing is known of the base image."""
    held: Size
    """The database of that base image."""
    asks: bool = True
    """It asks before it changes anything, and a build has nobody to answer."""
    rewritten: tuple[tuple[str, Size], ...] = ()
    logs: tuple[tuple[str, Size], ...] = field(default=())
    """What a transaction appends."""


_HISTORY = (
    ("/var/lib/dnf/history.sqlite", Size(118_784, 118_784, 2_000_000)),
    ("/var/lib/dnf/history.sqlite-shm", Size(0, 32_768, 32_768)),
    ("/var/lib/dnf/history.sqlite-wal", Size(0, 60_000, 4_200_000)),
)
"""Measured with dnf 4.14: one package, then two; SQLite checkpoints a journal of 4 MB."""
_DNF_LOGS = (
    ("/var/log/dnf.librepo.log", Size(300, 2_000, 200_000)),
    ("/var/log/dnf.log", Size(2_000, 6_000, 200_000)),
    ("/var/log/dnf.rpm.log", Size(100, 2_000, 100_000)),
    ("/var/log/hawkey.log", Size(120, 240, 20_000)),
)
"""The lower bounds are those of dnf 4.14 with one package out of one local repository."""

_EL7 = "/var/lib/rpm/Packages"
_SQLITE = "/var/lib/rpm/rpmdb.sqlite"
TOOLS = {
    # CentOS 7 ships 22 MB of database (the same issue).  250 MB of cache: QubesOS/qubes-issues#1507.
    "yum": Tool(
        "yum", "/var/cache/yum", Size(20_000_000, 150_000_000, 400_000_000), _EL7,
        Size(7_000_000, 20_000_000, 40_000_000),
        logs=(("/var/log/yum.log", Size(60, 1_500, 40_000)),),
    ),
    # 60, 80, 150, 150 and 200 MB of cache: ManageIQ/manageiq-rpm_build#217, llm-d/llm-d-router#328,
    # florianfesti/boxes#151, QubesOS/qubes-issues#1507, projectatomic/commissaire-mvp#21.
    "dnf": Tool(
        "dnf", "/var/cache/dnf", Size(20_000_000, 130_000_000, 400_000_000), _SQLITE,
        Size(5_000_000, 10_000_000, 30_000_000), rewritten=_HISTORY, logs=_DNF_LOGS,
    ),
    "dnf5": Tool(
        "dnf5", "/var/cache/libdnf5", Size(20_000_000, 130_000_000, 400_000_000),
        "/usr/lib/sysimage/rpm/rpmdb.sqlite", Size(5_000_000, 10_000_000, 30_000_000),
        rewritten=(("/usr/lib/sysimage/libdnf5/transaction_history.sqlite", Size(60_000, 120_000, 2_000_000)),),
        logs=(("/var/log/dnf5.log", Size(1_000, 6_000, 200_000)),),
    ),
    # Under the name of yum: stackrox/stackrox#1356, rpm-software-management/microdnf#49.
    "microdnf": Tool(
        "microdnf", "/var/cache/yum", Size(10_000_000, 80_000_000, 400_000_000), _SQLITE,
        Size(3_000_000, 6_000_000, 20_000_000), asks=False, rewritten=_HISTORY[:1],
    ),
    # 173 MB of cache: project-dalec/dalec#73 (built packages among them).
    "tdnf": Tool(
        "tdnf", "/var/cache/tdnf", Size(2_000_000, 30_000_000, 180_000_000), _SQLITE,
        Size(1_000_000, 2_500_000, 15_000_000),
    ),
    # 178 MB of cache: suse-edge/edge-image-builder#213.
    "zypper": Tool(
        "zypper", "/var/cache/zypp", Size(20_000_000, 150_000_000, 400_000_000),
        "/usr/lib/sysimage/rpm/Packages.db", Size(3_000_000, 8_000_000, 25_000_000),
        logs=(
            ("/var/log/zypp/history", Size(100, 4_000, 400_000)),
            ("/var/log/zypper.log", Size(10_000, 300_000, 10_000_000)),
        ),
    ),
}  # fmt: skip
"""The databases of bases other than CentOS 7 are 57,000 bytes times the packages there: about 175 in UBI and
Rocky Linux 8 and 9, 145 in Fedora, 105 in UBI minimal, 40 in Photon, 140 in openSUSE Leap."""


def fetched(invocation: Invocation, tool: Tool, root: str, *, anew: bool = False) -> tuple[Effect, ...]:
    """Metadata of the repositories, unless an earlier command left it there."""
    if not anew and invocation.view.lookup(join(root + tool.cache, f"<{METADATA}>")) is not None:
        return ()
    old = (Remove(join(root + tool.cache, f"<{METADATA}>")),) if anew else ()
    return (*old, Populate(root + tool.cache, METADATA, tool.metadata, Size(10, 40, 400)))


def recorded(invocation: Invocation, tool: Tool, root: str, added: Size) -> tuple[Effect, ...]:
    """Database, history and logs after a transaction of so many packages."""
    path, held = database(invocation.view, tool, root)
    grown = Size(held.low, held.likely + added.likely * _RECORD.likely, None)
    if held.high is not None and added.high is not None and _RECORD.high is not None:
        grown = Size(grown.low, grown.likely, held.high + added.high * _RECORD.high)
    effects: list[Effect] = [Replace(path, grown)]
    effects += [Replace(root + name, size) for name, size in tool.rewritten]
    effects += [Write(root + name, size, append=True) for name, size in tool.logs]
    if tool.name == "yum":
        # yumdb has a directory a package, history a database a day.
        effects.append(
            Populate(f"{root}/var/lib/yum", "history", Size(20_000, 200_000, 5_000_000), Size(2, 40, 9000))
        )
    return tuple(effects)


def database(view: View, tool: Tool, root: str) -> tuple[str, Size]:
    """Where the database is, and how large."""
    for path in _DATABASES:
        node = view.lookup(root + path)
        if isinstance(node, Inode):
            return root + path, node.size
    return root + tool.database, Size(0, 300_000, tool.held.high) if root else tool.held


def cleaned(invocation: Invocation, root: str, caches: tuple[str, ...], *names: str) -> Iterator[Remove]:
    """What is known to be in the caches, taken away; the directories and a few small files stay."""
    for cache in caches:
        for name in names:
            path = join(root + cache, f"<{name}>")
            if invocation.view.lookup(path) is not None:
                yield Remove(path)


def installed(found: tuple[sizes.Brought, ...], root: str, manager: str = "rpm") -> tuple[Effect, ...]:
    """The files: nearly all of the bytes are under /usr, of software collections and vendors under /opt."""
    effects: list[Effect] = []
    for item in found:
        directory = f"{root}/opt" if item.name.startswith(_IN_OPT) else f"{root}/usr"
        if sizes.is_release(item.name):
            directory = f"{root}/etc"
        reason = "" if item.measured else sizes.WHY if manager == "rpm" else _WHY
        count = Size(1, max(4, item.size.likely // 20_000), None)
        effects.append(Populate(directory, item.name, item.size, count, reason, f"{manager}:{item.name}"))
    if found and not all(item.measured for item in found):
        configuration = Size(0, 5_000 * len(found), 2_000_000)
        effects.append(
            Populate(
                f"{root}/etc",
                f"configuration of {found[0].name}",
                configuration,
                Size(1, 3 * len(found), 4000),
            )
        )
    return tuple(effects)


def present(view: View, root: str) -> frozenset[str]:
    """Names of packages that commands before this one brought."""
    return frozenset(
        name[1:-1]
        for directory in ("usr", "opt", "etc")
        for name in view.children(f"{root}/{directory}")
        if name.startswith("<")
    )


_WHY = "which packages come along is not known without an index"
_IN_OPT = ("devtoolset-", "google-chrome", "httpd24", "llvm-toolset-", "rh-", "gcc-toolset-")


def removed(
    invocation: Invocation, names: tuple[str, ...], root: str, manager: str = "rpm"
) -> tuple[Effect, ...]:
    """A package that a command before this one brought goes with what came with it; of others, nothing is known."""
    effects: list[Effect] = []
    others = []
    for name in names:
        found = [
            path
            for directory in ("usr", "opt", "etc")
            if invocation.view.lookup(path := f"{root}/{directory}/<{sizes.plain(name).replace('/', '|')}>")
            is not None
        ]
        effects += [Remove(path) for path in found]
        if not found:
            others.append(name)
    if others:
        reason = f"which files of {' '.join(others[:3])} go is not known"
        effects.append(Populate(f"{root}/usr", "removed", Size(0, 0, 0), Size(1, 1, None), reason))
    return tuple(effects)
