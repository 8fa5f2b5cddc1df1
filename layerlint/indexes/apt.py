"""Indexes of Debian and Ubuntu: ``InRelease``, and the ``Packages`` files that it names by their checksums.

What a mirror sends is held against the checksums in its Release file.  The signature of that file is not
verified: nothing of it is ever installed, and layerlint carries no keys.  Of the paths in a Release file
only those that are expected are looked up in it; none becomes a path here.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping

from layerlint._dataclass import dataclass, replace
from layerlint.catalog.blocks import BlockFile
from layerlint.catalog.control import candidates, read_record, without_moot
from layerlint.catalog.index_files import bundled
from layerlint.catalog.records import PackageRecord, decode_package, near_footprint
from layerlint.catalog.write import apt_tables
from layerlint.indexes.draft import Draft, Wanted
from layerlint.indexes.errors import SourceError
from layerlint.indexes.fetch import Fetched, Fetcher, MissingError, Tag
from layerlint.indexes.releases import Release, Source
from layerlint.indexes.unpack import unpack

MAX_RELEASE = 4 << 20
"""Bytes of a Release file; that of Debian 12 has 151,075."""
MAX_PACKED = 128 << 20
MAX_UNPACKED = 512 << 20
"""Of one Packages file; Debian 13's main has 56,634,892 bytes, 9,679,304 packed with xz."""
_MAX_PARAGRAPH = 4 << 20
_HEX = re.compile(r"[0-9a-f]{64}")
_COMPONENT = re.compile(r"[a-z0-9][a-z0-9.+-]*(?:/[a-z0-9][a-z0-9.+-]*)?")
_NEARLY = 0.05
"""Of another version of a package, the Installed-Size may differ by this for its measured footprint to be
taken over, scaled.  Between Debian's releases 90 % of such footprints are then within 2.7 % of what was
measured there (651 packages, bullseye to bookworm and bookworm to trixie)."""

_LZ4 = ((1_000, 1.32), (7_000, 1.68), (19_000, 1.80), (380_000, 2.02), (9_000_000, 2.146))
"""apt of the official images keeps the lists packed with lz4: so many times the bytes of ``Packages.xz``.
Measured on nine lists of Debian 11 to 13, November 2026: main 2.143 to 2.149, security 2.02 to 2.03."""
_LZ4_GZIP = 1.56
"""The same over ``Packages.gz``: 1.559 to 1.561 on main."""


@dataclass(frozen=True, slots=True)
class _Pocket:
    source: Source
    release: Fetched
    fields: Mapping[str, str]
    sums: Mapping[str, tuple[str, int]]
    """SHA-256 and size by path."""
    name: str
    """``InRelease`` or ``Release``."""


def make(release: Release, wanted: Wanted, fetcher: Fetcher) -> Draft | None:
    """None if nothing has changed since ``wanted.known``."""
    components = wanted.components or release.components
    sources = [replace(one, mirror=wanted.mirror or one.mirror) for one in release.sources]
    fetched = [_release(source, fetcher, wanted.known) for source in sources]
    if not any(fetched):
        return None
    pockets = [
        _pocket(source, *(found or _fresh(source, fetcher)))
        for source, found in zip(sources, fetched, strict=True)
    ]
    files: list[tuple[str, int]] = []
    usual: list[PackageRecord] = []
    other: list[PackageRecord] = []
    for own, pocket in zip(release.sources, pockets, strict=True):
        name = _list_name(own)
        files.append((f"/var/lib/apt/lists/{name}_{pocket.name}", pocket.release.bytes))
        # what is not automatic (backports) is a candidate only where nothing else is: apt_preferences(5)
        records = other if pocket.fields.get("NotAutomatic") == "yes" else usual
        for component in components:
            path, size = _packages_file(pocket, component)
            if size:
                listed = f"{name}_{component.replace('/', '_')}_binary-amd64_Packages.lz4"
                files.append((f"/var/lib/apt/lists/{listed}", _as_lz4(path, size)))
                records += _records(pocket, path, fetcher)
    found = candidates(usual)
    for package, record in candidates(other).items():
        found.setdefault(package, record)
    if not found:
        raise SourceError("its indexes list no package")
    packages = without_moot(found)
    near = bundled(release.near)
    assert near is not None  # tests/indexes/test_releases.py
    tables, words = apt_tables(packages, _footprints(packages, near, exact=release.file == release.near))
    suites = [source.suite for source in sources]
    return Draft(
        "apt",
        max(_date(pocket) for pocket in pockets),
        f"{release.title}: {', '.join(suites)}; {', '.join(components)}; amd64",
        tuple(sorted(files)),
        tables,
        words,
        {_address(pocket.source, pocket.name): pocket.release.tag for pocket in pockets},
        {"estimator": near.meta["estimator"], "near": release.near},
    )


def _address(source: Source, path: str) -> str:
    return f"{source.mirror}/{source.path}/dists/{source.suite}/{path}"


def _release(source: Source, fetcher: Fetcher, known: Mapping[str, Tag]) -> tuple[Fetched, str] | None:
    """The Release file and its name; archives of old releases have none that is signed within."""
    for name in ("InRelease", "Release"):
        url = _address(source, name)
        try:
            found = fetcher.get(url, MAX_RELEASE, known.get(url))
        except MissingError:
            if name == "Release":
                raise
            continue
        return None if found is None else (found, name)
    raise AssertionError("one of the two is there, or MissingError is raised")


