"""What an archive is by its name, and about how large it gets."""

from __future__ import annotations

from collections.abc import Iterable

from layerlint.domain.size import Size, total
from layerlint.effects import Stream, View
from layerlint.filesystem.node import Directory, Zeros, file_size

MARK = "/./"
"""In a source of `Archive` and in `Stream.tar`, what follows the mark is the name in the archive:
``/opt/./auto`` is packed as ``auto`` (the convention of ``rsync --relative``)."""

_SUFFIXES = (
    (".tar.gz", "gz"), (".tgz", "gz"), (".taz", "gz"), (".gz", "gz"),
    (".tar.bz2", "bz2"), (".tbz2", "bz2"), (".tbz", "bz2"), (".tb2", "bz2"), (".tz2", "bz2"), (".bz2", "bz2"),
    (".tar.xz", "xz"), (".txz", "xz"), (".xz", "xz"),
    (".tar.zst", "zst"), (".tzst", "zst"), (".zst", "zst"),
)  # fmt: skip

_RATIOS = {"gz": 0.352, "bz2": 0.32, "xz": 0.28, "zst": 0.33, "zip": 0.352}
"""Compressed over plain size: the median of gzip over 601 official images of 2015; the others as they
usually stand to it."""


def compression(path: str) -> str:
    """``gz``, ``bz2``, ``xz``, ``zst`` or nothing, by the end of the name (``tar -a``)."""
    return next((name for suffix, name in _SUFFIXES if path.endswith(suffix)), "")


def compressed(stream: Stream, name: str) -> Stream:
    """The size after compression; random data grows by less than a tenth of a per cent and a header."""
    if not name:
        return stream
    size = stream.size
    ratio = 0.001 if isinstance(stream.content, Zeros) else _RATIOS[name]
    high = None if size.high is None else size.high + size.high // 1000 + 64
    return Stream(
        Size(min(20, size.low), int(size.likely * ratio) + 20 * (size.likely > 0), high), tar=stream.tar
    )


def packed(view: View, sources: Iterable[str], *, limit: int = 200_000) -> Size:
    """Of a plain tar: a header of 512 bytes and whole blocks of 512 a member, records of 10,240 (POSIX pax)."""
    sizes: list[Size] = []
    for source in sources:
        for _, node in view.walk(source):
            sizes.append(_member(file_size(node)))
            if len(sizes) > limit:
                return Size(0, total(sizes).likely, None)
            if isinstance(node, Directory) and not node.complete:
                sizes.append(Size(0, 0, None))
    size = total(sizes)
    return Size(_records(size.low), _records(size.likely), None if size.high is None else _records(size.high))


def _member(size: Size) -> Size:
    high = None if size.high is None else _blocks(size.high)
    return Size(_blocks(size.low), _blocks(size.likely), high)


def _blocks(size: int) -> int:
    return 512 + -(-size // 512) * 512


def _records(size: int) -> int:
    return -(-(size + 1024) // 10_240) * 10_240
