"""Base images as bundled snapshots of their root file systems."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from layerlint._pattern import pattern
from layerlint.catalog.model import BaseImage, InstalledPackage
from layerlint.domain.size import ZERO, Size
from layerlint.filesystem.node import BASE_LAYER, Directory, Inline, Inode, Kind, Node, stamp
from layerlint.filesystem.tree import tree_size
from layerlint.filesystem.union import FileSystem

DATA = Path(__file__).parent / "data"

_DATED = pattern(r"-[0-9]{8}(?=-|$)")
_POINT_RELEASE = pattern(r"(:[0-9]+(?:\.[0-9]+)?)\.[0-9]+(?=-|$)")
_HUB = ("docker.io/library/", "index.docker.io/library/", "docker.io/", "library/")

_LIBC = {"apk": "musl", "apt": "glibc"}
_END_OF_LIFE = {"bookworm": "2026-07-11", "bullseye": "2024-08-14", "trixie": "2028-08-09"}
"""Of Debian's own support, without LTS (endoflife.date, 2026-08-22)."""

Attribute: TypeAlias = tuple[int, int, int, str | None]
"""Mode, user, group, label."""


def find(reference: str) -> BaseImage | None:
    """The image that a reference names, as of the snapshot; None if it is not in the catalog.

    A dated tag or a point release (``bookworm-20260101-slim``, ``12.9``) gives the release's snapshot:
    the same packages at other versions.  A digest beside a tag is ignored; a digest alone names nothing
    that is known here.
    """
    name, at, _ = reference.strip().partition("@")
    for prefix in _HUB:
        name = name.removeprefix(prefix)
    if ":" not in name.rpartition("/")[2]:
        if at:
            return None
        name += ":latest"
    names = _names()
    for spelling in (name, _POINT_RELEASE.sub(r"\1", _DATED.sub("", name))):
        if spelling in names:
            return _load(names[spelling])
    return None


def references() -> tuple[str, ...]:
    """The images of the catalog, each by its usual reference, sorted."""
    return tuple(sorted(_load(file).reference for file in set(_names().values())))


@cache
def _names() -> dict[str, str]:
    names: dict[str, str] = json.loads((DATA / "images.json").read_text(encoding="utf-8"))
    return names


@cache
def _load(file: str) -> BaseImage:
    import zlib

    document = json.loads(zlib.decompress((DATA / f"{file}.rootfs").read_bytes()))
    facts = document["facts"]
    attributes = [(mode, uid, gid, label) for mode, uid, gid, label in document["attributes"]]
    root = _directory(document["root"], attributes, document["texts"], "", {}, stamp())
    return BaseImage(
        reference=facts["reference"],
        names=tuple(facts["names"]),
        filesystem=FileSystem(root),
        size=tree_size(root),
        packages={name: InstalledPackage(name, version, auto) for name, version, auto in facts["packages"]},
        manager=facts["manager"],
        index=facts["index"],
        path_excludes=tuple(facts["path_excludes"]),
        path_includes=tuple(facts["path_includes"]),
        environment=facts["environment"],
        user=facts["user"],
        shell=tuple(facts["shell"]),
        command=tuple(facts["command"]),
        date=facts["date"],
        source=facts["source"],
        index_exact=facts.get("index_exact", True),
        distribution=facts["reference"].partition(":")[0],
        release=facts["index"] if facts["manager"] == "apt" else facts["reference"].partition(":")[2],
        libc=_LIBC.get(facts["manager"]),
        end_of_life=_END_OF_LIFE.get(facts["index"]),
    )


def _directory(
    node: list[Any],
    attributes: list[Attribute],
    texts: dict[str, str],
    path: str,
    linked: dict[int, Inode],
    mtime: object,
) -> Directory:
    """Snapshot trees are ours and shallow: the recursion is bounded by their depth."""
    children: dict[str, Node] = {}
    for name, child in node[1].items():
        if isinstance(child[1], dict):
            children[name] = _directory(child, attributes, texts, f"{path}/{name}", linked, mtime)
        else:
            children[name] = _inode(child, attributes, texts.get(f"{path}/{name}"), linked, mtime)
    mode, uid, gid, _ = attributes[node[0]]
    return Directory(children, mode, uid, gid, BASE_LAYER, "", mtime=mtime)


def _inode(
    node: list[Any], attributes: list[Attribute], text: str | None, linked: dict[int, Inode], mtime: object
) -> Inode:
    what = node[0]
    mode, uid, gid, label = attributes[node[1]]
    if isinstance(what, str):
        return Inode(
            Kind.SYMLINK, ZERO, mode, uid, gid, BASE_LAYER, "", target=what, mtime=mtime, label=label
        )
    if len(node) == 3 and node[2] in linked:
        return linked[node[2]]
    content = None if text is None else Inline(text.encode())
    inode = Inode(
        Kind.FILE, _size(what), mode, uid, gid, BASE_LAYER, "", content=content, mtime=mtime, label=label
    )
    if len(node) == 3:
        linked[node[2]] = inode
    return inode


_size = cache(Size.exact)
