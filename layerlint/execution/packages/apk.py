"""What apk does to an Alpine file system, effect by effect, with the bytes of a real build."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import assert_never

from layerlint._dataclass import dataclass, replace
from layerlint.catalog.alpine import AlpineIndex, AlpinePackage, nearest_index, releases_between
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
from layerlint.execution.packages import apk_records as records
from layerlint.execution.packages import apk_solver as solver
from layerlint.execution.packages import placement
from layerlint.execution.packages.applied import Applied
from layerlint.execution.packages.database import Installed, PackageDatabase
from layerlint.execution.packages.ledger import Ledger
from layerlint.execution.packages.nearby import nearest
from layerlint.execution.packages.nearness import of_releases_between
from layerlint.filesystem.node import Inode, Kind
from layerlint.filesystem.union import FileSystem

CACHE = "/var/cache/apk"
_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
_BUNDLE = Size(180_000, 214_000, 240_000)
"""Of the certificates that ``update-ca-certificates`` joins: 220,093 in Alpine 3.20, 199,000 in 3.16."""
_COMPRESSION = 3.06
"""Bytes of a package's files to those of its archive: the whole of Alpine 3.22's main repository."""
UNKNOWN_PACKAGE = Size(50_000, 3_800_000, None)
"""A package of which nothing is known but its name, with what it needs: of the 495 packages that the
Dockerfiles of a corpus name and 3.22 has, the 5th percentile and the median."""
_UNNAMED = Size(0, 500_000, None)
"""What comes for words that are not known: as a rule the libraries that a program was found to need
(``scanelf``), most of which are there already."""
_OTHER_VERSION = 0.25
"""Relative bounds of the bytes of another version of the same package in one Alpine release."""
_UPGRADED = Size(0, 3_000_000, None)
"""What an upgrade of an image brings that was made some weeks before: most often OpenSSL's libraries."""


@dataclass(frozen=True, slots=True)
class Machine:
    """An Alpine system that apk runs on."""

    filesystem: FileSystem
    database: PackageDatabase
    index: AlpineIndex
    because: str

    def with_filesystem(self, filesystem: FileSystem) -> Machine:
        return replace(self, filesystem=filesystem)

    def applied(self, *, status: Truth = Truth.YES, problems: Iterable[str] = ()) -> Applied:
        return Applied(self.filesystem, self.database, status, tuple(problems))


def apply(effect: PackageEffect, filesystem: FileSystem, database: PackageDatabase, because: str) -> Applied:
    index, own = (None, False) if database.index is None else nearest_index(database.index)
    if index is None:
        problem = f"no package index for {database.index or 'the base image'}"
        return Applied(filesystem, database, Truth.YES, (problem,))
    if not own:
        database = replace(database, exact=False)
    machine = Machine(filesystem, database, index, because)
    match effect:
        case UpdateIndex():
            return update(machine)
        case InstallPackages():
            return install(machine, effect)
        case RemovePackages():
            return remove(machine, effect)
        case UpgradePackages():
            return upgrade(machine)
        case CleanCache():
            return clean(machine)
        case RemoveUnused() | MarkPackages():
            return machine.applied()
        case never:
            assert_never(never)


# ------------------------------------------------------------------------- the index


def update(machine: Machine) -> Applied:
    """Fetch the indexes; one that has not changed is only given the time of now (apk-tools, ``database.c``)."""
    return _with_index(machine, touch=True).applied()


def _with_index(machine: Machine, *, touch: bool) -> Machine:
    filesystem = records.open_lock(machine.filesystem, machine.because)
    for file in machine.index.files():
        if filesystem.lookup(file.path) is None:
            # Older releases have fewer packages.
            size = Size.around(file.bytes, 0.2 if machine.database.exact else 0.6, 0.2)
            inode = Inode(Kind.FILE, size, 0o644, 0, 0, filesystem.layer, machine.because)
            filesystem = filesystem.replace(file.path, inode, machine.because)
        elif touch:
            filesystem = filesystem.change_metadata(file.path, machine.because)
    return machine.with_filesystem(filesystem)


