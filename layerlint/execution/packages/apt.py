"""What apt-get does to a Debian file system, effect by effect, with the bytes of a real build."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import assert_never

from layerlint._dataclass import dataclass, replace
from layerlint.catalog.model import Package
from layerlint.catalog.packages import PackageIndex, near_index, open_index
from layerlint.commands import _apt_configuration as configuration
from layerlint.domain.size import Size, total
from layerlint.domain.truth import Truth
from layerlint.effects import (
    CleanCache,
    InstallPackages,
    MarkPackages,
    PackageEffect,
    RemovePackages,
    RemoveUnused,
    UpdateIndex,
    UpgradePackages,
)
from layerlint.execution.packages import placement, records, requests, resolver, vendors
from layerlint.execution.packages.applied import Applied
from layerlint.execution.packages.database import Installed, PackageDatabase
from layerlint.execution.packages.nearby import UNKNOWN_PACKAGE
from layerlint.execution.packages.records import Change, Transaction
from layerlint.filesystem.node import BASE_LAYER, Directory, Inode, Kind, Node
from layerlint.filesystem.union import FileSystem

LISTS = "/var/lib/apt/lists"
ARCHIVES = "/var/cache/apt/archives"
_CACHES = ("/var/cache/apt/pkgcache.bin", "/var/cache/apt/srcpkgcache.bin")
_CACHE_RATIO = 1.88
"""Bytes of ``pkgcache.bin`` to those of the compressed lists: 36.9 MB to 19.6 MB on Debian 12."""
_TEXT_RATIO = 2.66
"""Bytes of a list to those of its lz4 form: 50.1 MB to 18.8 MB on Debian 12."""
_OTHER_LISTS = Size(0, 300_000, None)
"""Of a source beside the distribution's: a vendor's has few packages (NodeSource, Docker: some 100 kB in
lz4), backports has 4 MB."""
_SOURCES = ("/etc/apt/sources.list", "/etc/apt/sources.list.d")
_ALIASES = {"bullseye": "oldoldstable", "bookworm": "oldstable", "trixie": "stable"}
"""As of the snapshots (2026)."""
_PLAIN = 150
"""Packages of an image of a distribution alone: those of the catalog have 78 to 104."""
_UPGRADES = Size(0, 200_000, 8_000_000)
"""Of such an image, whose last build is about as old as the last update of its release: 60 upgrades in build logs
of 2020 fetched 47 kB at the median, and 2.3 MB at most, a third of what they unpack."""
_MANY_UPGRADES = Size(0, 50_000_000, 500_000_000)
"""Of one that stands on it, and may be years older: 15 such fetched 18 MB at the median, and 141 MB at most."""
_DPKG_LOCKS = ("/var/lib/dpkg/lock", "/var/lib/dpkg/lock-frontend")


@dataclass(frozen=True, slots=True)
class Machine:
    """A Debian system that apt runs on."""

    filesystem: FileSystem
    database: PackageDatabase
    index: PackageIndex
    because: str

    @property
    def configuration(self) -> configuration.AptConfiguration:
        files = self.filesystem.children(configuration.DIRECTORY)
        # An image that is not known most likely stands on an official one.
        return configuration.read(files, official=not self.database.known)

    def with_filesystem(self, filesystem: FileSystem) -> Machine:
        return replace(self, filesystem=filesystem)

    def applied(self, *, status: Truth = Truth.YES, problems: Iterable[str] = ()) -> Applied:
        return Applied(self.filesystem, self.database, status, tuple(problems))


def apply(effect: PackageEffect, filesystem: FileSystem, database: PackageDatabase, because: str) -> Applied:
    index = open_index(database.index) if database.index is not None else None
    if index is None:
        problem = f"no package index for {database.index or 'the base image'}"
        return Applied(filesystem, database, Truth.YES, (problem,))
    if not database.exact:
        index = near_index(index.name, database.release) or index
    machine = Machine(filesystem, database, index, because)
    match effect:
        case UpdateIndex():
            return update(machine)
        case InstallPackages():
            return _with_unseen(install(machine, effect))
        case RemovePackages():
            return remove(machine, effect)
        case RemoveUnused():
            return remove_unused(machine, effect)
        case UpgradePackages():
            return _with_unseen(upgrade(machine, effect))
        case CleanCache():
            return clean(machine)
        case MarkPackages():
            return mark(machine, effect)
        case never:
            assert_never(never)


def _with_unseen(applied: Applied) -> Applied:
    """Packages bring small files and directories that are not forecast one by one."""
    if not applied.installed:
        return applied
    return replace(applied, filesystem=applied.filesystem.having_packages())


# ------------------------------------------------------------------------ the lists


def update(machine: Machine) -> Applied:
    """Fetch the lists.  Those that have not changed stay; their ``InRelease`` is moved out and back."""
    because, settings = machine.because, machine.configuration
    filesystem = machine.filesystem.make_directory(f"{LISTS}/partial", because, mode=0o700)
    filesystem = filesystem.make_directory(f"{LISTS}/auxfiles", because)
    for file in machine.index.files():
        path, size = file.path, Size.exact(file.bytes)
        if not settings.compresses_lists and path.endswith(".lz4"):
            path, size = path.removesuffix(".lz4"), Size.around(int(file.bytes * _TEXT_RATIO), 0.1, 0.1)
        if filesystem.lookup(path) is None and filesystem.lookup(file.path) is None:
            inode = Inode(Kind.FILE, size, 0o644, 0, 0, filesystem.layer, because)
            filesystem = filesystem.replace(path, inode, because)
        elif path.endswith("InRelease"):
            filesystem = filesystem.change_metadata(path, because)
    filesystem = records.open_locks(filesystem, (f"{LISTS}/lock",), because)
    filesystem = _with_caches(machine, filesystem, fresh=True)
    problems: tuple[str, ...] = ()
    if not _has_base_sources(filesystem):
        problems = ("the lists of added package sources are not known",)
        inode = Inode(Kind.FILE, _OTHER_LISTS, 0o644, 0, 0, filesystem.layer, because, count=Size(1, 4, None))
        filesystem = filesystem.replace(f"{LISTS}/<other sources>", inode, because)
    return machine.with_filesystem(filesystem).applied(problems=problems)


def _with_caches(machine: Machine, filesystem: FileSystem, *, fresh: bool) -> FileSystem:
    """Write apt's binary caches where its configuration keeps them; a run rewrites the first of them."""
    if not machine.configuration.keeps_caches:
        return filesystem
    lists = sum(file.bytes for file in machine.index.files() if "Packages" in file.path)
    size = Size.around(int(lists * _CACHE_RATIO), 0.1, 0.1)
    for path in _CACHES:
        if fresh or path == _CACHES[0] or filesystem.lookup(path) is None:
            inode = Inode(Kind.FILE, size, 0o644, 0, 0, filesystem.layer, machine.because)
            filesystem = filesystem.replace(path, inode, machine.because)
    return filesystem


