"""Records of a package index as a block file."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from layerlint.catalog import blocks
from layerlint.catalog.records import PackageRecord, encode_package

FORMAT = "1"
"""Of the tables and their lines: a file of another is not read."""
_BLOCK_BYTES = 16384
"""About a hundred packages: a smaller block costs 3 % of the file, a larger one time on every look-up."""


def apt_tables(
    packages: Mapping[str, PackageRecord], footprints: Sequence[str]
) -> tuple[dict[str, Sequence[str]], Counter[str]]:
    """The tables of Debian packages and encoded footprints, and what recurs in them."""
    lines = [encode_package(record) for record in packages.values()]
    provided = ((name, (one.name for one in record.provides)) for name, record in packages.items())
    words: Counter[str] = Counter()
    for line in lines:
        words.update(word + "," for field in line.split("\t")[7:9] for word in field.split(",") if word)
    for line in footprints:
        words.update(piece + "\t" for piece in line.split("\t")[5::3])
    return {"package": lines, "provider": provider_lines(provided), "footprint": footprints}, words


def write_index(
    path: Path, kind: str, meta: Mapping[str, str], tables: dict[str, Sequence[str]], words: Counter[str]
) -> None:
    """A block file of any kind; ``words`` are what recurs in its lines, for the dictionary."""
    blocks.write(
        path,
        meta={**meta, "format": FORMAT, "kind": kind},
        tables=tables,
        dictionary=_dictionary(words),
        block_bytes=_BLOCK_BYTES,
    )


def provider_lines(packages: Iterable[tuple[str, Iterable[str]]]) -> list[str]:
    """Of each package and what it provides: providers in the order of mention, each once."""
    providers: dict[str, dict[str, None]] = defaultdict(dict)
    for name, provided in packages:
        for virtual in provided:
            if virtual != name:
                providers[virtual][name] = None
    return [f"{name}\t{' '.join(reals)}" for name, reals in providers.items()]


def _dictionary(words: Counter[str]) -> bytes:
    """What recurs most, the most frequent last, where deflate's back references are shortest."""
    recurring = [word for word in words if words[word] > 3]
    recurring.sort(key=lambda word: (-words[word] * len(word), word))
    chosen, size = [], 0
    for word in recurring:
        size += len(word)
        if size > blocks.DICTIONARY_BYTES:
            break
        chosen.append(word)
    return "".join(reversed(chosen)).encode()