def _fresh(source: Source, fetcher: Fetcher) -> tuple[Fetched, str]:
    found = _release(source, fetcher, {})
    assert found is not None  # a server has nothing to compare
    return found


def _pocket(source: Source, release: Fetched, name: str) -> _Pocket:
    fields, sums = parse_release(release.path.read_text(encoding="utf-8", errors="replace"))
    names = {fields.get("Suite"), fields.get("Codename")}
    base = re.split("[-/]", source.suite)[0]
    if not sums or names.isdisjoint({source.suite, source.suite.replace("/", "-"), base}):
        raise SourceError(f"{_address(source, name)}: not the Release file of {source.suite}")
    return _Pocket(source, release, fields, sums, name)


def parse_release(text: str) -> tuple[dict[str, str], dict[str, tuple[str, int]]]:
    """Fields of one line, and of the section SHA256 checksum and size by path."""
    fields: dict[str, str] = {}
    sums: dict[str, tuple[str, int]] = {}
    section = ""
    for line in text.splitlines():
        if line.startswith(" "):
            words = line.split()
            if section == "SHA256" and len(words) == 3 and _HEX.fullmatch(words[0]):
                size = (
                    int(words[1]) if words[1].isascii() and words[1].isdigit() and len(words[1]) < 16 else -1
                )
                if size >= 0:
                    sums[words[2]] = words[0], size
            continue
        if line == "-----BEGIN PGP SIGNATURE-----":
            break
        section, _, value = line.partition(":")
        fields.setdefault(section, value.strip())
    return fields, sums


def _packages_file(pocket: _Pocket, component: str) -> tuple[str, int]:
    """The path of the best packed Packages file, and its bytes: 0 for an empty list, which apt leaves out."""
    folder = f"{component}/binary-amd64"
    for ending in ("xz", "gz"):
        path = f"{folder}/Packages.{ending}"
        if path in pocket.sums:
            empty = pocket.sums.get(f"{folder}/Packages", ("", 1))[1] == 0
            return path, 0 if empty else pocket.sums[path][1]
    there = pocket.fields.get("Components", "")
    raise SourceError(
        f'{pocket.source.suite} has no component "{component}" for amd64'
        + (f" (it has {there})" if there else "")
    )


def _records(pocket: _Pocket, path: str, fetcher: Fetcher) -> Iterator[PackageRecord]:
    checksum, size = pocket.sums[path]
    if size > MAX_PACKED:
        raise SourceError(f"{_address(pocket.source, path)}: too large ({size} bytes)")
    by_hash = pocket.fields.get("Acquire-By-Hash") == "yes"
    place = f"{path.rpartition('/')[0]}/by-hash/SHA256/{checksum}" if by_hash else path
    url = _address(pocket.source, place)
    fetched = fetcher.get(url, size)
    assert fetched is not None  # only what is known gives None
    if fetched.sha256 != checksum:
        raise SourceError(f"{url}: its checksum is not that of the Release file")
    _, promised = pocket.sums.get(path.rpartition(".")[0], ("", MAX_UNPACKED))
    for paragraph in _paragraphs(unpack(fetched.path, path, min(promised, MAX_UNPACKED)), path):
        record = read_record(paragraph)
        if record is not None and record.architecture in ("all", "amd64"):
            yield record
    fetched.path.unlink()


def _paragraphs(chunks: Iterator[bytes], name: str) -> Iterator[str]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n\n")
        yield from (paragraph.decode(errors="replace") for paragraph in whole)
        if len(rest) > _MAX_PARAGRAPH:
            raise SourceError(f"{name}: not an index of packages")
    yield rest.decode(errors="replace")


def _list_name(source: Source) -> str:
    host = source.mirror.partition("://")[2]
    return f"{host}/{source.path}/dists/{source.suite}".replace("/", "_")


def _as_lz4(path: str, size: int) -> int:
    if path.endswith(".gz"):
        return round(size * _LZ4_GZIP)
    place = bisect_right(_LZ4, size, key=lambda point: point[0])
    if place in (0, len(_LZ4)):
        return round(size * _LZ4[max(0, place - 1)][1])
    (left, low), (right, high) = _LZ4[place - 1 : place + 1]
    return round(size * (low + (high - low) * (size - left) / (right - left)))


def _date(pocket: _Pocket) -> str:
    from email.utils import parsedate_to_datetime

    text = pocket.fields.get("Date", "").replace(" UTC", " GMT")
    try:
        return parsedate_to_datetime(text).date().isoformat()
    except (TypeError, ValueError) as error:
        raise SourceError(f"{_address(pocket.source, pocket.name)}: without a date") from error


def _footprints(packages: Mapping[str, PackageRecord], near: BlockFile, *, exact: bool) -> list[str]:
    """What was measured for the bundled snapshot, of what is still the same or nearly so.

    ``exact``: it is the same release, where the same version is the same package.
    """
    lines: list[str] = []
    for line in near.lines("footprint"):
        name = line.partition("\t")[0]
        measured, record = near.line("package", name), packages.get(name)
        if measured is None or record is None:
            continue
        old = decode_package(measured)
        if exact and old.version == record.version:
            lines.append(line)
        elif old.installed_kib and abs(record.installed_kib / old.installed_kib - 1) <= _NEARLY:
            lines.append(near_footprint(line, record.installed_kib / old.installed_kib))
    return lines