def clean(machine: Machine) -> Applied:
    """``apk cache clean``: archives in a cache, which an image has only where ``/etc/apk/cache`` is set up."""
    filesystem = machine.filesystem
    for name in filesystem.children(CACHE):
        if name.endswith(".apk"):
            filesystem = filesystem.remove(f"{CACHE}/{name}")
    return machine.with_filesystem(records.open_lock(filesystem, machine.because)).applied()


# --------------------------------------------------------------- install and upgrade


def install(machine: Machine, effect: InstallPackages) -> Applied:
    """``apk add``: the new words of the world, what they need, and what comes by itself beside that."""
    if effect.cache and not effect.directory:
        machine = _with_index(machine, touch=False)
    words, guesses, problems = _requests(machine, effect.packages)
    if effect.problem:
        problems = (*problems, effect.problem)
    if effect.directory:
        return _downloaded(machine, effect.directory, words, problems)
    installed = machine.database.installed
    plan = solver.plan_install(words, installed, machine.index, exact=machine.database.exact)
    if effect.problem:
        guesses = {**guesses, "other": _UNNAMED}
    if effect.reinstall:
        again = tuple(p for word in words if (p := machine.index.get(_name(word))) and p.name in installed)
        plan = replace(plan, upgrade=(*plan.upgrade, *again))
    named = {} if effect.virtual else {_real_name(machine, word, plan): word for word in words}
    virtual = None
    if effect.virtual:
        virtual = Installed(
            effect.virtual, records.VIRTUAL_VERSION, paths=(), depends=(*map(_bare, words), *guesses)
        )
    return _transact(machine, plan, _Named(named, virtual), guesses, problems)


@dataclass(frozen=True, slots=True)
class _Named:
    """What becomes part of the world."""

    words: Mapping[str, str]
    """By the name of the package: the word that asks for it."""
    virtual: Installed | None = None


def _name(word: str) -> str:
    found = solver.read_word(word)
    return word if found is None else found.name


def _bare(word: str) -> str:
    """Without the version of another day than the index's."""
    return _name(word)


def _real_name(machine: Machine, word: str, plan: solver.Plan) -> str:
    name = _name(word)
    if name in machine.database.installed or any(p.name == name for p in plan.install):
        return name
    return next(
        (p.name for p in plan.install if any(text.partition("=")[0] == name for text in p.provides)), name
    )


def _requests(
    machine: Machine, texts: Iterable[str]
) -> tuple[tuple[str, ...], dict[str, Size], tuple[str, ...]]:
    """The words that can be looked up, what comes whose contents are not known, and why."""
    words: list[str] = []
    guesses: dict[str, Size] = {}
    problems: list[str] = []
    for text in texts:
        word = solver.read_word(text)
        if text.endswith(".apk"):
            guesses[text.rpartition("/")[2].removesuffix(".apk")] = _archive_size(machine, text)
            problems.append(f"what is in {text} is not known")
        elif word is None:
            problems.append(f"{text} is not the name of a package")
        elif word.conflict:
            continue
        elif word.name in machine.database.installed or _is_known(machine.index, word.name):
            words.append(text)
        elif (other := nearest(word.name, machine.index)) is not None and not word.name.startswith("."):
            words.append(other.name)
            if machine.database.exact:
                problems.append(f"{word.name} is not known: {other.name} stands for it")
        else:
            guesses[word.name] = UNKNOWN_PACKAGE
            problems.append(f"{word.name} is not in the index of {machine.index.name}")
    return tuple(words), guesses, tuple(problems)


def _is_known(index: AlpineIndex, name: str) -> bool:
    return index.get(name) is not None or bool(index.providers(name))


def _archive_size(machine: Machine, path: str) -> Size:
    node = machine.filesystem.lookup(path)
    if not isinstance(node, Inode) or not node.size.likely:
        return UNKNOWN_PACKAGE
    return Size(node.size.low, int(node.size.likely * _COMPRESSION), None)


