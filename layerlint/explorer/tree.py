"""The files of layers as trees of amounts: what the explorer shows, without a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum

from layerlint._dataclass import dataclass, field
from layerlint.domain.size import ZERO, Size, total
from layerlint.report import LayersReport

WHITEOUTS = frozenset({"whiteout", "opaque"})


class Order(Enum):
    SIZE = "size"
    """The largest first (likely bytes)."""
    NAME = "name"


@dataclass(slots=True)
class Item:
    """A file or folder of one layer, or of all of them."""

    name: str
    path: str
    bytes: Size = ZERO
    """With all that is in it."""
    hidden: Size = ZERO
    """Of ``bytes``: what the final root file system cannot reach."""
    kind: str = "directory"
    layers: tuple[int, ...] = ()
    """The layers that have an entry at this very path, lowest first."""
    because: str = ""
    children: dict[str, Item] = field(default_factory=dict)

    @property
    def removed(self) -> bool:
        return self.kind in WHITEOUTS


def layer_tree(report: LayersReport, layers: Iterable[int]) -> Item:
    """The entries of these layers; of a path that several have, the kind and reason of the last."""
    root = Item("/", "/")
    sizes: dict[str, list[Size]] = {}
    wanted = frozenset(layers)
    for layer in report.layers:
        if layer.index not in wanted:
            continue
        for change in layer.changes:
            item = _at(root, change.path)
            item.kind, item.because = change.kind, change.because
            if not item.layers or item.layers[-1] != layer.index:
                item.layers = (*item.layers, layer.index)
            sizes.setdefault(item.path, []).append(change.bytes)
    hidden: dict[str, list[Size]] = {}
    for record in report.hidden:
        if record.created.layer in wanted:
            hidden.setdefault(_at(root, record.path).path, []).append(record.bytes)
    _sum(root, sizes, hidden)
    return root


def _at(root: Item, path: str) -> Item:
    """The item of a path, made with its parents where it is not there yet."""
    item = root
    for name in path.split("/"):
        if name:
            below = item.children.get(name)
            if below is None:
                below = Item(name, f"{item.path.rstrip('/')}/{name}")
                item.children[name] = below
            item = below
    return item


def _sum(root: Item, sizes: Mapping[str, list[Size]], hidden: Mapping[str, list[Size]]) -> None:
    """Amounts from the leaves up, without recursion: paths may be deep."""
    order: list[Item] = [root]
    for item in order:
        order.extend(item.children.values())
    for item in reversed(order):
        below = item.children.values()
        item.bytes = total((*sizes.get(item.path, ()), *(child.bytes for child in below)))
        item.hidden = total((*hidden.get(item.path, ()), *(child.hidden for child in below)))


def rows(item: Item, order: Order, *, hidden_only: bool = False) -> list[Item]:
    """What is in a folder, in the order asked for."""
    children = [child for child in item.children.values() if not hidden_only or child.hidden.likely]
    match order:
        case Order.NAME:
            return sorted(children, key=lambda child: child.name)
        case Order.SIZE:
            if hidden_only:
                return sorted(children, key=lambda child: (-child.hidden.likely, child.name))
            return sorted(children, key=lambda child: (-child.bytes.likely, child.name))


def search(root: Item, text: str, limit: int = 500) -> Iterator[Item]:
    """Items whose path holds the text (any case), the largest first; at most ``limit`` of them."""
    needle = text.casefold()
    found: list[Item] = []
    pending = [root]
    while pending:
        item = pending.pop()
        if needle in item.path.casefold() and item is not root:
            found.append(item)
        pending.extend(item.children.values())
    found.sort(key=lambda item: (-item.bytes.likely, item.path))
    yield from found[:limit]
