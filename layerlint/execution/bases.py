"""Base images as file systems: a snapshot where there is one, else what its recipe comes to.

An image that is Debian with packages and a tree beside them is made as its Dockerfile makes it, by the same
package manager that a RUN calls, in the layer of the base.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypeVar

from layerlint._dataclass import dataclass, replace
from layerlint.catalog import bases as snapshots
from layerlint.catalog import recipes
from layerlint.catalog.model import BaseImage, InstalledPackage
from layerlint.catalog.recipes import Recipe
from layerlint.domain.size import ZERO, Size, total
from layerlint.domain.text import Text
from layerlint.effects import InstallPackages
from layerlint.execution.packages import apply
from layerlint.execution.packages.database import PackageDatabase
from layerlint.execution.packages.placement import labelled
from layerlint.filesystem.node import BASE_LAYER, Directory, Inode, Kind, Node
from layerlint.filesystem.tree import inodes, tree_size, with_children
from layerlint.filesystem.union import FileSystem

KEPT = 24
"""Images that are kept for the next file: each has some ten thousand nodes, which every collection of garbage
looks through."""
MAX_CHAIN = 8
"""Images that stand on one another; python on buildpack-deps is five."""

_T = TypeVar("_T")

_NEAR = 0.3
"""Relative bounds of the size of a file that is known from another release alone."""
_SHELL = ("/bin/sh", "-c")
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""What the engine sets where an image sets none; the official images of distributions set the same."""
_LATER = Size(0, 0, None)
"""Of an image that is not measured: others stand on it.  One of another release is never: its size is
what its recipes say, and its files are fitted to that."""
_LEAST = 0.05
"""Least factor by which files of packages are made smaller."""
_MANY = Size(1, 1000, None)
"""Files of a tree that is not known."""


@dataclass(frozen=True, slots=True)
class _Ground:
    """What an image stands on."""

    filesystem: FileSystem
    packages: Mapping[str, InstalledPackage]
    facts: BaseImage | None


@lru_cache(maxsize=KEPT)
def find(reference: str) -> BaseImage | None:
    """The image of a reference as far as the catalog knows it; None if it does not."""
    image = _find(reference, MAX_CHAIN)
    if image is None or (image.index_exact and image.size is not _LATER):
        return image
    size = image.size
    if size is _LATER:
        size = tree_size(image.filesystem.root)
        if image.index_exact:
            return replace(image, size=size)
    filesystem = _sized(image.filesystem, size)
    # The files of an image that is assumed have bounds, and so has their sum.
    return replace(
        image, filesystem=filesystem, size=size if image.size is size else tree_size(filesystem.root)
    )


def triggers(find_base: Callable[[str], BaseImage | None]) -> Callable[[str], tuple[str, ...]]:
    """The ONBUILD of an image, none where it is not known."""

    def of(reference: str) -> tuple[str, ...]:
        image = find_base(reference)
        return () if image is None else image.on_build

    return of


@lru_cache(maxsize=KEPT)
def _find(reference: str, left: int) -> BaseImage | None:
    snapshot = snapshots.find(reference)
    if snapshot is not None and snapshot.index_exact:
        return snapshot
    recipe = recipes.find(reference)
    if snapshot is not None:
        return snapshot if recipe is None else _of_release(snapshot, recipe)
    if recipe is None or left == 0:
        return None
    ground = _ground(recipe, left)
    return None if ground is None else _made(recipe, ground)


def _of_release(stand_in: BaseImage, recipe: Recipe) -> BaseImage:
    """The tree of the nearest release, with what is known of the image's own: only Alpine's stand in so."""
    major, _, minor = (recipe.release or "").partition(".")
    return replace(
        stand_in,
        reference=recipe.reference,
        size=recipe.size or stand_in.size,
        release=f"{major}.{minor.partition('.')[0]}" if minor else stand_in.release,
        end_of_life=recipe.end_of_life or stand_in.end_of_life,
    )


