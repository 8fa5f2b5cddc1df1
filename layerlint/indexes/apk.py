"""Indexes of Alpine: ``APKINDEX.tar.gz`` (apk-index(5)), two gzip members that are one tar.

The tables are those of the bundled indexes of Alpine (``catalog.alpine``).  The
checksum in the index's signature is not verified.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from layerlint.catalog.alpine import AlpinePackage, encode, library
from layerlint.domain.size import Size
from layerlint.indexes.draft import Draft, Wanted
from layerlint.indexes.errors import SourceError
from layerlint.indexes.fetch import Fetched, Fetcher
from layerlint.indexes.releases import Release
from layerlint.indexes.unpack import unpack

MAX_PACKED = 32 << 20
"""Bytes of one repository's index: community of Alpine 3.20 has about 2 MB."""
MAX_UNPACKED = 256 << 20
_BLOCK = 512
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]*")
_VERSION = re.compile(r"[0-9][A-Za-z0-9._~-]*")
_NUMBER = re.compile(r"[0-9]{1,13}")
_SMALL = re.compile(r"[0-9]{1,10}")
_DISK_BLOCK = 4096
_DU_FIRST = 14
_DU = (
    (0.0, 0.05, 0.1),
    (0.0, 0.1, 0.39),
    (0.05, 0.3, 0.73),
    (0.12, 0.38, 0.86),
    (0.41, 0.77, 0.93),
    (0.58, 0.83, 0.97),
    (0.43, 0.95, 1.0),
    (0.71, 0.97, 1.0),
    (0.49, 0.96, 1.0),
)
"""Bytes of the files over what ``du`` counts, 5th percentile, median and 95th, of packages from 8 to 16 KiB
(14 bits), from 16 to 32 and so on: the 1,208 that Alpine 3.19 and 3.22 have in the same version."""
_FILE_SLACK = 3000
"""Of ``du`` over the bytes of a file: half a block, and its part of the directories."""
_USUAL_FILE = 40_000


def make(release: Release, wanted: Wanted, fetcher: Fetcher) -> Draft | None:
    """None if nothing has changed since ``wanted.known``."""
    urls = {
        f"{wanted.mirror or one.mirror}/{one.path}/x86_64/APKINDEX.tar.gz": f"{one.mirror}/{one.path}"
        for one in release.sources
    }
    fetched = {url: fetcher.get(url, MAX_PACKED, wanted.known.get(url)) for url in urls}
    if not any(fetched.values()):
        return None
    packages: dict[str, AlpinePackage] = {}
    newest = 0  # the index itself has no date
    files: list[tuple[str, int]] = []
    tags = {}
    for url, found in fetched.items():
        file = found or fetcher.get(url, MAX_PACKED)
        assert file is not None  # only what is known gives None
        tags[url] = file.tag
        files.append((f"/var/cache/apk/{cached_name(urls[url])}", file.bytes))
        for package, built in _packages(file, url):
            newest = max(newest, built)
            packages.setdefault(package.name, package)  # no name is in both repositories of a release
    if not packages:
        raise SourceError("its indexes list no package")
    words = Counter(f"{word} " for package in packages.values() for word in package.depends)
    return Draft(
        "apk",
        datetime.fromtimestamp(newest, UTC).date().isoformat(),
        f"{release.title}: {', '.join(one.path.rpartition('/')[2] for one in release.sources)}; x86_64",
        tuple(files),
        _tables(packages),
        words,
        tags,
    )


