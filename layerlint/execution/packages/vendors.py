"""Packages of sources beside the distribution's whose sizes are known without an index.

Only where a source list that the build wrote names the vendor: what else a source has is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.domain.size import Size
from layerlint.execution.packages.database import Installed
from layerlint.execution.packages.requests import name_of
from layerlint.filesystem.node import Inline, Inode
from layerlint.filesystem.union import FileSystem

_LISTS = "/etc/apt/sources.list.d"
_MAX_LIST = 4096
_NODE = pattern(rb"deb\.nodesource\.com/node_([0-9]{1,2})\.x")
_YARN = pattern(rb"dl\.yarnpkg\.com/debian")
_NODE_BYTES = (
    (4, 37), (6, 50), (8, 70), (10, 82), (12, 95), (14, 115), (16, 120), (18, 165), (20, 141), (22, 162), (24, 176),
)  # fmt: skip
"""Megabytes by major version, and by those after it up to the next.  4 to 10: what apt said in build logs of 2020,
less the 17 MB of Python that came along in some; later ones: the tree of the official image of the version
(`repositories/node.yaml`) and a tenth, as in those."""
_YARN_SIZE = Size(5_000_000, 5_300_000, 6_000_000)
"""5.3 MB (`repositories/node.yaml`)."""


@dataclass(frozen=True, slots=True)
class Offer:
    name: str
    size: Size
    depends: tuple[str, ...] = ()


def offers(filesystem: FileSystem) -> Mapping[str, Offer]:
    """By name: what apt takes from a vendor, whose package is newer than the distribution's or pinned above it."""
    found: dict[str, Offer] = {}
    for text in _texts(filesystem):
        if (node := _NODE.search(text)) is not None:
            found["nodejs"] = Offer("nodejs", _node(int(node[1])), ("python3-minimal", "ca-certificates"))
        if _YARN.search(text) is not None:
            found["yarn"] = Offer("yarn", _YARN_SIZE, ("nodejs",))
    return found


def split(
    words: Sequence[str], filesystem: FileSystem, installed: Mapping[str, Installed]
) -> tuple[list[Offer], list[str]]:
    """What of the words comes from a vendor, with what it needs of the same; and the words for the index."""
    offered = offers(filesystem)
    theirs: dict[str, Offer] = {}
    own: list[str] = []
    pending = list(reversed(words))
    while pending:
        word = pending.pop()
        offer = offered.get(name_of(word))
        if offer is None:
            own.append(word)
        elif offer.name not in installed and offer.name not in theirs:
            theirs[offer.name] = offer
            pending += reversed(offer.depends)
    return list(theirs.values()), own


def _node(major: int) -> Size:
    megabytes = [size for since, size in _NODE_BYTES if since <= major] or [_NODE_BYTES[0][1]]
    return Size.around(megabytes[-1] * 1_000_000, 0.25, 0.25)


def _texts(filesystem: FileSystem) -> Iterator[bytes]:
    for name, node in sorted(filesystem.children(_LISTS).items()):
        if (
            name.endswith((".list", ".sources"))
            and isinstance(node, Inode)
            and isinstance(node.content, Inline)
        ):
            yield node.content.data[:_MAX_LIST]