def _has_lists(filesystem: FileSystem) -> Truth:
    if any("_Packages" in name for name in filesystem.children(LISTS)):
        return Truth.YES
    return Truth.NO if filesystem.is_complete(LISTS) else Truth.MAYBE


def _has_base_sources(filesystem: FileSystem) -> bool:
    """Nothing but the base image's own package sources is configured, as far as can be seen."""
    for path in _SOURCES:
        node = filesystem.lookup(path)
        files = node.children.values() if isinstance(node, Directory) else (node,) if node else ()
        if any(file.layer != BASE_LAYER and not _is_packaged(file) for file in files) or filesystem.disturbed:
            return False
    return True


def _is_packaged(node: Node) -> bool:
    return isinstance(node, Inode) and node.label is not None


def clean(machine: Machine) -> Applied:
    """``apt-get clean``"""
    filesystem = machine.filesystem
    for name in filesystem.children(ARCHIVES):
        if name.endswith(".deb"):
            filesystem = filesystem.remove(f"{ARCHIVES}/{name}")
    for path in _CACHES:
        filesystem = filesystem.remove(path)
    locks = (f"{ARCHIVES}/lock", f"{LISTS}/lock")
    return machine.with_filesystem(records.open_locks(filesystem, locks, machine.because)).applied()


