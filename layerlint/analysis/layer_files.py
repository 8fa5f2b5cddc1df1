"""What many rules ask of a layer, worked out once: its files with new data, and the names in its paths."""

from __future__ import annotations

from collections.abc import Set
from functools import lru_cache

from layerlint._dataclass import dataclass
from layerlint.filesystem.layer import Entry, EntryKind, Layer
from layerlint.filesystem.node import Change, Inode


@dataclass(frozen=True, slots=True, eq=False)
class LayerFiles:
    """Files with new data."""

    entries: tuple[Entry, ...]
    names: Set[str]
    """Every component of their paths."""


class _Identity:
    """A layer as a key: by identity, since to compare two is to compare all their entries."""

    __slots__ = ("layer",)

    def __init__(self, layer: Layer) -> None:
        self.layer = layer

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.layer is self.layer

    def __hash__(self) -> int:
        return id(self.layer)


_NONE = LayerFiles((), frozenset())


def layer_files(layer: Layer | None) -> LayerFiles:
    return _NONE if layer is None or not layer.entries else _read(_Identity(layer))


@lru_cache(maxsize=128)  # the layers of one file, mostly
def _read(key: _Identity) -> LayerFiles:
    entries = tuple(
        entry
        for entry in key.layer.entries
        if entry.kind is EntryKind.FILE
        and isinstance(entry.node, Inode)
        and entry.node.change in (Change.CREATED, Change.CONTENT)
    )
    folders = {entry.path.rpartition("/")[0] for entry in entries}
    names = {entry.path.rpartition("/")[2] for entry in entries}
    names.update(name for folder in folders for name in folder.split("/"))
    return LayerFiles(entries, names)