def _tables(packages: Mapping[str, AlpinePackage]) -> dict[str, Sequence[str]]:
    providers: dict[str, list[AlpinePackage]] = defaultdict(list)
    libraries: dict[str, dict[str, None]] = defaultdict(dict)
    triggers: dict[str, dict[str, None]] = defaultdict(dict)
    for package in packages.values():
        for word in dict.fromkeys(re.split("[=<>~]", word)[0] for word in package.provides):
            if word and word != package.name:
                providers[word].append(package)
            if word.startswith("so:"):
                libraries[library(word)][package.name] = None
        if package.install_if:
            # One of them is enough to find it by: the last, which is most often the package that it is of.
            own = next((word for word in package.install_if if "=" in word), package.install_if[-1])
            triggers[own.partition("=")[0]][package.name] = None
    for found in providers.values():
        found.sort(key=lambda package: (-package.priority, package.name))
    return {
        "package": [encode(package) for package in packages.values()],
        "provider": [f"{name}\t{' '.join(one.name for one in found)}" for name, found in providers.items()],
        "library": [f"{name}\t{' '.join(found)}" for name, found in libraries.items()],
        "trigger": [f"{name}\t{' '.join(found)}" for name, found in triggers.items()],
    }


def _bytes(installed: int) -> Size:
    """Of a package's files: exact since abuild 3.14 (2024); before, an index has what ``du`` counts, in blocks."""
    if installed % _DISK_BLOCK:
        return Size.exact(installed)
    if installed <= _DISK_BLOCK:
        return Size.exact(0)
    low, likely, high = _DU[min(max(installed.bit_length(), _DU_FIRST) - _DU_FIRST, len(_DU) - 1)]
    return Size(int(installed * low), int(installed * likely), int(installed * high))


def _count(installed: int, size: Size) -> int:
    """Of files, about: by what ``du`` rounds up, else by their usual size."""
    if not size.likely:
        return 0
    if size.is_exact:
        return size.likely // _USUAL_FILE + 1
    return max(1, min((installed - size.likely) // _FILE_SLACK, size.likely // 50 + 1))


def cached_name(repository: str) -> str:
    """Of the copy that apk keeps of an index: it is named by the repository's address (apk-tools 2)."""
    return f"APKINDEX.{hashlib.sha1(repository.encode(), usedforsecurity=False).hexdigest()[:8]}.tar.gz"


def _packages(file: Fetched, url: str) -> Iterator[tuple[AlpinePackage, int]]:
    """Packages, and when each was built, in seconds since 1970."""
    fields: dict[str, str] = {}
    for line in (*_lines(file, url), ""):
        if line[1:2] == ":":
            fields[line[0]] = line[2:]
        elif not line and fields:
            if package := _package(fields):
                yield package, int(fields["t"]) if _SMALL.fullmatch(fields.get("t", "")) else 0
            fields = {}


def _package(fields: Mapping[str, str]) -> AlpinePackage | None:
    """None where name, version or sizes are not those of a package."""
    name, version = fields.get("P", ""), fields.get("V", "")
    size, installed = fields.get("S", ""), fields.get("I", "")
    if not (_NAME.fullmatch(name) and _VERSION.fullmatch(version)):
        return None
    if not (_NUMBER.fullmatch(size) and _NUMBER.fullmatch(installed)):
        return None
    depends, provides, install_if = (tuple(fields.get(letter, "").split()) for letter in "Dpi")
    priority = int(fields["k"]) if _SMALL.fullmatch(fields.get("k", "")) else 0
    files = _bytes(int(installed))
    count = _count(int(installed), files)
    return AlpinePackage(name, version, int(size), files, count, depends, provides, install_if, priority)


def _lines(file: Fetched, url: str) -> list[str]:
    """The text of the member APKINDEX.  The members before it are small: a signature, a description."""
    data = bytearray()
    for chunk in unpack(file.path, url.rpartition("/")[2], MAX_UNPACKED):
        data += chunk
    place = 0
    while place + _BLOCK <= len(data):
        header = data[place : place + _BLOCK]
        name = header[:100].rstrip(b"\0")
        digits = header[124:136].strip(b" \0")
        if not digits.isdigit() or header[257:262] != b"ustar":
            break
        size = int(digits, 8) if re.fullmatch(rb"[0-7]+", digits) else 0
        start = place + _BLOCK
        if name == b"APKINDEX":
            if start + size > len(data):
                break
            return data[start : start + size].decode("utf-8", "replace").split("\n")
        place = start + -(-size // _BLOCK) * _BLOCK
    raise SourceError(f"{url}: not an index of packages")