def _downloaded(machine: Machine, directory: str, words: Iterable[str], problems: tuple[str, ...]) -> Applied:
    """``apk fetch``: the archives alone."""
    filesystem, because = machine.filesystem, machine.because
    files = {
        f"{directory.rstrip('/')}/{p.name}-{p.version}.apk": Inode(
            Kind.FILE, _widened(p, word, Size.exact(p.download_size)), 0o644, 0, 0, filesystem.layer, because
        )
        for word in words
        if (p := machine.index.get(_name(word))) is not None
    }
    return machine.with_filesystem(placement.place(filesystem, files, because)).applied(problems=problems)


def upgrade(machine: Machine) -> Applied:
    if machine.database.exact:
        plan = solver.plan_upgrade(machine.database.installed, machine.index)
        if plan.upgrade:
            return _transact(machine, plan, _Named({}), {}, ())
    filesystem, because = machine.filesystem, machine.because
    count = Size(0, 3, None)
    inode = Inode(Kind.FILE, _UPGRADED, 0o644, 0, 0, filesystem.layer, because, count=count)
    filesystem = filesystem.replace("/lib/<upgraded packages>", inode, because)
    problem = "what an upgrade brings depends on the day of the base image"
    return _transact(machine.with_filesystem(filesystem), solver.Plan(), _Named({}), {}, (problem,))


# ---------------------------------------------------------------------------- remove


def remove(machine: Machine, effect: RemovePackages) -> Applied:
    """``apk del``: words out of the world, then all that nothing needs any more."""
    database, index = machine.database, machine.index
    installed = database.installed
    names = {_name(word) for word in effect.packages}
    missing = sorted(n for n in names if n not in installed and not _is_known(index, n))
    gone = solver.dependents(names & installed.keys(), installed, index) if effect.dependents else names
    world = {name for name, package in installed.items() if not package.automatic}
    unneeded = solver.needed(world, installed, index) - solver.needed(world - gone, installed, index)
    # What the base image ships is needed for more than a near index tells: it goes only by its name.
    unneeded = {name for name in unneeded if name in gone or installed[name].paths is not None}
    leaving = {name: installed[name] for name in sorted(unneeded)}
    filesystem = machine.filesystem
    for _, paths in placement.paths_of(filesystem, leaving.values(), "apk"):
        filesystem = placement.remove(filesystem, paths, purge=True)
    ledger = Ledger(filesystem, machine.because)
    lost = -sum(records.record_bytes(index, package) for package in leaving.values())
    words = -sum(records.world_bytes(p) for name, p in installed.items() if name in gone and not p.automatic)
    records.record_databases(ledger, lost, words, 0, known=database.known)
    kept = database.without_packages(leaving).marked(gone, automatic=True)
    status = Truth.YES
    if missing:
        status = Truth.NO if database.known and database.exact else Truth.MAYBE
    return Applied(
        ledger.filesystem,
        kept,
        status,
        tuple(f"ERROR: No such package: {name}" for name in missing) if status is Truth.NO else (),
        removed=tuple(leaving.values()),
        rewritten=total(ledger.written),
    )


# ----------------------------------------------------------------------- transaction


