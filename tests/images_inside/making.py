"""Images made of a few rows: as the values that a reader gives, and as archives that other programs read."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from layerlint.domain.size import ZERO, Size
from layerlint.filesystem.layer import Entry, EntryKind, Layer
from layerlint.filesystem.node import Change, Directory, Inode, Kind, Node
from layerlint.images.model import History, Image, ImageConfig, ImageLayer


@dataclass(frozen=True)
class Row:
    """One entry of a tar."""

    kind: EntryKind
    path: str
    size: int = 0
    data: str = ""
    """A name for the content: rows with the same name and size hold the same bytes."""
    link: str = ""
    mode: int = 0o644


def file(path: str, size: int, data: str = "", mode: int = 0o644) -> Row:
    return Row(EntryKind.FILE, path, size, data or path, mode=mode)


def folder(path: str) -> Row:
    return Row(EntryKind.DIRECTORY, path, mode=0o755)


def gone(path: str) -> Row:
    return Row(EntryKind.WHITEOUT, path)


def opaque(path: str) -> Row:
    return Row(EntryKind.OPAQUE, path)


def hardlink(path: str, to: str) -> Row:
    return Row(EntryKind.HARDLINK, path, link=to)


def symlink(path: str, to: str) -> Row:
    return Row(EntryKind.SYMLINK, path, link=to)


def content(row: Row) -> bytes:
    seed = hashlib.sha256(row.data.encode()).digest()
    return (seed * (row.size // len(seed) + 1))[: row.size]


def tar_name(row: Row) -> str:
    bare = row.path.strip("/")
    parent, _, name = bare.rpartition("/")
    prefix = f"{parent}/" if parent else ""
    match row.kind:
        case EntryKind.WHITEOUT:
            return f"{prefix}.wh.{name}"
        case EntryKind.OPAQUE:
            return f"{bare}/.wh..wh..opq"
        case _:
            return bare


_TYPES = {
    EntryKind.DIRECTORY: tarfile.DIRTYPE,
    EntryKind.SYMLINK: tarfile.SYMTYPE,
    EntryKind.HARDLINK: tarfile.LNKTYPE,
}


def layer_tar(rows: Sequence[Row]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for row in rows:
            member = tarfile.TarInfo(tar_name(row))
            member.type = _TYPES.get(row.kind, tarfile.REGTYPE)
            member.mode = row.mode
            member.linkname = row.link.strip("/") if row.kind is EntryKind.HARDLINK else row.link
            member.size = row.size if row.kind is EntryKind.FILE else 0
            tar.addfile(member, io.BytesIO(content(row)) if row.kind is EntryKind.FILE else None)
    return stream.getvalue()


def history_rows(count: int) -> tuple[History, ...]:
    return tuple(
        History(f"RUN /bin/sh -c step {index} # buildkit", "buildkit", False) for index in range(count)
    )


def docker_archive(
    path: Path, layers: Sequence[Sequence[Row]], history: Sequence[History] | None = None
) -> Path:
    """What ``docker save`` writes, in its old form: ``manifest.json``, a configuration, plain tars."""
    blobs = [layer_tar(rows) for rows in layers]
    ids = [hashlib.sha256(blob).hexdigest() for blob in blobs]
    told = history_rows(len(layers)) if history is None else history
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{each}" for each in ids]},
        "history": [
            {"created_by": row.created_by, "comment": row.comment, "empty_layer": row.empty_layer}
            for row in told
        ],
    }
    document = json.dumps(config).encode()
    name = f"{hashlib.sha256(document).hexdigest()}.json"
    names = [f"{index}-{each[:12]}/layer.tar" for index, each in enumerate(ids)]
    manifest = [{"Config": name, "RepoTags": ["test:latest"], "Layers": names}]
    with tarfile.open(path, "w") as tar:
        for member_name, data in ((name, document), *zip(names, blobs, strict=True)):
            member = tarfile.TarInfo(member_name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
        text = json.dumps(manifest).encode()
        member = tarfile.TarInfo("manifest.json")
        member.size = len(text)
        tar.addfile(member, io.BytesIO(text))
    return path


def filesystem_layers(layers: Sequence[Sequence[Row]]) -> list[Layer]:
    return [each.layer for each in image(layers).layers]


def image(
    layers: Sequence[Sequence[Row]], history: Sequence[History] | None = None, reference: str = "test.tar"
) -> Image:
    """The image that a reader would make of these rows."""
    told = history_rows(len(layers)) if history is None else tuple(history)
    making = [row for row in told if not row.empty_layer]
    seen: dict[str, tuple[str, Inode]] = {}
    found: list[ImageLayer] = []
    for index, rows in enumerate(layers):
        nodes, digests = _nodes(rows, index, seen)
        entries = tuple(
            Entry(row.path, row.kind, nodes.get(row.path) if row.kind in _WITH_NODE else None, row.link)
            for row in sorted(rows, key=lambda row: row.path)
        )
        size = sum(row.size for row in rows)
        name = f"sha256:{hashlib.sha256(repr((index, rows)).encode()).hexdigest()}"
        found.append(
            ImageLayer(
                name,
                name,
                "application/vnd.oci.image.layer.v1.tar",
                size,
                size + 1024,
                len(rows),
                making[index] if index < len(making) else None,
                Layer(index, entries),
                digests,
            )
        )
    config = ImageConfig("amd64", "linux", history=tuple(told))
    identity = f"sha256:{hashlib.sha256(repr(layers).encode()).hexdigest()}"
    return Image(reference, "docker-archive", "test:latest", identity, "linux/amd64", config, tuple(found))


_WITH_NODE = frozenset(
    {EntryKind.FILE, EntryKind.DIRECTORY, EntryKind.SYMLINK, EntryKind.HARDLINK, EntryKind.OTHER}
)


def _nodes(
    rows: Sequence[Row], index: int, seen: dict[str, tuple[str, Inode]]
) -> tuple[dict[str, Node], dict[str, str]]:
    removed = {row.path for row in rows if row.kind is EntryKind.WHITEOUT}
    nodes: dict[str, Node] = {}
    digests: dict[str, str] = {}
    for row in rows:
        match row.kind:
            case EntryKind.DIRECTORY:
                nodes[row.path] = Directory({}, row.mode, 0, 0, index, "")
            case EntryKind.FILE:
                digest = f"sha256:{hashlib.sha256(content(row)).hexdigest()}"
                origin, change = None, Change.CREATED
                for path, (known, inode) in seen.items():
                    if known == digest and (path == row.path or path in removed) and row.size:
                        origin = inode
                        change = Change.METADATA if path == row.path else Change.MOVED
                size = Size.exact(row.size)
                inode = Inode(Kind.FILE, size, row.mode, 0, 0, index, "", change=change, origin=origin)
                nodes[row.path] = inode
                if row.size:
                    digests[row.path] = digest
            case EntryKind.SYMLINK:
                nodes[row.path] = Inode(Kind.SYMLINK, ZERO, row.mode, 0, 0, index, "", target=row.link)
            case EntryKind.HARDLINK:
                nodes[row.path] = nodes[row.link]
            case _:
                pass
    for path in removed:
        seen.pop(path, None)
    for path, digest in digests.items():
        node = nodes[path]
        assert isinstance(node, Inode)
        seen[path] = (digest, node)
    return nodes, digests
