"""How many bytes the files of an npm tarball have: a small one is read, of a long one its last bytes tell."""

from __future__ import annotations

import io
import tarfile
import zlib
from typing import Final

from layerlint.domain.size import Size
from layerlint.online.client import Client
from layerlint.online.errors import OnlineError

_READ: Final = 256 << 10
"""Bytes of a tarball that is fetched: about what the registry's document on a name has."""
_UNPACKED_MOST: Final = 64 << 20
_MEMBERS: Final = 50_000
_PACKED_BEST: Final = 1_032
"""Deflate's best ratio."""
_TAR: Final = ((2 << 20, (0.70, 0.88, 0.985)), (1 << 62, (0.80, 0.95, 0.999)))
"""Bytes of files over those of a tar up to 2 MiB, and of longer ones: headers and padding are about 980 bytes a file
(160 packages of the bundled table)."""
_UNPACKED: Final = (1.85, 3.1, 5.8)
"""Bytes unpacked over those of the tarball: 5 %, median and 95 % of the bundled table's 3,682."""
FILES: Final = (0.00002, 0.00018, 0.0012)
"""Files for each byte: the same packages have a median of 5.5 kB a file."""


def amounts(client: Client, url: str) -> tuple[Size, Size, int]:
    """Bytes and files in it, and its length; raises OnlineError."""
    try:
        data, _, length = client.part(url, f"0-{_READ - 1}", _READ)
        if len(data) == length:
            found = _read(data)
            if found is not None:
                return Size.exact(found[0]), Size.exact(found[1]), length
        tar = int.from_bytes((data if len(data) == length else client.part(url, "-4", 4)[0])[-4:], "little")
        # RFC 1952: the length of the data, modulo 4 GiB.  Of a tarball in parts it is that of the last.
        if 1_024 <= tar <= length * _PACKED_BEST and tar >= length // 2:
            size = times(tar, next(factors for limit, factors in _TAR if tar <= limit))
            return size, times(size.likely, FILES), length
    except OnlineError:
        length = client.length(url).length
    return times(length, _UNPACKED), times(length * 3, FILES), length


def times(amount: int, factors: tuple[float, float, float]) -> Size:
    low, likely, high = (int(amount * factor) for factor in factors)
    return Size(low, max(likely, 1), max(high, 1) + 1)


def _read(data: bytes) -> tuple[int, int] | None:
    """Bytes and count of its files; None where it is no gzip of a tar, or a bomb."""
    reader = zlib.decompressobj(wbits=31)
    try:
        unpacked = reader.decompress(data, _UNPACKED_MOST)
        if not reader.eof:
            return None
        size = count = 0
        with tarfile.open(fileobj=io.BytesIO(unpacked), mode="r:") as archive:
            for number, member in enumerate(archive):
                if number > _MEMBERS:
                    return None
                if member.isreg():
                    size, count = size + max(0, member.size), count + 1
    except (zlib.error, tarfile.TarError, OSError, ValueError, OverflowError, EOFError):
        return None
    return (size, count) if size <= len(unpacked) else None
