"""The text records of a package index snapshot: one line a package, one line a footprint.

Fields are separated by tabs, and none can hold a tab or a line break.  Relations are written as in a
control file, without blanks: ``libc6(>=2.34),debconf|cdebconf``; a bound that is the package's own
version is written ``(=)``.
"""

from __future__ import annotations

import re

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.catalog.model import Footprint, Piece, Relation
from layerlint.domain.size import Size

_RELATION = pattern(r"([a-z0-9][a-z0-9.+-]*)(?:\((<<|<=|=|>=|>>)([^()]*)\))?")
PRIORITIES = ("optional", "required", "important", "standard", "extra")
_APPROXIMATE = 0.5
"""Relative bounds of a piece marked with ``~``: a cache whose size depends on what else is installed."""
_NEAR = 0.05
"""Of a piece marked with ``%``: measured at another version of about the same Installed-Size."""


@dataclass(frozen=True, slots=True)
class PackageRecord:
    """What the index says of a package, in the order of the line's fields."""

    name: str
    version: str
    architecture: str
    installed_kib: int
    download_size: int
    priority: str
    essential: bool
    control_bytes: int
    """Of the package's paragraph in the index, without checksums and file name."""
    depends: tuple[tuple[Relation, ...], ...]
    recommends: tuple[tuple[Relation, ...], ...]
    provides: tuple[Relation, ...]
    conflicts: tuple[Relation, ...]


def encode_package(record: PackageRecord) -> str:
    own = record.version
    return "\t".join(
        (
            record.name,
            own,
            "" if record.architecture == "amd64" else record.architecture,
            str(record.installed_kib),
            str(record.download_size),
            str(PRIORITIES.index(record.priority)) + ("e" if record.essential else ""),
            str(record.control_bytes),
            write_groups(record.depends, own),
            write_groups(record.recommends, own),
            write_groups(tuple((relation,) for relation in record.provides), own),
            write_groups(tuple((relation,) for relation in record.conflicts), own),
        )
    ).rstrip("\t")


def decode_package(line: str) -> PackageRecord:
    fields = line.split("\t")
    fields += [""] * (11 - len(fields))
    own = fields[1]
    return PackageRecord(
        name=fields[0],
        version=own,
        architecture=fields[2] or "amd64",
        installed_kib=int(fields[3]),
        download_size=int(fields[4]),
        priority=PRIORITIES[int(fields[5][0])],
        essential=fields[5].endswith("e"),
        control_bytes=int(fields[6]),
        depends=_read_groups(fields[7], own),
        recommends=_read_groups(fields[8], own),
        provides=tuple(group[0] for group in _read_groups(fields[9], own)),
        conflicts=tuple(group[0] for group in _read_groups(fields[10], own)),
    )


def encode_footprint(name: str, footprint: Footprint) -> str:
    numbers = (
        footprint.info_bytes,
        footprint.info_files,
        footprint.status_bytes,
        footprint.templates_bytes,
    )
    fields = [name, *map(str, numbers)]
    for piece in footprint.pieces:
        exact = "" if piece.bytes.is_exact else "~"
        fields += [piece.path, f"{exact}{piece.bytes.likely}", str(piece.count) if piece.summary else ""]
    return "\t".join(fields)


def decode_footprint(line: str) -> Footprint:
    """Of a measured package; the name is the line's first field."""
    fields = line.split("\t")
    pieces = tuple(
        Piece(path, _read_size(size), int(count or 1), bool(count))
        for path, size, count in zip(fields[5::3], fields[6::3], fields[7::3], strict=True)
    )
    info_bytes, info_files, status_bytes, templates_bytes = map(int, fields[1:5])
    return Footprint(
        pieces, info_bytes, info_files, status_bytes, measured=True, templates_bytes=templates_bytes
    )


def parse_relations(field: str) -> tuple[tuple[Relation, ...], ...]:
    """A dependency field of a control file; architecture qualifiers (``:any``) are left out."""
    return _read_groups(re.sub(r"\s+|:[a-z0-9]+(?=[\s,|(]|$)", "", field), "")


def _read_groups(text: str, own: str) -> tuple[tuple[Relation, ...], ...]:
    if not text:
        return ()
    return tuple(
        tuple(
            Relation(name, operator, bound or own if operator else "")
            for name, operator, bound in _RELATION.findall(group)
        )
        for group in text.split(",")
    )


def write_groups(groups: tuple[tuple[Relation, ...], ...], own: str) -> str:
    return ",".join("|".join(_write_relation(relation, own) for relation in group) for group in groups)


def _write_relation(relation: Relation, own: str) -> str:
    if not relation.operator:
        return relation.name
    return f"{relation.name}({relation.operator}{'' if relation.version == own else relation.version})"


def near_footprint(line: str, factor: float) -> str:
    """The line of a footprint for another version of the package, ``factor`` times as large."""
    fields = line.split("\t")
    for place in range(6, len(fields), 3):
        size = fields[place]
        fields[place] = size if size.startswith("~") else f"%{round(int(size.lstrip('%')) * factor)}"
    return "\t".join(fields)


def is_near(line: str) -> bool:
    """Whether a footprint was measured at another version."""
    return any(size.startswith("%") for size in line.split("\t")[6::3])


def _read_size(text: str) -> Size:
    if text.startswith("%"):
        return Size.around(int(text[1:]), _NEAR, _NEAR)
    if text.startswith("~"):
        return Size.around(int(text[1:]), _APPROXIMATE, _APPROXIMATE)
    return Size.exact(int(text))
