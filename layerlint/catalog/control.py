"""Paragraphs of Debian's package indexes (deb822(5)) to records: one candidate a package."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from layerlint._dataclass import replace
from layerlint._pattern import pattern
from layerlint.catalog.model import Relation
from layerlint.catalog.records import PRIORITIES, PackageRecord, parse_relations
from layerlint.catalog.versions import satisfies, version_key

_NAME = pattern(r"[a-z0-9][a-z0-9.+-]*")
_VERSION = pattern(r"[A-Za-z0-9][A-Za-z0-9.+:~-]*")
_NOT_INSTALLED = ("Filename:", "Size:", "MD5sum:", "SHA1:", "SHA256:", "SHA512:", "Description-md5:")
"""Fields of the index that dpkg's status file does not have."""
_satisfied = lru_cache(1 << 16)(satisfies)
"""Most relations of an index name the same few libraries and bounds."""
_LARGEST = 1 << 40
"""Of a package, in bytes: a number above it is a fault of the index."""


def read_record(paragraph: str) -> PackageRecord | None:
    """A package's paragraph; None where name, version, architecture or size are not those of one."""
    fields: dict[str, str] = {}
    control_bytes = 0
    for line in paragraph.splitlines():
        name, colon, value = line.partition(":")
        if colon and not line.startswith(" "):
            fields[name] = value.strip()
        if not line.startswith(_NOT_INSTALLED):
            control_bytes += len(line.encode()) + 1
    size, installed = _number(fields.get("Size", "")), _number(fields.get("Installed-Size", "0"))
    if (
        not _NAME.fullmatch(fields.get("Package", ""))
        or not _VERSION.fullmatch(fields.get("Version", ""))
        or not _NAME.fullmatch(fields.get("Architecture", ""))
        or size is None
        or installed is None
    ):
        return None
    priority = fields.get("Priority", "optional")
    return PackageRecord(
        name=fields["Package"],
        version=fields["Version"],
        architecture=fields["Architecture"],
        installed_kib=installed,
        download_size=size,
        priority=priority if priority in PRIORITIES else "optional",
        essential=fields.get("Essential") == "yes",
        control_bytes=control_bytes,
        depends=parse_relations(_joined(fields, "Pre-Depends", "Depends")),
        recommends=parse_relations(fields.get("Recommends", "")),
        provides=_flat(parse_relations(fields.get("Provides", ""))),
        conflicts=_flat(parse_relations(_joined(fields, "Conflicts", "Breaks"))),
    )


def _number(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) < 16) or int(text) > _LARGEST:
        return None
    return int(text)


def _joined(fields: Mapping[str, str], *names: str) -> str:
    return ",".join(fields[name] for name in names if fields.get(name))


def _flat(groups: Iterable[tuple[Relation, ...]]) -> tuple[Relation, ...]:
    return tuple(relation for group in groups for relation in group)


def candidates(records: Iterable[PackageRecord | None]) -> dict[str, PackageRecord]:
    """The highest version of each package, in the order in which these are first mentioned."""
    found: dict[str, PackageRecord] = {}
    for record in records:
        if record is None:
            continue
        other = found.get(record.name)
        if other is None or version_key(record.version) > version_key(other.version):
            found.pop(record.name, None)
            found[record.name] = record
    return found


def without_moot(packages: Mapping[str, PackageRecord]) -> dict[str, PackageRecord]:
    """Leave out what decides nothing within the suite, which is a third of the relations' text.

    That is: alternatives that nothing in it is or provides, unless they are all there is; bounds that
    the candidate meets (kept where they name a stable update, which an older base image may lack, where
    they name one version exactly, and on names that others provide, which may not meet them); and
    conflicts with versions that are not the candidate.
    """
    provided = {relation.name for record in packages.values() for relation in record.provides}

    def alternatives(group: tuple[Relation, ...]) -> tuple[Relation, ...]:
        there = tuple(one for one in group if one.name in packages or one.name in provided)
        return tuple(one if one.name in provided else _without_bound(one, packages) for one in there or group)

    def collides(relation: Relation) -> bool:
        candidate = packages.get(relation.name)
        if candidate is None:
            return relation.name in provided and not relation.operator
        return _satisfied(candidate.version, relation.operator, relation.version)

    return {
        name: replace(
            record,
            depends=tuple(dict.fromkeys(map(alternatives, record.depends))),
            recommends=tuple(dict.fromkeys(map(alternatives, record.recommends))),
            conflicts=tuple(filter(collides, record.conflicts)),
        )
        for name, record in packages.items()
    }


def _without_bound(relation: Relation, packages: Mapping[str, PackageRecord]) -> Relation:
    candidate = packages.get(relation.name)
    moot = (
        candidate is not None
        and relation.operator not in ("", "=")
        and not (_is_update(relation.version) and relation.operator in (">=", ">>"))
        and _satisfied(candidate.version, relation.operator, relation.version)
    )
    return Relation(relation.name) if moot else relation


def _is_update(version: str) -> bool:
    """Of a stable release's update: ``+deb12u3`` of Debian, ``ubuntu0.24.04.1`` and ``ubuntu2.3`` of Ubuntu."""
    return "deb" in version or re.search(r"ubuntu[0-9]+\.", version) is not None
