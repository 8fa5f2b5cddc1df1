"""What of an image a test compares: all but how it is kept."""

from __future__ import annotations

from typing import Any

from layerlint.filesystem.accounting import account
from layerlint.filesystem.layer import Layer
from layerlint.filesystem.node import Inode
from layerlint.filesystem.union import FileSystem
from layerlint.images.model import Image


def rows(layer: Layer) -> list[tuple[Any, ...]]:
    told = []
    for entry in layer.entries:
        node = entry.node
        attributes: tuple[Any, ...] = () if node is None else (node.mode, node.uid, node.gid)
        if isinstance(node, Inode):
            attributes += (node.target, node.capability, node.change.value)
        told.append((entry.path, entry.kind.value, entry.bytes.likely, entry.link, *attributes))
    return told


def contents(image: Image) -> list[Any]:
    return [
        (layer.diff_id, layer.tar_bytes, layer.entries, dict(layer.digests), rows(layer.layer), layer.history)
        for layer in image.layers
    ]


def hidden(image: Image) -> list[tuple[str, int, str, int, int]]:
    accounting = account(FileSystem.scratch(), [layer.layer for layer in image.layers])
    assert accounting.image.likely == accounting.visible.likely + accounting.hidden.likely
    assert accounting.image.likely == sum(layer.layer.bytes.likely for layer in image.layers)
    return [
        (item.path, item.bytes.likely, item.kind.value, item.created, item.hidden_by)
        for item in accounting.items
    ]


def paths(image: Image) -> dict[str, int | str | None]:
    """What can be seen: a file's bytes, a link's target, None for a directory."""
    from layerlint.filesystem.apply import apply

    state = FileSystem.scratch()
    for layer in image.layers:
        state = apply(state, layer.layer)
    found: dict[str, int | str | None] = {}
    for path, node in state.walk("/"):
        if path != "/":
            found[path] = (node.target or node.size.likely) if isinstance(node, Inode) else None
    return found
