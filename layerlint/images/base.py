"""A base image out of a real one: its tree to the byte, its packages, and what its configuration sets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from layerlint._dataclass import dataclass, replace
from layerlint.catalog.index_files import index_for
from layerlint.catalog.model import BaseImage
from layerlint.domain.text import Text
from layerlint.errors import UsageError
from layerlint.filesystem.accounting import account
from layerlint.filesystem.node import BASE_LAYER, Change, Directory, Inline, Inode, Node
from layerlint.filesystem.tree import tree_size
from layerlint.filesystem.union import INLINE_LIMIT, FileSystem
from layerlint.images import names
from layerlint.images.databases import Installed, installed, text_of
from layerlint.images.model import Image

KEPT = 8
"""Images that are kept for the next file."""
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""What BuildKit sets where an image sets none (``system.DefaultPathEnvUnix``)."""


@dataclass(frozen=True, slots=True)
class RealBase:
    """An image that stands for a FROM."""

    image: BaseImage
    notes: tuple[str, ...]


def parse_base(text: str, option: str = "--base") -> tuple[str, str]:
    """``REF=SOURCE``; raises UsageError for anything else."""
    reference, equals, source = text.partition("=")
    if not equals or not source:
        raise UsageError(
            f'{option}: write REF=SOURCE (debian:12=docker-archive:base.tar), not "{text[:200]}"'
        )
    names.parse(reference)
    return reference, source


def same_image(left: str, right: str) -> bool:
    """Whether two references name one image: ``debian`` is ``docker.io/library/debian:latest``."""
    try:
        first, second = names.parse(left), names.parse(right)
    except UsageError:
        return False
    return first.short == second.short


@lru_cache(maxsize=KEPT)
def open_base(reference: str, source: str, platform: str, *, online: bool) -> RealBase:
    """The image of a source as the base that the reference names.  Raises UsageError."""
    from layerlint.images.opening import open_image

    return base_image(open_image(source, platform=platform, online=online, all_digests=False), reference)


def base_image(image: Image, reference: str) -> RealBase:
    accounting = account(FileSystem.scratch(), [layer.layer for layer in image.layers])
    filesystem = _visible(image)
    found = installed(filesystem)
    release = _release(filesystem)
    label = f"{found.manager}:"
    owners = {path: label + name for path, name in found.owners.items()} if found.manager else {}
    root = _settled(filesystem.root, "", owners, {})
    config = image.config
    environment: dict[str, Text] = dict(config.environment)
    if config.os != "windows":
        environment.setdefault("PATH", _PATH)
    distribution, number = release
    windows = config.os == "windows"
    base = BaseImage(
        reference=reference,
        names=(),
        filesystem=FileSystem(root),
        size=tree_size(root),
        packages=found.packages,
        manager=found.manager,
        index=index_for(distribution, number, None),
        path_excludes=tuple(_filters(filesystem, "path-exclude")),
        path_includes=tuple(_filters(filesystem, "path-include")),
        environment=environment,
        user=config.user,
        shell=config.shell,
        command=config.cmd,
        date=config.created[:10],
        source=f"the image itself ({image.form})",
        workdir=config.workdir or "/",
        distribution="windows" if windows else distribution,
        release=number,
        libc=_libc(filesystem),
        measured=True,
        on_build=config.on_build,
    )
    return RealBase(
        base, tuple(f"{reference}: {note}" for note in _notes(image, found, accounting.hidden.likely))
    )


def with_near(base: BaseImage, near: BaseImage | None) -> BaseImage:
    """The image with the index of the catalog's nearest release, if there is none of its own."""
    if near is None:
        return base
    same = (near.distribution, near.release) == (base.distribution, base.release)
    if base.index is None and base.manager is not None:
        base = replace(base, index=near.index, index_exact=near.index_exact and same)
    return replace(base, end_of_life=near.end_of_life) if same else base


def _notes(image: Image, found: Installed, hidden: int) -> Iterator[str]:
    from layerlint.domain.units import format_bytes

    yield from image.notes
    yield from found.notes
    if hidden:
        yield f"{format_bytes(hidden)} of its own layers are hidden by its own later layers, and not counted"


def _visible(image: Image) -> FileSystem:
    from layerlint.filesystem.apply import apply

    state = FileSystem.scratch()
    for layer in image.layers:
        state = apply(state, layer.layer)
    return state


def _settled(directory: Directory, path: str, owners: Mapping[str, str], done: dict[int, Inode]) -> Directory:
    """The tree as all of a base is: of no layer, with packages' labels.  Recursion down a tree of ours."""
    children: dict[str, Node] = {}
    for name, node in directory.children.items():
        below = f"{path}/{name}"
        if isinstance(node, Directory):
            children[name] = _settled(node, below, owners, done)
            continue
        inode = done.get(id(node))
        if inode is None:
            content = node.content
            if isinstance(content, Inline) and len(content.data) > INLINE_LIMIT:
                content = None
            inode = done[id(node)] = replace(
                node, layer=BASE_LAYER, because="", content=content, label=owners.get(below),
                change=Change.CREATED, origin=None,
            )  # fmt: skip
        children[name] = inode
    return replace(directory, children=children, layer=BASE_LAYER, because="")


def _release(filesystem: FileSystem) -> tuple[str | None, str | None]:
    """``ID`` of ``os-release(5)``, and the release as the catalog names it."""
    text = text_of(filesystem, "/etc/os-release") or text_of(filesystem, "/usr/lib/os-release") or ""
    fields = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if equals:
            fields[name.strip()] = value.strip().strip("\"'")
    identity, version = fields.get("ID"), fields.get("VERSION_ID")
    if identity in ("debian", "ubuntu"):
        return identity, fields.get("VERSION_CODENAME") or version
    if identity == "alpine" and version:
        return identity, ".".join(version.split(".")[:2])
    return identity, version


def _libc(filesystem: FileSystem) -> str | None:
    for folder in ("/lib", "/lib64", "/usr/lib"):
        for name in filesystem.children(folder):
            if name.startswith("ld-musl-"):
                return "musl"
            if name.startswith("ld-linux"):
                return "glibc"
    return None


def _filters(filesystem: FileSystem, key: str) -> Iterator[str]:
    """dpkg's patterns, in the order in which it reads its configuration (dpkg(1))."""
    folder = "/etc/dpkg/dpkg.cfg.d"
    files = [f"{folder}/{name}" for name in sorted(filesystem.children(folder))]
    for path in ("/etc/dpkg/dpkg.cfg", *files):
        for line in (text_of(filesystem, path) or "").splitlines():
            name, _, value = line.strip().replace("=", " ", 1).partition(" ")
            if name == key and value.strip():
                yield value.strip()