# --------------------------------------------------------------- install and upgrade


def install(machine: Machine, effect: InstallPackages) -> Applied:
    """Resolve, download, unpack, configure.  What is known of a request that fails is still forecast."""
    database, index = machine.database, machine.index
    suites = frozenset({index.name, _ALIASES.get(index.name, index.name), f"{index.name}-security"})
    near = not database.exact
    theirs, words = vendors.split(effect.packages, machine.filesystem, database.installed)
    wanted = requests.read(words, index, database.installed, suites=suites, near=near)
    status, missing = _missing(machine, wanted.missing)
    problems = [*missing, *wanted.problems]
    guessed = wanted.guessed if status is Truth.NO else (*wanted.guessed, *wanted.missing)
    named = wanted.install
    if effect.only_upgrade:
        named = tuple(p for p in named if p.name in database.installed)
    if any(p.name not in database.installed for p in named) and _has_lists(machine.filesystem) is Truth.NO:
        status = Truth.NO
        problems.insert(0, "no package lists: run apt-get update first")
    recommends = machine.configuration.recommends if effect.recommends is None else effect.recommends
    changed = [p for p in named if _is_change(p, database.installed) or effect.reinstall]
    unwanted = frozenset(wanted.remove)
    plan = resolver.plan_install(changed, database.installed, index, recommends=recommends, unwanted=unwanted)
    problems += [f"unmet dependency of {unmet}" for unmet in plan.unmet]
    if effect.directory:
        return _downloaded(machine, effect.directory, changed or named, [*missing, *wanted.problems])
    if effect.download_only:
        debs = _keep_archives(machine, (*plan.install, *plan.upgrade))
        return machine.with_filesystem(debs).applied(status=status, problems=problems)
    guesses = (
        *(Installed(each.name, "", False, each.size, (f"/usr/<{each.name}>",)) for each in theirs),
        *(Installed(name, "", False, UNKNOWN_PACKAGE, (f"/usr/<{name}>",)) for name in guessed),
    )
    if guesses:
        machine = _with_guesses(machine, guesses)
    if not effect.assume_yes and (len(plan.install) + len(plan.upgrade) > len(changed) or plan.remove):
        status = Truth.NO if database.exact else Truth.MAYBE
        problems.append("apt asks for confirmation, and nothing answers")
    needed = (
        {p.name for p in _without_recommends(changed, machine, unwanted).install}
        if recommends
        else {p.name for p in plan.install}
    )
    applied = _transact(machine, plan, manual=frozenset(p.name for p in named), purge=False)
    return replace(
        applied,
        status=status,
        problems=(*problems, *applied.problems),
        installed=(*applied.installed, *guesses),
        recommended=tuple(
            p for p in applied.installed if p.name not in needed and p.name not in database.installed
        ),
    )


def _with_guesses(machine: Machine, guesses: Sequence[Installed]) -> Machine:
    """Packages of which only the name is known: a node each, under ``/usr``."""
    filesystem = machine.filesystem
    for guess in guesses:
        inode = Inode(
            Kind.FILE, guess.bytes, 0o644, 0, 0, filesystem.layer, machine.because,
            count=Size(1, 50, None), label=f"apt:{guess.name}",
        )  # fmt: skip
        filesystem = filesystem.replace(f"/usr/<{guess.name.replace('/', '|')}>", inode, machine.because)
    return replace(
        machine, filesystem=filesystem.having_packages(), database=machine.database.with_packages(guesses)
    )


def _missing(machine: Machine, names: Sequence[str]) -> tuple[Truth, tuple[str, ...]]:
    """apt's status for names that are not in the index, and what to say: they may be in another source."""
    if not names:
        return Truth.YES, ()
    if not machine.database.exact or not _has_base_sources(machine.filesystem):
        return Truth.YES, tuple(f"{name} is not in the index of {machine.index.name}" for name in names)
    return Truth.NO, tuple(
        f"E: Package '{name}' has no installation candidate"
        if machine.index.providers(name)
        else f"E: Unable to locate package {name}"
        for name in names
    )


