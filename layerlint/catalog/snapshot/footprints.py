"""From what was measured to footprints: who made what, and in which pieces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from layerlint._dataclass import replace
from layerlint.catalog.model import Footprint, Piece
from layerlint.catalog.snapshot.generated import byte_code_source, generator
from layerlint.catalog.snapshot.measure import Install, Unpacked
from layerlint.catalog.snapshot.pieces import aggregate
from layerlint.domain.size import Size

_CACHE_SPREAD = 0.5
"""Of the size of a generated cache: it depends on what else is installed."""

_NEVER_WHOLE = 1 << 62


def footprints(installs: Iterable[Install]) -> dict[str, Footprint]:
    """Of every package, from the first install that brought it: list installs of little first."""
    found: dict[str, Footprint] = {}
    for install in installs:
        made, _ = attribute(install)
        for name, package in install.packages.items():
            if name not in found:
                found[name] = _footprint(package, made.get(name, {}))
    return found


def attribute(install: Install) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """The unowned files by the package that made them, and those for which none is known."""
    owners = {path: name for name, package in install.packages.items() for path in package.files}
    made: dict[str, dict[str, int]] = defaultdict(dict)
    unknown: dict[str, int] = {}
    for path, size in install.unowned.items():
        source = byte_code_source(path)
        name = owners.get(source or "") or generator(path, install.packages.keys())
        if name is None:
            unknown[path] = size
        else:
            made[name][path] = size
    return made, unknown


def _footprint(package: Unpacked, made: Mapping[str, int]) -> Footprint:
    byte_code = {path: size for path, size in made.items() if path.endswith(".pyc")}
    caches = {path: size for path, size in made.items() if path not in byte_code}
    return Footprint(
        pieces=(
            *aggregate(package.files),
            *map(_compiled, aggregate(byte_code, whole=_NEVER_WHOLE)),
            *map(_cache, aggregate(caches)),
        ),
        info_bytes=sum(package.info.values()),
        info_files=len(package.info),
        status_bytes=package.status_bytes,
        measured=True,
        templates_bytes=package.info.get("templates", 0),
    )


def _compiled(piece: Piece) -> Piece:
    path = piece.path.partition("/__pycache__")[0]
    return replace(piece, path=f"{path}/__pycache__")


def _cache(piece: Piece) -> Piece:
    return replace(piece, bytes=Size.around(piece.bytes.likely, _CACHE_SPREAD, _CACHE_SPREAD))
