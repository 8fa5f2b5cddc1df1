"""Compressed files: whole, broken, and far larger than they look."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

from layerlint.indexes.errors import SourceError
from layerlint.indexes.unpack import CHUNK, unpack

zstandard = pytest.importorskip("zstandard")
TEXT = b"Package: a\n" * 100_000
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "xz": lzma.compress,
    "zst": zstandard.ZstdCompressor().compress,
    "txt": bytes,
}


def unpacked(folder: Path, data: bytes, ending: str, limit: int = len(TEXT)) -> bytes:
    path = folder / "packed"
    path.write_bytes(data)
    return b"".join(unpack(path, f"x/Packages.{ending}", limit))


@pytest.mark.parametrize("ending", PACKERS)
def test_the_same_comes_out(ending: str, tmp_path: Path) -> None:
    assert unpacked(tmp_path, PACKERS[ending](TEXT), ending) == TEXT


@pytest.mark.parametrize("ending", ["gz", "xz", "zst"])
def test_members_one_behind_another(ending: str, tmp_path: Path) -> None:
    twice = PACKERS[ending](b"one ") + PACKERS[ending](b"two")
    assert unpacked(tmp_path, twice, ending) == b"one two"


@pytest.mark.parametrize("ending", PACKERS)
def test_a_bomb_ends_at_the_limit(ending: str, tmp_path: Path) -> None:
    bomb = PACKERS[ending](bytes(64 << 20))
    path = tmp_path / "packed"
    path.write_bytes(bomb)
    seen: list[int] = []
    with pytest.raises(SourceError, match=r"x\.[a-z]+: unpacks to more than 1\.0 MiB"):
        seen.extend(map(len, unpack(path, f"x.{ending}", 1 << 20)))
    assert sum(seen) <= 1 << 20
    assert max(seen) <= CHUNK


@pytest.mark.parametrize("ending", ["gz", "xz"])
def test_cut_off(ending: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be unpacked"):
        unpacked(tmp_path, PACKERS[ending](TEXT)[:-20], ending)


@pytest.mark.parametrize("ending", ["gz", "xz", "zst"])
def test_another_compression_than_the_name_says(ending: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=rf"x/Packages\.{ending}: cannot be unpacked"):
        unpacked(tmp_path, bz2.compress(TEXT), ending)