def _is_change(package: Package, installed: Mapping[str, Installed]) -> bool:
    old = installed.get(package.name)
    return old is None or resolver.is_newer(package.version, old.version)


def _without_recommends(
    named: Sequence[Package], machine: Machine, unwanted: frozenset[str]
) -> resolver.Plan:
    return resolver.plan_install(
        named, machine.database.installed, machine.index, recommends=False, unwanted=unwanted
    )


def upgrade(machine: Machine, effect: UpgradePackages) -> Applied:
    plan = resolver.plan_upgrade(machine.database.installed, machine.index, may_change=effect.may_remove)
    if not machine.database.exact:
        # Which versions the image has, and its archive, is not known.
        size = _UPGRADES if len(machine.database.installed) <= _PLAIN else _MANY_UPGRADES
        inode = Inode(
            Kind.FILE, size, 0o644, 0, 0, machine.filesystem.layer, machine.because, count=Size(0, 10, 4_000)
        )
        filesystem = machine.filesystem.replace("/usr/<upgrades>", inode, machine.because)
        machine = machine.with_filesystem(filesystem.having_packages())
    return _transact(machine, plan, manual=frozenset(), purge=False)


# ---------------------------------------------------------------------------- remove


def remove(machine: Machine, effect: RemovePackages) -> Applied:
    installed = machine.database.installed
    names = [requests.name_of(word) for word in effect.packages]
    unknown = [
        name
        for name in names
        if name not in installed and machine.index.get(name) is None and not machine.index.providers(name)
    ]
    plan = resolver.plan_removal(names, installed, machine.index)
    if essential := [name for name in plan.remove if resolver.is_essential(name, machine.index)]:
        return machine.applied(
            status=Truth.NO, problems=(f"E: Essential packages were removed: {' '.join(essential)}",)
        )
    if effect.auto_remove:
        left = {name: package for name, package in installed.items() if name not in plan.remove}
        unused = resolver.plan_unused(left, machine.index)
        plan = replace(plan, remove=tuple(sorted({*plan.remove, *unused.remove})))
    status, problems = _missing(machine, unknown)
    applied = _transact(machine, plan, manual=frozenset(), purge=effect.purge)
    return replace(applied, status=status, problems=(*problems, *applied.problems))


def remove_unused(machine: Machine, effect: RemoveUnused) -> Applied:
    plan = resolver.plan_unused(machine.database.installed, machine.index)
    return _transact(machine, plan, manual=frozenset(), purge=effect.purge)


# ----------------------------------------------------------------------------- marks


def mark(machine: Machine, effect: MarkPackages) -> Applied:
    """``apt-mark auto`` and ``manual``"""
    installed = machine.database.installed
    names = [requests.name_of(word) for word in effect.packages] or list(installed)
    changed = [n for n in names if n in installed and installed[n].automatic is not effect.automatic]
    unknown = [n for n in names if n not in installed and machine.index.get(n) is None]
    status, problems = _missing(machine, unknown)
    if not changed:
        return machine.applied(status=status, problems=problems)
    filesystem, database, rewritten = _marked(
        machine.filesystem, machine.database, changed, machine.because, automatic=effect.automatic
    )
    return Applied(filesystem, database, status, problems, rewritten=rewritten)


def _marked(
    filesystem: FileSystem, database: PackageDatabase, names: Sequence[str], because: str, *, automatic: bool
) -> tuple[FileSystem, PackageDatabase, Size]:
    delta = sum(map(records.mark_bytes, names))
    filesystem, rewritten = records.record_marks(filesystem, delta if automatic else -delta, because)
    return filesystem, database.marked(names, automatic=automatic), rewritten


# ----------------------------------------------------------------------- transaction


