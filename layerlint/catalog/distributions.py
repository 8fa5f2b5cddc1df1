"""Python distributions that were measured: their files, byte-code, programs and what they require.

One line each in ``data/pypi.tsv``, made by ``catalog.snapshot.pypi``; its first line has date and source.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern

DATA = Path(__file__).parent / "data" / "pypi.tsv"
_SEPARATORS = pattern(r"[-_.]+")


@dataclass(frozen=True, slots=True)
class Distribution:
    """A wheel as pip installs it; sizes in bytes."""

    name: str
    version: str
    files: int
    """In site-packages, without byte-code, with what pip adds to the metadata."""
    count: int
    code: int
    """Byte-code that pip compiles."""
    code_count: int
    rest: int
    """Elsewhere under the prefix (``share``, ``etc``)."""
    rest_count: int
    download: int
    scripts: tuple[tuple[str, int], ...]
    """Programs in ``bin``; those that pip writes begin with ``#!/usr/local/bin/python3.11``."""
    requires: tuple[str, ...]
    """``name`` or ``name[extra]``, as on Linux with CPython; bounds are left out."""
    extras: tuple[tuple[str, tuple[str, ...]], ...]


def normalised(name: str) -> str:
    """The one spelling of a name (PEP 503)."""
    return _SEPARATORS.sub("-", name).lower()


def encode(each: Distribution) -> str:
    numbers = (
        each.files,
        each.count,
        each.code,
        each.code_count,
        each.rest,
        each.rest_count,
        each.download,
    )
    scripts = " ".join(f"{name}={size}" for name, size in each.scripts)
    extras = ";".join(f"{extra}:{' '.join(names)}" for extra, names in each.extras)
    fields = (each.name, each.version, *map(str, numbers), scripts, " ".join(each.requires), extras)
    return "\t".join(fields).rstrip("\t")


def decode(line: str) -> Distribution:
    fields = line.split("\t")
    fields += [""] * (12 - len(fields))
    files, count, code, code_count, rest, rest_count, download = map(int, fields[2:9])
    scripts = (each.rpartition("=") for each in fields[9].split())
    extras = (each.partition(":") for each in fields[11].split(";") if each)
    return Distribution(
        fields[0],
        fields[1],
        files,
        count,
        code,
        code_count,
        rest,
        rest_count,
        download,
        scripts=tuple((name, int(size)) for name, _, size in scripts),
        requires=tuple(fields[10].split()),
        extras=tuple((extra, tuple(names.split())) for extra, _, names in extras),
    )


@cache
def measured() -> Mapping[str, Distribution]:
    """Every distribution of the snapshot, by its normalised name."""
    lines = DATA.read_text(encoding="utf-8").splitlines()
    return {each.name: each for each in map(decode, lines[1:])}
