"""The tree of paths that the page draws: what every layer holds, what of it is hidden, as compact arrays.

A folder is ``[name, [node, …]]``, a file ``[name, bytes, layer, hidden, by, low, high, count]`` without
the zeros at its end: ``layer`` and ``by`` are numbers of layers from 1 (0: the base image), ``hidden`` is
0 for a visible file and 1 + the position in ``HIDDEN_KINDS`` else, ``high`` is -1 without a bound, and
``low`` and ``high`` are both 0 where the amount is exact; ``count`` is 0 for one file.  Of two files with one
path, one was hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, TypeAlias

from layerlint._dataclass import dataclass
from layerlint.domain.size import ZERO, Size
from layerlint.report import LayersReport
from layerlint.reporters.characters import visible

HIDDEN_KINDS: Final = ("deleted", "overwritten", "metadata-only", "moved", "type-change")

DEEPEST: Final = 64
"""Folders in one another; the rest of a longer path is one name.  Readers of JSON have a limit too."""
_LONGEST_NAME: Final = 255
"""Characters: ``NAME_MAX`` of Linux (``limits.h``)."""

Tree: TypeAlias = list[Any]
_Folder: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Leaf:
    path: str
    bytes: Size
    layer: int
    hidden: int = 0
    by: int = 0
    count: int = 1


def tree(report: LayersReport, limit: int) -> Tree:
    """All data of the image: the visible files and the hidden ones, the largest of each folder first.

    No more than ``limit`` are told one by one: the smaller ones of a folder that are of one layer and
    one fate are a single file named by their number.
    """
    leaves = sorted(
        _leaves(report), key=lambda leaf: (-leaf.bytes.likely, leaf.path, leaf.layer, leaf.hidden)
    )
    root: _Folder = {}
    files: dict[int, list[_Leaf]] = {}
    for leaf in (*leaves[:limit], *_summed(leaves[limit:])):
        folder, name = _place(root, leaf.path)
        files.setdefault(id(folder), []).append(
            _Leaf(name, leaf.bytes, leaf.layer, leaf.hidden, leaf.by, leaf.count)
        )
    return _folder("", root, files)[0]


def _leaves(report: LayersReport) -> Iterator[_Leaf]:
    for file in report.files:
        yield _Leaf(file.path, file.bytes, _number(file.layer), count=file.count)
    for record in report.hidden:
        kind = HIDDEN_KINDS.index(record.kind) + 1 if record.kind in HIDDEN_KINDS else 1
        created, by = _number(record.created.layer), _number(record.hidden_by.layer)
        yield _Leaf(record.path, record.bytes, created, kind, by)
    if not report.files:
        yield from _rest(report)


def _rest(report: LayersReport) -> Iterator[_Leaf]:
    """What of each layer stays visible, where files were not asked for."""
    hidden: dict[int, int] = {}
    for record in report.hidden:
        number = _number(record.created.layer)
        hidden[number] = hidden.get(number, 0) + record.bytes.likely
    sizes = {0: report.base.bytes} if report.base.bytes != ZERO else {}
    for number, size in (sizes | {layer.index + 1: layer.bytes for layer in report.layers}).items():
        if (left := size.likely - hidden.get(number, 0)) > 0:
            yield _Leaf("/(visible files)", Size.exact(left), number)


def _number(layer: int | None) -> int:
    return 0 if layer is None else layer + 1


def _summed(leaves: Iterable[_Leaf]) -> Iterator[_Leaf]:
    found: dict[tuple[str, int, int, int], tuple[Size, int]] = {}
    for leaf in leaves:
        place = leaf.path.rpartition("/")[0], leaf.layer, leaf.hidden, leaf.by
        size, count = found.get(place, (ZERO, 0))
        found[place] = size + leaf.bytes, count + leaf.count
    for (folder, layer, hidden, by), (size, count) in found.items():
        yield _Leaf(f"{folder}/({count:,} smaller)", size, layer, hidden, by, count)


def _place(root: _Folder, path: str) -> tuple[_Folder, str]:
    """The folder that a path is in, made where it is not there, and its name there."""
    parts = [part for part in path.split("/", DEEPEST + 1) if part]
    name = _name(parts.pop()) if parts else "/"
    folder = root
    for part in parts:
        folder = folder.setdefault(_name(part), {})
    return folder, name


def _name(text: str) -> str:
    shown = visible(text)
    return shown if len(shown) <= _LONGEST_NAME else shown[: _LONGEST_NAME - 1] + "…"


def _folder(name: str, folder: _Folder, files: dict[int, list[_Leaf]]) -> tuple[Tree, int]:
    """The folder as an array, and its bytes.  It is no deeper than `DEEPEST`."""
    nodes = [(_file(leaf), leaf.bytes.likely) for leaf in files.get(id(folder), ())]
    for below, inner in folder.items():
        node, size = _folder(below, inner, files)
        nodes.append((node, size))
    nodes.sort(key=lambda pair: (-pair[1], str(pair[0][0])))
    total = sum(size for _, size in nodes)
    # A folder with a folder alone in it is shown as one: "usr/share".
    if name and len(nodes) == 1 and isinstance(nodes[0][0][1], list):
        only = nodes[0][0]
        return [f"{name}/{only[0]}", only[1]], total
    return [name, [node for node, _ in nodes]], total


def _file(leaf: _Leaf) -> Tree:
    size = leaf.bytes
    bounds = (0, 0) if size.is_exact else (size.low, -1 if size.high is None else size.high)
    count = 0 if leaf.count == 1 else leaf.count
    node: Tree = [leaf.path, size.likely, leaf.layer, leaf.hidden, leaf.by, *bounds, count]
    while len(node) > 2 and not node[-1]:
        node.pop()
    return node
