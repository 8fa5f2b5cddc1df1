"""A suite's index and footprints as a block file."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from layerlint.catalog import blocks
from layerlint.catalog.estimate import Estimator
from layerlint.catalog.model import Footprint
from layerlint.catalog.records import PackageRecord, encode_footprint, encode_package
from layerlint.catalog.snapshot.index import Index

_BLOCK_BYTES = 16384
"""About a hundred packages: a smaller block costs 3 % of the file, a larger one time on every look-up."""


def write_index(path: Path, index: Index, footprints: Mapping[str, Footprint], estimator: Estimator) -> None:
    packages = [encode_package(record) for record in index.packages.values()]
    known = [
        encode_footprint(name, footprints[name]) for name in sorted(footprints) if name in index.packages
    ]
    blocks.write(
        path,
        meta={
            "date": index.date,
            "source": f"Debian {index.suite}, {index.suite}-updates and {index.suite}-security, main, amd64",
            "files": json.dumps([(file.path, file.bytes) for file in index.files]),
            "estimator": estimator.dump(),
        },
        tables={"package": packages, "provider": _provider_lines(index.packages), "footprint": known},
        dictionary=_dictionary(packages, known),
        block_bytes=_BLOCK_BYTES,
    )


def _provider_lines(packages: Mapping[str, PackageRecord]) -> list[str]:
    """Providers in the order of mention, each once."""
    providers: dict[str, dict[str, None]] = defaultdict(dict)
    for record in packages.values():
        for relation in record.provides:
            if relation.name != record.name:
                providers[relation.name][record.name] = None
    return [f"{name}\t{' '.join(reals)}" for name, reals in providers.items()]


def _dictionary(packages: Iterable[str], footprints: Iterable[str]) -> bytes:
    """What recurs most, the most frequent last, where deflate's back references are shortest."""
    words: Counter[str] = Counter()
    for line in packages:
        words.update(word + "," for field in line.split("\t")[7:9] for word in field.split(",") if word)
    for line in footprints:
        words.update(path + "\t" for path in line.split("\t")[5::3])
    recurring = [word for word in words if words[word] > 3]
    recurring.sort(key=lambda word: (-words[word] * len(word), word))
    chosen, size = [], 0
    for word in recurring:
        size += len(word)
        if size > blocks.DICTIONARY_BYTES:
            break
        chosen.append(word)
    return "".join(reversed(chosen)).encode()
