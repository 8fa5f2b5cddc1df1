"""Files of a package gathered into pieces by place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from layerlint.catalog.model import Piece
from layerlint.domain.size import Size

WHOLE = 65536
"""Bytes from which a file is a piece of its own."""
_MOST_WHOLE = 40
_MOST_PLACES = 40
_DEPTHS = (
    ("/usr/lib/python3/dist-packages/", 5),
    ("/usr/lib/x86_64-linux-gnu/", 4),
    ("/usr/share/doc/", 4),
    ("/usr/lib/jvm/", 4),
    ("/usr/share/lintian/overrides/", 4),
    ("/usr/share/gnome/help/", 6),
    ("/usr/share/omf/", 5),
    ("/usr/", 3),
)
"""How many components of a directory name a place, by the longest prefix; 2 elsewhere.  The deeper
ones are where dpkg's path excludes of slim images tell directories apart, and where people delete."""


def aggregate(files: Mapping[str, int], whole: int = WHOLE) -> tuple[Piece, ...]:
    """Large files and copyright files one by one, all others summed by place; sorted by path."""
    largest = sorted((path for path in files if files[path] >= whole), key=lambda path: (-files[path], path))
    single = {path for path in largest[:_MOST_WHOLE] if path.isprintable()}
    single.update(
        path for path in files if path.startswith("/usr/share/doc/") and path.endswith("/copyright")
    )
    places: dict[str, list[int]] = defaultdict(list)
    for path in files.keys() - single:
        places[_place(path)].append(files[path])
    if len(places) > _MOST_PLACES:
        places = _coarser(places)
    pieces = [Piece(path, Size.exact(files[path]), 1, summary=False) for path in single]
    pieces += [
        Piece(place, Size.exact(sum(sizes)), len(sizes), summary=True) for place, sizes in places.items()
    ]
    return tuple(sorted(pieces, key=lambda piece: piece.path))


def _place(path: str) -> str:
    depth = next((depth for prefix, depth in _DEPTHS if path.startswith(prefix)), 2)
    parts = path.split("/")[1:-1]
    return "/" + "/".join(part for part in parts[:depth] if part.isprintable())


def _coarser(places: Mapping[str, list[int]]) -> dict[str, list[int]]:
    """The small places of a package of very many are joined to their parent directories."""
    ordered = sorted(places, key=lambda place: (-sum(places[place]), place))
    joined: dict[str, list[int]] = defaultdict(
        list, {place: places[place] for place in ordered[:_MOST_PLACES]}
    )
    for place in ordered[_MOST_PLACES:]:
        parent = place.rpartition("/")[0] if place.count("/") > 2 else place
        joined[parent] = joined[parent] + places[place]
    return joined
