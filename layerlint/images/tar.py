"""The members of a tar as a stream: ustar, pax, GNU and v7, as far as layers use them.

Not `tarfile`: that takes some ten times as long for a member (``benchmarks/images.py``), and keeps
every member and all of its extended attributes.  Sources: POSIX.1-2017 ``pax``, GNU tar's "Basic Tar
Format", and what Go's ``archive/tar`` accepts, through which every engine reads a layer.

Names that are not UTF-8 have their other bytes as ``\\xNN``, so that every path can be printed.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Protocol
from zlib import adler32

from layerlint._dataclass import dataclass
from layerlint.filesystem.tree import PATH_MAX
from layerlint.images.errors import ImageError
from layerlint.images.limits import MAX_HEADER

BLOCK = 512
_HEADER = struct.Struct("100s24s12s12s8sB100s6s82x155s12x")
"""Name, mode and owner, size, time, sum, type, link, magic, prefix."""
_NO_DATA = frozenset(b"123456")
"""Types without data, whatever their size says."""
_FILES = frozenset(b"07\0")
_SPARSE = 0x53
"""``S``: a sparse file of GNU tar."""
_ZEROS = bytes(BLOCK)
_ADLER = 65521
"""The modulus of Adler-32 (RFC 1950)."""
_CAPABILITY = "SCHILY.xattr.security.capability"

HARD_LINK, SYMLINK, CHARACTER, BLOCK_DEVICE, DIRECTORY, FIFO, FILE = 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x30


class TarError(ImageError):
    """Not a tar, or one that ends early."""


@dataclass(frozen=True, slots=True)
class Member:
    """One entry, as its headers say it."""

    name: str
    """As it is written, but for bytes that are not UTF-8."""
    kind: int
    """A type flag; `FILE` for every way to write a regular file."""
    size: int
    """Bytes of data; of a sparse file with its holes."""
    mode: int
    uid: int
    gid: int
    mtime: float
    link: str
    capability: str | None
    """In hexadecimal."""
    digest: str
    """``sha256:…`` of the data; empty without data, and for a sparse file."""
    data: bytes | None
    """Of a file that was asked for."""
    offset: int
    """Of its data in the tar; -1 where they are not there as they are (a sparse file)."""


def with_digest(member: Member, digest: str) -> Member:
    """The same member (`dataclasses.replace` is several times slower)."""
    return Member(
        member.name, member.kind, member.size, member.mode, member.uid, member.gid, member.mtime, member.link,
        member.capability, digest, member.data, member.offset,
    )  # fmt: skip


class Stream(Protocol):
    @property
    def offset(self) -> int: ...
    def take(self, amount: int) -> bytes:
        """As many bytes, or fewer at the end."""

    def digest(self, amount: int) -> str:
        """SHA-256 of as many bytes, in hexadecimal."""

    def skip(self, amount: int, padding: int = 0) -> None:
        """Past as many bytes, and past the padding, which the end may be without."""


class Chunks:
    """A stream that is read once, in the chunks that it comes in."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._buffer = b""
        self._at = 0
        self._before = 0

    @property
    def offset(self) -> int:
        return self._before + self._at

    def _refill(self) -> bool:
        for chunk in self._chunks:
            if chunk:
                self._before += len(self._buffer)
                self._buffer, self._at = chunk, 0
                return True
        return False

    def take(self, amount: int) -> bytes:
        end = self._at + amount
        if end <= len(self._buffer):
            data = self._buffer[self._at : end]
            self._at = end
            return data
        pieces = []
        while amount:
            if self._at == len(self._buffer) and not self._refill():
                break
            piece = self._buffer[self._at : self._at + amount]
            self._at += len(piece)
            amount -= len(piece)
            pieces.append(piece)
        return b"".join(pieces)

    def digest(self, amount: int) -> str:
        hashed = hashlib.sha256()
        while amount:
            if self._at == len(self._buffer) and not self._refill():
                raise TarError("it ends inside a file")
            end = min(self._at + amount, len(self._buffer))
            hashed.update(memoryview(self._buffer)[self._at : end])
            amount -= end - self._at
            self._at = end
        return hashed.hexdigest()

    def skip(self, amount: int, padding: int = 0) -> None:
        end = self._at + amount + padding
        if end <= len(self._buffer):
            self._at = end
            return
        while amount:
            if self._at == len(self._buffer) and not self._refill():
                raise TarError("it ends inside a file")
            end = min(self._at + amount, len(self._buffer))
            amount -= end - self._at
            self._at = end
        self.take(padding)


