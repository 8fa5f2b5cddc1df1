"""Compressed files as streams of chunks: never more than was promised, whatever they unpack to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from layerlint.domain.units import format_bytes
from layerlint.indexes.errors import SourceError

CHUNK = 1 << 18
MEMORY = 256 << 20
"""Of a decoder: xz -9 needs 65 MiB, zstd --ultra -22 with its largest window 128 MiB."""


def unpack(path: Path, name: str, limit: int) -> Iterator[bytes]:
    """The contents of a file that is called ``name`` at its source: its ending says how it is compressed."""
    import lzma
    import zlib

    ending = name.rpartition(".")[2]
    reader = {"gz": _gzip, "xz": _xz, "zst": _zstd}.get(ending, _plain)
    size = 0
    try:
        with path.open("rb") as stream:
            for chunk in reader(stream):
                size += len(chunk)
                if size > limit:
                    raise SourceError(f"{name}: unpacks to more than {format_bytes(limit)}")
                yield chunk
    except (EOFError, OSError, lzma.LZMAError, zlib.error) as error:
        raise SourceError(f"{name}: cannot be unpacked ({error})") from error


def _plain(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _gzip(stream: IO[bytes]) -> Iterator[bytes]:
    import gzip

    with gzip.open(stream) as unpacked:
        while chunk := unpacked.read(CHUNK):
            yield chunk


def _xz(stream: IO[bytes]) -> Iterator[bytes]:
    import lzma

    packed = stream.read(CHUNK)
    while packed:  # a file may have several streams
        decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY)
        while not decoder.eof:
            if decoder.needs_input and not packed:
                packed = stream.read(CHUNK)
                if not packed:
                    raise EOFError("it ends early")
            yield decoder.decompress(packed, CHUNK)
            packed = b""
        packed = decoder.unused_data or stream.read(CHUNK)


def _zstd(stream: IO[bytes]) -> Iterator[bytes]:
    try:
        import zstandard
    except ImportError as error:
        raise SourceError("compressed with zstd: install layerlint[zstd]") from error
    try:
        decoder = zstandard.ZstdDecompressor(max_window_size=MEMORY >> 1)
        with decoder.stream_reader(stream, read_across_frames=True, closefd=False) as unpacked:
            while chunk := unpacked.read(CHUNK):
                yield chunk
    except zstandard.ZstdError as error:
        raise EOFError(str(error)) from error