def _ground(recipe: Recipe, left: int) -> _Ground | None:
    if recipe.base is not None and recipe.base != "scratch":
        base = _find(recipe.base, left - 1)
        return None if base is None else _Ground(base.filesystem, base.packages, base)
    if recipe.like is not None:
        near = _find(recipe.like, left - 1)
        return None if near is None or recipe.size is None else _near(recipe.size, near)
    if recipe.base == "scratch" and recipe.size is None:
        return _Ground(FileSystem.scratch(), {}, None)
    return _Ground(_of_size(recipe.reference, recipe.size or ZERO), {}, None)


def _near(size: Size, near: BaseImage) -> _Ground:
    # Other names than these may be in its directories: as where packages are installed.
    filesystem = near.filesystem.having_packages()
    return _Ground(filesystem, near.packages, replace(near, size=size, index_exact=False))


def _sized(filesystem: FileSystem, size: Size) -> FileSystem:
    """The files of packages, which are those of another release, as much smaller or larger as the whole is."""
    packaged = other = 0
    for inode in {id(inode): inode for inode in inodes(filesystem.root)}.values():
        if inode.label is None:
            other += inode.size.likely
        else:
            packaged += inode.size.likely
    factor = max(_LEAST, (size.likely - other) / max(1, packaged))

    return replace(filesystem, root=_scaled(filesystem.root, factor, {}, {}))


def _scaled(directory: Directory, factor: float, sizes: dict[int, Size], done: dict[int, Inode]) -> Directory:
    """Recursion down a tree of the catalog; what holds no file of a package is shared.

    ``sizes``: the new ones by the old: many files have one size.
    """
    changed: dict[str, Node] = {}
    for name, node in directory.children.items():
        if isinstance(node, Directory):
            other = _scaled(node, factor, sizes, done)
            if other is not node:
                changed[name] = other
        elif node.kind is not Kind.FILE:
            continue
        elif node.label is None:
            # Databases of the packages, and the like: those of the image tell of others.
            if node.content is None and node.size.is_exact:
                changed[name] = replace(node, size=Size.around(node.size.likely, _NEAR, _NEAR))
        else:
            inode = done.get(id(node))
            if inode is None:
                likely = node.size.likely
                size = sizes.get(likely)
                if size is None:
                    size = sizes[likely] = Size.around(int(likely * factor), _NEAR, _NEAR)
                inode = done[id(node)] = _of_other_size(node, size)
            changed[name] = inode
    if not changed:
        return directory
    return with_children(directory, {**directory.children, **changed}, directory.mtime)


def _of_other_size(file: Inode, size: Size) -> Inode:
    """The file with other data, which are not known (`replace` takes several times as long)."""
    return Inode(
        file.kind, size, file.mode, file.uid, file.gid, file.layer, file.because, None, file.target, file.count,
        file.presence, file.likely, file.change, file.origin, file.mtime, file.capability, file.label,
        file.added, file.linked,
    )  # fmt: skip


def _of_size(reference: str, size: Size) -> FileSystem:
    """Files of which only the bytes are known."""
    inode = Inode(Kind.FILE, size, 0o644, None, None, BASE_LAYER, "", count=_MANY)
    unknown = FileSystem.unknown()
    name = f"<{reference.replace('/', '|')}>"
    return replace(unknown, root=replace(unknown.root, children={name: inode}))