def _transact(machine: Machine, plan: resolver.Plan, *, manual: frozenset[str], purge: bool) -> Applied:
    """Carry a plan out: files, databases, logs.  ``manual`` are the packages that were named."""
    database, because = machine.database, machine.because
    filesystem = _with_caches(machine, machine.filesystem, fresh=False)
    to_manual = [
        name
        for name in sorted(manual & database.installed.keys() - set(plan.remove))
        if database.installed[name].automatic
    ]
    if not (plan.install or plan.upgrade or plan.remove):
        locks = (*_DPKG_LOCKS, f"{ARCHIVES}/lock")
        filesystem = records.open_locks(filesystem, locks, because)
        if not to_manual:
            return Applied(filesystem, database)
        filesystem, database, size = _marked(filesystem, database, to_manual, because, automatic=False)
        return Applied(filesystem, database, rewritten=size)
    removed = tuple(database.installed[name] for name in plan.remove if name in database.installed)
    for _, paths in placement.paths_of(filesystem, removed):
        filesystem = placement.remove(filesystem, paths, purge=purge)
    filesystem, came = _unpack(machine.with_filesystem(filesystem), plan, manual)
    database = database.without_packages(plan.remove).with_packages(came).marked(to_manual, automatic=False)
    if machine.configuration.keeps_archives:
        filesystem = _keep_archives(machine.with_filesystem(filesystem), (*plan.install, *plan.upgrade))
    transaction = Transaction(
        installed=[Change(package, package.name not in manual) for package in plan.install],
        upgraded=[Change(package) for package in plan.upgrade],
        removed=[
            Change(package, old.automatic)
            for old in removed
            if (package := machine.index.get(old.name)) is not None
        ],
        purge=purge,
        marked=-sum(map(records.mark_bytes, to_manual)),
        count=len(database.installed),
    )
    filesystem, rewritten = records.record(filesystem, transaction, because)
    return Applied(filesystem, database, installed=came, removed=removed, rewritten=rewritten)


def _unpack(
    machine: Machine, plan: resolver.Plan, manual: frozenset[str]
) -> tuple[FileSystem, tuple[Installed, ...]]:
    """Place new packages' files; of an upgrade, write the files anew that the old version has."""
    filesystem, because = machine.filesystem, machine.because
    filters = placement.path_filters(filesystem, machine.database)
    nearness = machine.database.nearness
    files: dict[str, Inode] = {}
    came: list[Installed] = []
    for package in plan.install:
        own = placement.files_of(package, filters, filesystem.layer, because, nearness)
        files |= own
        size = total(inode.size for inode in own.values())
        came.append(Installed(package.name, package.version, package.name not in manual, size, tuple(own)))
    filesystem = placement.place(filesystem, files, because)
    olds = [machine.database.installed[package.name] for package in plan.upgrade]
    for old, paths in placement.paths_of(filesystem, olds):
        filesystem = placement.rewrite(filesystem, paths, because)
        package = next(p for p in plan.upgrade if p.name == old.name)
        size = total(
            node.size for path in paths if isinstance(node := filesystem.lookup(path, follow=False), Inode)
        )
        came.append(replace(old, version=package.version, bytes=size))
    return filesystem, tuple(came)


def _downloaded(
    machine: Machine, directory: str, packages: Iterable[Package], problems: Iterable[str]
) -> Applied:
    """``apt-get download``: the archives alone, in the directory that it is run in."""
    filesystem = placement.place(machine.filesystem, _archives(machine, packages, directory), machine.because)
    return machine.with_filesystem(filesystem).applied(problems=problems)


def _keep_archives(machine: Machine, packages: Iterable[Package]) -> FileSystem:
    files = _archives(machine, packages, ARCHIVES)
    filesystem = placement.place(machine.filesystem, files, machine.because)
    return records.open_locks(filesystem, (*_DPKG_LOCKS, f"{ARCHIVES}/lock"), machine.because)


def _archives(machine: Machine, packages: Iterable[Package], directory: str) -> dict[str, Inode]:
    """Downloaded packages, under the names that apt gives them (a colon of an epoch is escaped)."""
    layer, because = machine.filesystem.layer, machine.because
    return {
        f"{directory.rstrip('/')}/{p.name}_{p.version.replace(':', '%3a')}_{p.architecture}.deb": Inode(
            Kind.FILE, Size.exact(p.download_size), 0o644, 0, 0, layer, because
        )
        for p in packages
    }
