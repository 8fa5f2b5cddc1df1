"""``python -m layerlint.catalog.snapshot.alpine FOLDER``: the data files of Alpine's package indexes.

FOLDER holds ``v<release>….x86_64.tsv.gz``: the fields of an APKINDEX, a line a package, each file of one
state of Alpine's mirror.

An index says how large a package is once installed.  Until abuild 3.14 (2024) that was ``du -s`` of it:
every file and directory rounded up to blocks of 4,096 bytes; since, it is the bytes of its files, exact.
Alpine 3.22 has exact sizes; those of older releases are estimated here:

- a package that 3.22 has in the same version has the same bytes;
- one that it has in another version has the bytes of that, in proportion to what is downloaded;
- any other, what the packages of its kind and size have for what ``du`` says, by the 1,207 packages that
  3.19 and 3.22 have in the same version: their median, and their 10th and 90th percentiles.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from layerlint.catalog import blocks
from layerlint.catalog.alpine import COMMUNITY, AlpinePackage, encode, library
from layerlint.catalog.index_files import DATA
from layerlint.domain.size import Size

BLOCK = 4096
_FILE_SLACK = 3000
"""Of ``du`` over the bytes of a file: half a block, and its part of the directories."""
_TELLING = 0.08
"""Of the bytes: a slack below this may be the error of an estimate."""
_BLOCK_BYTES = 16384
_LEAST = 12
"""Packages of a kind and size for figures of their own."""
_OTHER_VERSION = 0.15
"""Relative bounds of a size that is in proportion to the download of another version."""
_NEW = "3.22"
_OLD = "3.19"

Row = Mapping[str, str]


def main() -> None:
    folder = Path(sys.argv[1])
    indexes = {release: _read(folder, release) for release in ("3.12", "3.14", "3.16", _OLD, _NEW)}
    estimator = _Estimator(indexes[_OLD], indexes[_NEW])
    for release, rows in indexes.items():
        name = COMMUNITY if release == "3.12" else f"alpine-{release}"
        packages = [estimator.package(row) for row in rows.values()]
        newest = max(int(row["build_time"] or 0) for row in rows.values())
        repository = "community" if name == COMMUNITY else "main"
        _write(
            DATA / f"{name}.sqlite",
            packages,
            {
                "date": datetime.fromtimestamp(newest, UTC).date().isoformat(),
                "source": f"Alpine {release}, {repository}, x86_64",
                "files": json.dumps(_files(release, rows)),
            },
        )


def _read(folder: Path, release: str) -> dict[str, Row]:
    (path,) = folder.glob(f"v{release}*.x86_64.tsv.gz")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
        return {row["name"]: row for row in csv.DictReader(text, delimiter="\t")}


# --------------------------------------------------------------------------- sizes


class _Estimator:
    def __init__(self, old: Mapping[str, Row], new: Mapping[str, Row]) -> None:
        self.old, self.new = old, new
        ratios: dict[tuple[str, int], list[float]] = defaultdict(list)
        slacks: dict[tuple[str, int], list[float]] = defaultdict(list)
        for name, row in old.items():
            other = new.get(name)
            if other is None or other["version"] != row["version"] or not _is_exact(other):
                continue
            ratio = _installed(other) / _installed(row)
            slack = (_installed(row) - _installed(other)) / _installed(row)
            for key in (_class(row), ("", _class(row)[1])):
                ratios[key].append(ratio)
                slacks[key].append(slack)
        self.ratios = {key: _quantiles(found) for key, found in ratios.items() if len(found) >= _LEAST}
        self.slacks = {key: statistics.median(slacks[key]) for key in self.ratios}

    def package(self, row: Row) -> AlpinePackage:
        size = self._size(row)
        return AlpinePackage(
            name=row["name"],
            version=row["version"],
            download_size=int(row["download_size"]),
            bytes=size,
            count=self._count(row, size.likely),
            depends=tuple(row["depends"].split()),
            provides=tuple(row["provides"].split()),
            install_if=tuple(row["install_if"].split()),
            priority=int(row["provider_priority"] or 0),
        )

    def _size(self, row: Row) -> Size:
        installed = _installed(row)
        if _is_exact(row) or installed <= BLOCK:
            return Size.exact(0 if installed == BLOCK else installed)
        other = self.new.get(row["name"])
        if other is not None and _is_exact(other) and _installed(other):
            if other["version"] == row["version"]:
                return Size.exact(_installed(other))
            scale = int(row["download_size"]) / int(other["download_size"])
            _, _, most = self._ratios(row)
            likely = min(int(_installed(other) * scale), int(installed * most))
            return Size.around(likely, _OTHER_VERSION, _OTHER_VERSION)
        low, middle, high = self._ratios(row)
        return Size(int(installed * low), int(installed * middle), int(installed * high))

    def _ratios(self, row: Row) -> tuple[float, float, float]:
        return self.ratios[self._key(row)]

    def _key(self, row: Row) -> tuple[str, int]:
        """Its kind and size, or the next smaller size of all kinds that there are figures of."""
        kind, power = _class(row)
        keys = ((kind, power), *(("", smaller) for smaller in range(power, 0, -1)))
        smallest = min(key for key in self.ratios if not key[0])
        return next((key for key in keys if key in self.ratios), smallest)

    def _count(self, row: Row, likely: int) -> int:
        """By what ``du`` counts over the bytes, of the package itself or of its kind."""
        if not likely:
            return 0
        old = row if not _is_exact(row) else self.old.get(row["name"], row)
        slack = _installed(old) - likely
        new = self.new.get(row["name"])
        if (old is row or new is None or new["version"] != old["version"]) and slack < _TELLING * likely:
            slack = int(self.slacks[self._key(row)] * likely)
        return max(1, min(slack // _FILE_SLACK, likely // 50 + 1))


def _installed(row: Row) -> int:
    return int(row["installed_size"] or 0)


def _is_exact(row: Row) -> bool:
    return _installed(row) % BLOCK != 0 or _installed(row) == 0


_KINDS = ("-dev", "-doc", "-lang", "-openrc", "-pyc")


def _class(row: Row) -> tuple[str, int]:
    kind = next((kind for kind in _KINDS if row["name"].endswith(kind)), "other")
    return kind, _installed(row).bit_length()


def _quantiles(values: list[float]) -> tuple[float, float, float]:
    tenths = statistics.quantiles(values, n=10)
    likely = min(1.0, statistics.median(values))
    return max(0.0, min(tenths[0], likely)), likely, min(1.0, max(tenths[-1], likely))


# --------------------------------------------------------------------------- files


_ENTRY = {"3.12": 127, "3.14": 127, "3.16": 127, "3.19": 105, "3.22": 105}
"""Bytes of a package in a compressed index: Alpine 3.4's main has 659.0 kB for some 5,300; since the packages
are sorted it is less, 94 in 3.18 (1.8 MB for 20,065) to 118 in 3.19 (2.5 MB)."""
_PACKAGES = {"3.12": 12_500, "3.14": 15_000, "3.16": 17_600, "3.19": 21_300, "3.22": 25_100}
"""In main and community together: on the line from 11,270 in 3.11 to 20,065 in 3.18, as ``apk update`` says."""


def _files(release: str, rows: Mapping[str, Row]) -> list[tuple[str, int]]:
    """Path and bytes of the two index files that ``apk update`` keeps.

    The name has the first four bytes of the SHA-1 of the repository's URL (apk-tools 2, ``database.c``).
    """
    scheme = "http" if tuple(map(int, release.split("."))) < (3, 13) else "https"
    others = _PACKAGES[release] - len(rows)
    return [
        (f"/var/cache/apk/APKINDEX.{_digest(scheme, release, repository)}.tar.gz", count * _ENTRY[release])
        for repository, count in (("main", len(rows)), ("community", others))
    ]


def _digest(scheme: str, release: str, repository: str) -> str:
    url = f"{scheme}://dl-cdn.alpinelinux.org/alpine/v{release}/{repository}"
    return hashlib.sha1(url.encode(), usedforsecurity=False).hexdigest()[:8]


def _write(path: Path, packages: Iterable[AlpinePackage], meta: dict[str, str]) -> None:
    packages = list(packages)
    providers: dict[str, list[AlpinePackage]] = defaultdict(list)
    triggers: dict[str, dict[str, None]] = defaultdict(dict)
    libraries: dict[str, dict[str, None]] = defaultdict(dict)
    for package in packages:
        for word in package.provides:
            name = word.partition("=")[0]
            if name != package.name:
                providers[name].append(package)
            if name.startswith("so:"):
                libraries[library(name)][package.name] = None
        if package.install_if:
            # One of them is enough to find it by: the last, which is most often the package that it is of.
            own = next((w for w in package.install_if if "=" in w), package.install_if[-1])
            triggers[own.partition("=")[0]][package.name] = None
    lines = [encode(package) for package in packages]
    blocks.write(
        path,
        meta=meta,
        tables={
            "package": lines,
            "provider": [
                f"{name}\t{' '.join(p.name for p in sorted(found, key=lambda p: (-p.priority, p.name)))}"
                for name, found in providers.items()
            ],
            "trigger": [f"{name}\t{' '.join(found)}" for name, found in triggers.items()],
            "library": [f"{name}\t{' '.join(found)}" for name, found in libraries.items()],
        },
        dictionary=_dictionary(lines),
        block_bytes=_BLOCK_BYTES,
    )


def _dictionary(lines: Iterable[str]) -> bytes:
    """The relations that recur most, the most frequent last."""
    counts: dict[str, int] = defaultdict(int)
    for line in lines:
        for field in line.split("\t")[6:7]:
            for word in field.split(" "):
                counts[word + " "] += 1
    recurring = sorted((w for w in counts if counts[w] > 3), key=lambda w: (-counts[w] * len(w), w))
    return "".join(reversed(recurring)).encode()[-blocks.DICTIONARY_BYTES :]


if __name__ == "__main__":
    main()
