"""Debian's package indexes, as apt downloads them: candidates, and what an index update writes."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from layerlint._dataclass import dataclass
from layerlint.catalog.model import IndexFile, Relation
from layerlint.catalog.records import PackageRecord, parse_relations
from layerlint.catalog.versions import satisfies, version_key

MIRROR = "http://deb.debian.org"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
_NOT_INSTALLED = ("Filename:", "Size:", "MD5sum:", "SHA256:", "Description-md5:")
"""Fields of the index that dpkg's status file does not have."""


@dataclass(frozen=True, slots=True)
class Index:
    suite: str
    packages: dict[str, PackageRecord]
    """The candidate, the highest version of all sources, by name, in the order of mention."""
    files: tuple[IndexFile, ...]
    date: str
    """Of the newest release file, ``YYYY-MM-DD``."""


def fetch(suite: str, work: Path) -> Index:
    """Update a private apt state under ``work`` from the sources of the official images, and read it."""
    environment = private_apt(suite, work)
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
    lists = sorted(path for path in (work / "lists").iterdir() if path.is_file() and path.name != "lock")
    packages = _candidates(
        _record(paragraph)
        for mirror, name in sources(suite)
        for path in lists
        if path.name.startswith(f"{_list_name(mirror, name)}_main_") and "Packages" in path.name
        for paragraph in _paragraphs(path, environment)
    )
    provided = {relation.name for record in packages.values() for relation in record.provides}
    return Index(
        suite,
        {name: _without_moot(record, packages, provided) for name, record in packages.items()},
        tuple(IndexFile(f"/var/lib/apt/lists/{path.name}", path.stat().st_size) for path in lists),
        max(_release_date(path) for path in lists if path.name.endswith("InRelease")),
    )


def sources(suite: str) -> tuple[tuple[str, str], ...]:
    """Mirror and suite name of each source of the official images (component ``main``)."""
    debian, security = f"{MIRROR}/debian", f"{MIRROR}/debian-security"
    return (debian, suite), (debian, f"{suite}-updates"), (security, f"{suite}-security")


def private_apt(suite: str, work: Path) -> dict[str, str]:
    for directory in ("lists/partial", "cache/archives/partial", "parts"):
        (work / directory).mkdir(parents=True, exist_ok=True)
    (work / "status").write_text("")
    (work / "sources.list").write_text(
        "".join(f"deb [signed-by={KEYRING}] {mirror} {name} main\n" for mirror, name in sources(suite))
    )
    # the two Acquire settings are those of the official images
    (work / "apt.conf").write_text(
        f'Dir::State "{work}"; Dir::State::status "{work}/status"; Dir::State::lists "{work}/lists";\n'
        f'Dir::Cache "{work}/cache"; Dir::Etc::SourceList "{work}/sources.list";\n'
        f'Dir::Etc::SourceParts "{work}/parts"; Dir::Etc::Parts "{work}/parts";\n'
        'APT::Architecture "amd64"; APT::Sandbox::User "root";\n'
        'Acquire::Languages "none"; Acquire::GzipIndexes "true";\n'
    )
    return {**os.environ, "APT_CONFIG": str(work / "apt.conf")}


def _paragraphs(path: Path, environment: dict[str, str]) -> Iterator[str]:
    command = ["/usr/lib/apt/apt-helper", "cat-file", str(path)]
    text = subprocess.run(command, check=True, env=environment, capture_output=True, text=True).stdout
    return (paragraph for paragraph in text.split("\n\n") if paragraph.startswith("Package:"))


def _record(paragraph: str) -> PackageRecord:
    fields: dict[str, str] = {}
    control_bytes = 0
    for line in paragraph.splitlines():
        name, colon, value = line.partition(":")
        if colon and not line.startswith(" "):
            fields[name] = value.strip()
        if not line.startswith(_NOT_INSTALLED):
            control_bytes += len(line.encode()) + 1
    return PackageRecord(
        name=fields["Package"],
        version=fields["Version"],
        architecture=fields["Architecture"],
        installed_kib=int(fields.get("Installed-Size", 0)),
        download_size=int(fields["Size"]),
        priority=fields.get("Priority", "optional"),
        essential=fields.get("Essential") == "yes",
        control_bytes=control_bytes,
        depends=parse_relations(_joined(fields, "Pre-Depends", "Depends")),
        recommends=parse_relations(fields.get("Recommends", "")),
        provides=_flat(parse_relations(fields.get("Provides", ""))),
        conflicts=_flat(parse_relations(_joined(fields, "Conflicts", "Breaks"))),
    )


def _joined(fields: dict[str, str], *names: str) -> str:
    return ",".join(fields[name] for name in names if fields.get(name))


def _flat(groups: Iterable[tuple[Relation, ...]]) -> tuple[Relation, ...]:
    return tuple(relation for group in groups for relation in group)


def _list_name(mirror: str, suite: str) -> str:
    return f"{mirror.removeprefix('http://').replace('/', '_')}_dists_{suite}"


def _candidates(records: Iterable[PackageRecord]) -> dict[str, PackageRecord]:
    """The highest version of each package, in the order in which these are first mentioned."""
    found: dict[str, PackageRecord] = {}
    for record in records:
        other = found.get(record.name)
        if other is None or version_key(record.version) > version_key(other.version):
            found.pop(record.name, None)
            found[record.name] = record
    return found


def _without_moot(
    record: PackageRecord, packages: dict[str, PackageRecord], provided: set[str]
) -> PackageRecord:
    """Leave out what decides nothing within the suite, which is a third of the relations' text.

    That is: alternatives that nothing in it is or provides, unless they are all there is; bounds that
    the candidate meets (kept where they name a stable update, which an older base image may lack, where
    they name one version exactly, and on names that others provide, which may not meet them); and
    conflicts with versions that are not the candidate.
    """

    def alternatives(group: tuple[Relation, ...]) -> tuple[Relation, ...]:
        there = tuple(one for one in group if one.name in packages or one.name in provided)
        return tuple(one if one.name in provided else _without_bound(one, packages) for one in there or group)

    def collides(relation: Relation) -> bool:
        candidate = packages.get(relation.name)
        if candidate is None:
            return relation.name in provided and not relation.operator
        return satisfies(candidate.version, relation.operator, relation.version)

    return replace(
        record,
        depends=tuple(dict.fromkeys(map(alternatives, record.depends))),
        recommends=tuple(dict.fromkeys(map(alternatives, record.recommends))),
        conflicts=tuple(filter(collides, record.conflicts)),
    )


def _without_bound(relation: Relation, packages: dict[str, PackageRecord]) -> Relation:
    candidate = packages.get(relation.name)
    moot = (
        candidate is not None
        and relation.operator not in ("", "=")
        and not ("deb" in relation.version and relation.operator in (">=", ">>"))
        and satisfies(candidate.version, relation.operator, relation.version)
    )
    return Relation(relation.name) if moot else relation


def _release_date(path: Path) -> str:
    from email.utils import parsedate_to_datetime

    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith("Date:"):
                return parsedate_to_datetime(line[5:].strip().replace(" UTC", " GMT")).date().isoformat()
    return ""
