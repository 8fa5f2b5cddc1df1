"""Indexes of Alpine: ``APKINDEX.tar.gz`` (apk-index(5)), two gzip members that are one tar.

The table ``package`` has a line a package: name, version, download size, installed size, dependencies,
what it provides, what it is installed with (``install_if``), priority among providers; ``provider`` has what
is provided (``so:…``, ``cmd:…``, ``pc:…``), and by whom.  There are no checksums beside the file but the one in
its signature, which is not verified.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from layerlint.catalog.write import provider_lines
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


def make(release: Release, wanted: Wanted, fetcher: Fetcher) -> Draft | None:
    """None if nothing has changed since ``wanted.known``."""
    urls = {
        f"{wanted.mirror or one.mirror}/{one.path}/x86_64/APKINDEX.tar.gz": f"{one.mirror}/{one.path}"
        for one in release.sources
    }
    fetched = {url: fetcher.get(url, MAX_PACKED, wanted.known.get(url)) for url in urls}
    if not any(fetched.values()):
        return None
    packages: dict[str, str] = {}
    files: list[tuple[str, int]] = []
    tags = {}
    newest = 0
    for url, found in fetched.items():
        file = found or fetcher.get(url, MAX_PACKED)
        assert file is not None  # only what is known gives None
        tags[url] = file.tag
        files.append((f"/var/cache/apk/{cached_name(urls[url])}", file.bytes))
        for line, built in _packages(file, url):
            # no name is in both repositories of a release
            packages.setdefault(line.partition("\t")[0], line)
            newest = max(newest, built)
    if not packages:
        raise SourceError("its indexes list no package")
    words: Counter[str] = Counter()
    for line in packages.values():
        words.update(word + " " for field in line.split("\t")[4:7] for word in field.split(" ") if word)
    provided = ((line.partition("\t")[0], _provided(line)) for line in packages.values())
    return Draft(
        "apk",
        datetime.fromtimestamp(newest, UTC).date().isoformat(),  # of the newest package: the index has none
        f"{release.title}: {', '.join(one.path.rpartition('/')[2] for one in release.sources)}; x86_64",
        tuple(files),
        {"package": tuple(packages.values()), "provider": provider_lines(provided)},
        words,
        tags,
    )


def cached_name(repository: str) -> str:
    """Of the copy that apk keeps of an index: it is named by the repository's address (apk-tools 2)."""
    return f"APKINDEX.{hashlib.sha1(repository.encode(), usedforsecurity=False).hexdigest()[:8]}.tar.gz"


def _provided(line: str) -> Iterator[str]:
    """Names without the versions that they are provided at."""
    return (re.split("[=<>~]", word)[0] for word in line.split("\t")[5].split(" ") if word)


def _packages(file: Fetched, url: str) -> Iterator[tuple[str, int]]:
    """Lines, and when each package was built."""
    fields: dict[str, str] = {}
    for line in (*_lines(file, url), ""):
        if line[1:2] == ":":
            fields[line[0]] = line[2:]
        elif not line and fields:
            if packed := _line(fields):
                built = fields.get("t", "")
                yield packed, int(built) if _NUMBER.fullmatch(built) and len(built) < 11 else 0
            fields = {}


def _line(fields: dict[str, str]) -> str | None:
    name, version = fields.get("P", ""), fields.get("V", "")
    size, installed = fields.get("S", ""), fields.get("I", "")
    if not (_NAME.fullmatch(name) and _VERSION.fullmatch(version)):
        return None
    if not (_NUMBER.fullmatch(size) and _NUMBER.fullmatch(installed)):
        return None
    relations = (" ".join(fields.get(letter, "").split()) for letter in "Dpi")
    priority = fields.get("k", "")
    priority = priority if _NUMBER.fullmatch(priority) else ""
    return "\t".join((name, version, size, installed, *relations, priority))


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
