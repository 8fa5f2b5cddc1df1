"""How far data shrinks: measured on the data where it is at hand, else by the kind of file.

Ratios (compressed over plain, gzip -6) are medians of real layers: 0.28 for scripts, 0.34 for
libraries, 0.35 over whole images; lz4 and other packed files hardly shrink (0.84 for apt's lists).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from functools import lru_cache

from layerlint.domain.size import Size, total
from layerlint.execution.archives import decompressed_size
from layerlint.filesystem.host_files import file_status, open_regular
from layerlint.filesystem.layer import suffix_of
from layerlint.filesystem.node import ArchiveMember, HostFile, Inline, Inode, TarData, Zeros

SAMPLE = 1 << 20
"""Bytes of one file that are compressed to learn its ratio (about 50 ms)."""

_BUDGET = 8 << 20
"""Bytes compressed for one archive in all."""

_PACKED = frozenset(
    (
        ".7z", ".apk", ".br", ".bz2", ".deb", ".gif", ".gz", ".jar", ".jpeg", ".jpg", ".lz4", ".mp3", ".mp4", ".ogg",
        ".png", ".rpm", ".tgz", ".txz", ".war", ".webp", ".whl", ".woff", ".woff2", ".xz", ".zip", ".zst",
    )
)  # fmt: skip
_RELATIVE = {"gz": 1.0, "bz2": 0.93, "xz": 0.85, "zst": 0.97}
"""Sizes against gzip's, for ordinary files."""


def ratio(path: str) -> float:
    """Compressed over plain bytes of an ordinary file, by its name."""
    suffix = suffix_of(path).lower()
    if suffix == ".lz4":
        return 0.84
    return 0.97 if suffix in _PACKED else 0.36


def compressed_size(inodes: Iterable[Inode], kind: str) -> Size:
    """What the files come to together, compressed with gzip, bzip2, xz or zstd."""
    budget = _BUDGET
    parts: list[Size] = []
    for inode in _members(inodes):
        known, used = _measured(inode, budget)
        budget -= used
        if known is not None:
            parts.append(Size.around(int(inode.size.likely * known), 0.1, 0.1))
        else:
            guess = inode.size.scaled(0.36)
            parts.append(Size(int(guess.low * 0.1), guess.likely, inode.size.high))
    size = total(parts)
    factor = _RELATIVE.get(kind, 1.0)
    return Size(int(size.low * min(factor, 0.9)), int(size.likely * factor), size.high) + Size.exact(20)


def _members(inodes: Iterable[Inode]) -> Iterator[Inode]:
    """The files, those of a tar one by one."""
    for inode in inodes:
        if isinstance(inode.content, TarData):
            yield from inode.content.members
        else:
            yield inode


def _measured(inode: Inode, budget: int) -> tuple[float | None, int]:
    match inode.content:
        case Zeros():
            return 0.001, 0
        case Inline(data):
            return len(zlib.compress(data, 6)) / max(1, len(data)), len(data)
        case HostFile(path) if budget > 0:
            try:
                with open_regular(path) as stream:
                    data = stream.read(min(SAMPLE, budget))
            except OSError:
                return None, 0
            return len(zlib.compress(data, 6)) / max(1, len(data)), len(data)
        case ArchiveMember(archive):
            return _archive_ratio(archive), 0
        case _:
            return None, 0


@lru_cache(maxsize=32)
def _archive_ratio(archive: HostFile) -> float | None:
    """Of an archive as a whole: what it was packed to once it will be packed to again."""
    plain = decompressed_size(archive)
    if plain is None or not plain.is_exact or plain.low == 0:
        return None
    try:
        return min(1.0, file_status(archive.path).st_size / plain.low)
    except OSError:
        return None