def _made(recipe: Recipe, ground: _Ground) -> BaseImage:
    image = _with_facts(recipe, ground)
    if not image.files_known and recipe.size is not None:
        return replace(image, filesystem=_of_size(recipe.reference, recipe.size))
    filesystem, packages, came = _installed(recipe, image)
    for addition in recipe.adds:
        filesystem = _added(filesystem, recipe, addition)
    # After the installs, which bring some of these: the packages of two releases are cut in other ways.
    gone = [name for name in recipe.lacks if name in packages]
    packages = {name: package for name, package in packages.items() if name not in recipe.lacks}
    # With the files of the stand-in's packages left behind, each install of one would hide them.
    held = labelled(filesystem, gone, image.manager or "")
    for path in (*(path for paths in held.values() for path in paths), *recipe.lacks):
        filesystem = filesystem.remove(path) if path.startswith("/") else filesystem
    if recipe.assumed:
        filesystem = filesystem.having_packages().having_others()
    size = image.size
    if not image.index_exact and recipe.size is not None:
        size = recipe.size
    elif size is not _LATER:
        size = total((size, came, *(addition.size for addition in recipe.adds)))
    return replace(image, filesystem=filesystem, packages=packages, size=size)


def _installed(recipe: Recipe, image: BaseImage) -> tuple[FileSystem, Mapping[str, InstalledPackage], Size]:
    """The files and packages behind the recipe's installs, and the bytes of the new ones."""
    database = PackageDatabase.from_base(image)
    if not recipe.install or database is None or not image.files_known:
        return image.filesystem, image.packages, ZERO
    effect = InstallPackages(database.manager, recipe.install, recommends=False, assume_yes=True)
    applied = apply(effect, image.filesystem, database, "")
    filesystem = applied.filesystem.having_packages()
    if applied.database is None:
        return filesystem, image.packages, ZERO
    installed = applied.database.installed.values()
    packages = {p.name: InstalledPackage(p.name, p.version, p.automatic) for p in installed}
    return filesystem, packages, total(p.bytes for p in applied.installed)


def _added(filesystem: FileSystem, recipe: Recipe, addition: recipes.Addition) -> FileSystem:
    """One node for all the files, in the directory, whose other names are not known."""
    inode = Inode(Kind.FILE, addition.size, 0o755, 0, 0, BASE_LAYER, "", count=_MANY)
    filesystem = filesystem.make_directory(addition.path, "")
    name = recipe.repository.rpartition("/")[2]
    filesystem = filesystem.replace(f"{addition.path.rstrip('/')}/<{name}>", inode, "")
    return filesystem.having_vague(addition.path)


def _with_facts(recipe: Recipe, ground: _Ground) -> BaseImage:
    """The facts of the recipe over those of the image that it stands on."""
    below = ground.facts
    assumed = below.assumed if below else None
    if recipe.assumed:
        assumed = assumed or recipe.base or recipe.like or recipe.distribution or "an image"
    environment: dict[str, Text] = {"PATH": _PATH} if below is None else dict(below.environment)
    complete = recipe.environment_complete
    if complete is None:
        complete = below is None or below.environment_complete
    ends = recipe.end_of_life or (below.end_of_life if below else None)
    return BaseImage(
        reference=recipe.reference,
        names=(),
        filesystem=ground.filesystem,
        size=_LATER if below is None or below.index_exact else below.size,
        packages=ground.packages,
        manager=recipe.manager or (below.manager if below else None),
        index=recipe.index or (below.index if below else None),
        path_excludes=below.path_excludes if below else (),
        path_includes=below.path_includes if below else (),
        environment=environment | dict(recipe.environment),
        user=_first(recipe.user, below.user if below else ""),
        shell=_first(recipe.shell, below.shell if below else _SHELL),
        command=_first(recipe.command, below.command if below else ()),
        date=recipe.date,
        source=recipe.source,
        workdir=_first(recipe.workdir, below.workdir if below else "/"),
        environment_complete=complete and assumed is None,
        index_exact=assumed is None and (below is None or below.index_exact),
        distribution=recipe.distribution or (below.distribution if below else None),
        release=recipe.release or (below.release if below else None),
        libc=recipe.libc or (below.libc if below else None),
        end_of_life=ends if assumed is None else None,
        assumed=assumed,
        on_build=recipe.on_build,
    )


def _first(value: _T | None, otherwise: _T) -> _T:
    return otherwise if value is None else value