def _transact(
    machine: Machine,
    plan: solver.Plan,
    named: _Named,
    guesses: Mapping[str, Size],
    problems: Sequence[str],
) -> Applied:
    database, because = machine.database, machine.because
    filesystem, layer = machine.filesystem, machine.filesystem.layer
    files: dict[str, Inode] = {}
    came: list[Installed] = []
    near = of_releases_between(releases_between(database.release or database.index, machine.index.name))
    for package in plan.install:
        size = _widened(package, named.words.get(package.name, ""), package.bytes)
        if not database.exact:
            size = size.join(near.of(Size.exact(size.likely)))
        paths = _place(files, package, size, layer, because)
        automatic = package.name not in named.words
        came.append(Installed(package.name, package.version, automatic, size, paths))
    for name, size in guesses.items():
        path = f"/usr/<{name.replace('/', '|')}>"
        files[path] = Inode(
            Kind.FILE, size, 0o644, 0, 0, layer, because, count=Size(1, 50, None), label=f"apk:{name}"
        )
        came.append(Installed(name, "0", named.virtual is not None, size, (path,), ()))
    filesystem = placement.place(filesystem, files, because)
    olds = [database.installed[package.name] for package in plan.upgrade]
    for (old, paths), package in zip(placement.paths_of(filesystem, olds, "apk"), plan.upgrade, strict=True):
        filesystem = placement.rewrite(filesystem, paths, because)
        came.append(replace(old, version=package.version, bytes=package.bytes))
    filesystem = _run_triggers(filesystem, (*plan.install, *plan.upgrade), because)
    ledger = Ledger(filesystem, because)
    if named.virtual is not None:
        came.append(named.virtual)
    new = [p for p in came if p.name not in database.installed]
    gained = sum(records.record_bytes(machine.index, package) for package in new)
    explicit = [p for p in came if not p.automatic]
    marked = [n for n in named.words if n in database.installed and database.installed[n].automatic]
    words = sum(
        len(named.words.get(p.name, "")) + 1 if p.name in named.words else records.world_bytes(p)
        for p in explicit
        if p.name not in database.installed or p is named.virtual
    ) + sum(len(named.words[name]) + 1 for name in marked)
    records.record_databases(ledger, gained, words, len(plan.install), known=database.known)
    after = ledger.filesystem.having_packages() if came else ledger.filesystem
    unmet = tuple(f"unmet dependency of {text}" for text in plan.unmet)
    return Applied(
        after,
        database.with_packages(came).marked(marked, automatic=False),
        Truth.YES,
        (*problems, *unmet),
        installed=tuple(came),
        rewritten=total(ledger.written),
    )


def _widened(package: AlpinePackage, text: str, size: Size) -> Size:
    """Another version than the index's, or one of another repository: about the same bytes."""
    word = solver.read_word(text) if text else None
    other = word is not None and (
        word.tag or (word.operator and word.version not in package.version) or not package.exact
    )
    return size.join(Size.around(size.likely, _OTHER_VERSION, _OTHER_VERSION)) if other else size


def _place(
    files: dict[str, Inode], package: AlpinePackage, size: Size, layer: int, because: str
) -> tuple[str, ...]:
    if not package.count or not size.likely:
        return ()
    path = f"{_directory(package)}/<{package.name}>"
    count = Size(1, package.count, 1 + 3 * package.count)
    files[path] = Inode(
        Kind.FILE, size, 0o644, 0, 0, layer, because, count=count, label=f"apk:{package.name}"
    )
    return (path,)


def _directory(package: AlpinePackage) -> str:
    """Where most of such a package's bytes lie, by its name and what it provides."""
    for suffix, place in _PLACES:
        if package.name.endswith(suffix):
            return place
    if any(text.startswith("cmd:") for text in package.provides):
        return "/usr/bin"
    if any(text.startswith("so:") for text in package.provides):
        return "/usr/lib"
    return "/usr/share"


_PLACES = (
    ("-dev", "/usr/include"),
    ("-doc", "/usr/share/man"),
    ("-headers", "/usr/include"),
    ("-lang", "/usr/share/locale"),
    ("-libs", "/usr/lib"),
    ("-static", "/usr/lib"),
)


def _run_triggers(filesystem: FileSystem, packages: Iterable[AlpinePackage], because: str) -> FileSystem:
    """``ca-certificates`` joins its certificates into the file of the bundle."""
    if all(package.name != "ca-certificates" for package in packages):
        return filesystem
    there = filesystem.lookup(_CERTIFICATES)
    size = there.size if isinstance(there, Inode) and there.size.likely else _BUNDLE
    inode = Inode(Kind.FILE, size, 0o644, 0, 0, filesystem.layer, because, label="apk:ca-certificates-bundle")
    return filesystem.replace(_CERTIFICATES, inode, because)