def members(
    stream: Stream, wanted: Callable[[str, int], bool] | None = None, *, hashed: bool = True
) -> Iterator[Member]:
    """The members in their order, up to the end of the archive; what follows is left in the stream.

    ``wanted`` says of a regular file, by name and size, whether its data are to be kept: the caller bounds
    them.  Raises TarError.
    """
    extended: dict[str, bytes] = {}
    long_name = long_link = None
    unpack = _HEADER.unpack
    while True:
        header = stream.take(BLOCK)
        if len(header) < BLOCK:
            if header or extended or long_name is not None:
                raise TarError("it ends inside a header")
            return  # without the two blocks of zeros, which some writers leave out
        if header == _ZEROS:
            return
        name, owner, digits, time, written, kind, link, magic, prefix = unpack(header)
        if not _is_sound(header, written):
            raise TarError(f"no header of a member at byte {stream.offset - BLOCK}")
        size = _number(digits, "size")
        if kind in b"xgLK":
            if size > MAX_HEADER:
                raise TarError(f"a header of {size} bytes, more than {MAX_HEADER}")
            data = _data(stream, size)
            if kind == 0x78:
                extended = _records(data)
            elif kind == 0x4C:
                long_name = data.partition(b"\0")[0]
            elif kind == 0x4B:
                long_link = data.partition(b"\0")[0]
            continue
        name = name.partition(b"\0")[0]
        if prefix[0] and magic == b"ustar\0":
            name = prefix.partition(b"\0")[0] + b"/" + name
        link = link.partition(b"\0")[0]
        name = long_name if long_name is not None else name
        link = long_link if long_link is not None else link
        mode, uid, gid = _owner(owner)
        mtime = _time(time)
        capability, apparent = None, None
        if extended:
            name, link = extended.get("path", name), extended.get("linkpath", link)
            name = extended.get("GNU.sparse.name", name)
            size = _decimal(extended, "size", size)
            uid, gid = _decimal(extended, "uid", uid), _decimal(extended, "gid", gid)
            mtime = _seconds(extended, mtime)
            if _CAPABILITY in extended:
                capability = extended[_CAPABILITY].hex()
            if "GNU.sparse.realsize" in extended or "GNU.sparse.size" in extended:
                apparent = _decimal(extended, "GNU.sparse.realsize", 0)
                apparent = apparent or _decimal(extended, "GNU.sparse.size", 0)
        if len(name) > PATH_MAX or len(link) > PATH_MAX:
            raise TarError(f"a name of {max(len(name), len(link))} bytes; the longest path has {PATH_MAX}")
        if kind == _SPARSE:
            apparent = _number(header[483:495], "size")
            _skip_sparse_map(stream, header)
        if kind in _FILES or kind == _SPARSE:
            kind = DIRECTORY if name.endswith(b"/") and kind == 0 else FILE
        if kind in _NO_DATA:
            size = 0
        text = name.decode("utf-8", "backslashreplace")
        digest, kept, offset, padding = "", None, stream.offset if apparent is None else -1, -size % BLOCK
        if kind == FILE and apparent is None and wanted is not None and wanted(text, size):
            kept = stream.take(size)
            if len(kept) < size:
                raise TarError("it ends inside a file")
            digest = "sha256:" + hashlib.sha256(kept).hexdigest() if hashed and size else ""
            stream.skip(0, padding)
        elif size and kind == FILE and apparent is None and hashed:
            digest = "sha256:" + stream.digest(size)
            stream.skip(0, padding)
        elif size:
            stream.skip(size, padding)
        yield Member(
            text, kind, size if apparent is None else apparent, mode, uid, gid, mtime,
            link.decode("utf-8", "backslashreplace"), capability, digest, kept, offset,
        )  # fmt: skip
        extended = {}
        long_name = long_link = None


def _data(stream: Stream, size: int) -> bytes:
    padded = -(-size // BLOCK) * BLOCK
    data = stream.take(padded)
    if len(data) < size:
        raise TarError("it ends inside a header")
    return data[:size]


def _is_sound(header: bytes, written: bytes) -> bool:
    """The sum of the bytes, the field of the sum taken as blanks; some old writers summed signed ones."""
    try:
        expected = int(written.partition(b"\0")[0].strip() or b"0", 8)
    except ValueError:
        return False
    # Adler-32 has the sum of the bytes, and 1, in its lower half: much faster than `sum`.
    expected += sum(written) - 8 * 0x20
    found = adler32(header) - 1 & 0xFFFF
    if found == expected % _ADLER:
        return True
    return found == (expected + 256 * sum(byte > 127 for byte in header[:148] + header[156:])) % _ADLER


def _number(field: bytes, what: str) -> int:
    """Octal digits, or GNU's two's complement with the first bit set."""
    try:
        value = int(field[:-1], 8)
    except ValueError:
        value = _odd_number(field, what)
    return _bounded(value, what)


def _odd_number(field: bytes, what: str) -> int:
    if not field[0] & 0x80:
        try:
            return int(field.partition(b"\0")[0].strip() or b"0", 8)
        except ValueError as error:
            raise TarError(f"a {what} that is not a number") from error
    if field[0] & 0x40:
        raise TarError(f"a negative {what}")
    return int.from_bytes(field, "big") & ((1 << (8 * len(field) - 1)) - 1)


@lru_cache(maxsize=512)
def _owner(fields: bytes) -> tuple[int, int, int]:
    """Mode, uid and gid: a layer has few that differ."""
    uid, gid = _number(fields[8:16], "uid"), _number(fields[16:], "gid")
    return _number(fields[:8], "mode") & 0o7777, uid, gid


@lru_cache(maxsize=512)
def _time(field: bytes) -> float:
    """Seconds; before 1970 too.  A time that is no number is 0: nothing rests on it."""
    if field[0] & 0x80:
        return float(int.from_bytes(field, "big", signed=True)) if field[0] == 0xFF else 0.0
    try:
        return float(int(field.partition(b"\0")[0].strip() or b"0", 8))
    except ValueError:
        return 0.0


def _bounded(value: int, what: str) -> int:
    if not 0 <= value < 1 << 63:
        raise TarError(f"a {what} of {value}" if -(1 << 70) < value < 1 << 70 else f"an impossible {what}")
    return value


def _records(data: bytes) -> dict[str, bytes]:
    """``length key=value`` lines; a later one of a key wins, an empty value takes the key back."""
    records: dict[str, bytes] = {}
    at = 0
    while at < len(data):
        blank = data.find(b" ", at, at + 20)
        digits = data[at:blank] if blank > at else b""
        if not digits.isdigit():
            if not data[at:].strip(b"\0"):
                break
            raise TarError("a pax header that is not one")
        end = at + int(digits)
        if not blank < end <= len(data) or data[end - 1 : end] != b"\n":
            raise TarError("a pax header that is not one")
        key, _, value = data[blank + 1 : end - 1].partition(b"=")
        records[key.decode("utf-8", "backslashreplace")] = value
        at = end
    return {key: value for key, value in records.items() if value}


def _decimal(records: dict[str, bytes], key: str, otherwise: int) -> int:
    value = records.get(key)
    if value is None:
        return otherwise
    if not value.isdigit() or len(value) > 30:
        raise TarError(f"a {key} of {value[:30].decode('ascii', 'backslashreplace')!r}")
    return _bounded(int(value), key)


def _seconds(records: dict[str, bytes], otherwise: float) -> float:
    value = records.get("mtime")
    if value is None or len(value) > 40:
        return otherwise
    try:
        return float(value)
    except ValueError:
        return otherwise


def _skip_sparse_map(stream: Stream, header: bytes) -> None:
    more = header[482]
    for _ in range(MAX_HEADER // BLOCK):
        if not more:
            return
        block = stream.take(BLOCK)
        if len(block) < BLOCK:
            raise TarError("it ends inside a header")
        more = block[504]
    raise TarError("a map of holes that does not end")
