"""Archives of the build context: what they hold, read without unpacking anything to disk.

Bounded on purpose, since an archive is hostile input: see `MAX_MEMBERS` and `MAX_BYTES`.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, cast

from layerlint._dataclass import dataclass, replace
from layerlint.domain.size import Size
from layerlint.filesystem.host_files import open_regular
from layerlint.filesystem.node import (
    BASE_LAYER,
    ArchiveMember,
    Directory,
    HostFile,
    Inline,
    Inode,
    Kind,
    Node,
)
from layerlint.filesystem.tree import build

MAX_MEMBERS = 200_000
MAX_BYTES = 256 << 20
"""Bytes decompressed of one archive (about two seconds of gzip); past it the rest is not known."""

MAX_INLINE = 4 << 20
"""Bytes of configuration kept of one archive."""

MAX_DIRECTORY = 64 << 20
"""Of the central directory of a zip file, which is read at once: some 600,000 members."""
_END_BYTES = (1 << 16) + 22 + 20 + 56
"""Of the end records of a zip file, with the longest comment."""
_MAX_CONFIGURATION = 64 << 10

_MAGIC = {
    b"\x1f\x8b": "gz",
    b"BZh": "bz2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zst",
    b"PK\x03\x04": "zip",
}


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The tree that an archive unpacks to; not ``complete`` where a bound or a fault ended the reading."""

    root: Directory
    complete: bool


class _Bounded(io.RawIOBase):
    """A stream that ends after a number of bytes."""

    def __init__(self, stream: IO[bytes], limit: int) -> None:
        self._stream, self._left = stream, limit
        self.exceeded = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(min(len(buffer), self._left))
        if not data and self._left == 0:
            self.exceeded = True
        self._left -= len(data)
        buffer[: len(data)] = data
        return len(data)


def compression(path: Path) -> str | None:
    """``gz``, ``bz2``, ``xz``, ``zst``, ``zip``, ``tar`` (none), or None: not an archive we know."""
    try:
        with open_regular(path) as stream:
            head = stream.read(512)
    except OSError:
        return None
    for magic, name in _MAGIC.items():
        if head.startswith(magic):
            return name
    return "tar" if head[257:262] == b"ustar" else None


def is_tar(file: HostFile) -> bool:
    """Whether ADD would unpack the file: a tar, plain or compressed with gzip, bzip2, xz or zstd."""
    kind = compression(file.path)
    if kind is None or kind == "zip":
        return False
    if kind == "tar":
        return True
    try:
        with _decompressed(file.path, kind) as stream:
            return stream.read(512)[257:262] == b"ustar"
    except (OSError, EOFError, ValueError):
        return False


def unpack(file: HostFile) -> Unpacked | None:
    """The tree in a tar or zip file; None if it is not one."""
    kind = compression(file.path)
    if kind is None:
        return None
    return _unzip(file) if kind == "zip" else _untar(file, kind)


def decompressed_size(file: HostFile) -> Size | None:
    """Bytes of a compressed file's data; None if it cannot be read, unbounded above `MAX_BYTES`."""
    kind = compression(file.path)
    if kind in (None, "zip", "tar"):
        return None
    amount = 0
    try:
        with _decompressed(file.path, str(kind)) as stream:
            while data := stream.read(1 << 20):
                amount += len(data)
                if amount >= MAX_BYTES:
                    return Size(amount, amount, None)
    except (OSError, EOFError, ValueError):
        return None
    return Size.exact(amount)


@contextmanager
def _decompressed(path: Path, kind: str) -> Iterator[BinaryIO]:
    with open_regular(path) as raw, _decompressor(raw, kind) as stream:
        yield stream


def _decompressor(raw: BinaryIO, kind: str) -> BinaryIO:
    if kind == "gz":
        import gzip

        return cast(BinaryIO, gzip.open(raw, "rb"))
    if kind == "bz2":
        import bz2

        return cast(BinaryIO, bz2.open(raw, "rb"))
    if kind == "xz":
        import lzma

        return cast(BinaryIO, lzma.open(raw, "rb"))
    if kind == "zst":
        try:
            import zstandard
        except ImportError as error:  # an extra: without it the archive stays unread
            raise OSError("zstandard is not installed") from error
        return cast(BinaryIO, zstandard.open(raw, "rb"))
    return raw


def _untar(file: HostFile, kind: str) -> Unpacked | None:
    import tarfile

    entries: list[tuple[str, Node]] = []
    hard: list[tuple[str, str]] = []
    complete, inline = True, 0
    try:
        with _decompressed(file.path, kind) as raw:
            bounded = _Bounded(raw, MAX_BYTES)
            with tarfile.open(fileobj=io.BufferedReader(bounded, 1 << 16), mode="r|") as tar:
                for member in tar:
                    name = _inside(member.name)
                    if name is None:
                        continue
                    if len(entries) >= MAX_MEMBERS:
                        complete = False
                        break
                    if member.islnk():
                        target = _inside(member.linkname)
                        if target is not None:
                            hard.append((name, target))
                        continue
                    node = _node(file, member)
                    if isinstance(node, Inode) and _is_read(name, node) and inline < MAX_INLINE:
                        stream = tar.extractfile(member)
                        data = b"" if stream is None else stream.read(_MAX_CONFIGURATION)
                        inline += len(data)
                        node = replace(node, content=Inline(data)) if len(data) == node.size.low else node
                    if node is not None:
                        entries.append((name, node))
            complete = complete and not bounded.exceeded
    except (tarfile.TarError, OSError, EOFError, ValueError, OverflowError):
        if not entries:
            return None
        complete = False
    inodes = {path: node for path, node in entries if isinstance(node, Inode)}
    entries.extend((name, inodes[target]) for name, target in hard if target in inodes)
    return Unpacked(build(entries), complete)


def _is_read(name: str, node: Inode) -> bool:
    """Whether its data may be asked for: the accounts and the configuration of a root file system."""
    return node.kind is Kind.FILE and name.startswith("/etc/") and node.size.low <= _MAX_CONFIGURATION


def _node(file: HostFile, member: object) -> Node | None:
    import tarfile

    assert isinstance(member, tarfile.TarInfo)
    mode, mtime = member.mode & 0o7777, ("tar", member.mtime)
    if member.isdir():
        return Directory({}, mode, member.uid, member.gid, BASE_LAYER, "", mtime=mtime)
    if member.isreg():
        kind, size, target = Kind.FILE, max(0, member.size), ""
    elif member.issym():
        kind, size, target = Kind.SYMLINK, 0, member.linkname
    elif member.isfifo():
        kind, size, target = Kind.FIFO, 0, ""
    elif member.isdev():
        kind, size, target = Kind.DEVICE, 0, ""
    else:
        return None
    content = ArchiveMember(file, member.name) if kind is Kind.FILE else None
    return Inode(
        kind, Size.exact(size), mode, member.uid, member.gid, BASE_LAYER, "", content, target, mtime=mtime
    )


def _unzip(file: HostFile) -> Unpacked | None:
    import zipfile

    entries: list[tuple[str, Node]] = []
    complete = True
    try:
        with open_regular(file.path) as raw, zipfile.ZipFile(_bounded_directory(raw)) as archive:
            for info in archive.infolist():
                name = _inside(info.filename)
                if name is None:
                    continue
                if len(entries) >= MAX_MEMBERS:
                    complete = False
                    break
                mode = (info.external_attr >> 16) & 0o7777
                if info.is_dir():
                    entries.append((name, Directory({}, mode or 0o755, 0, 0, BASE_LAYER, "")))
                else:
                    entries.append(
                        (
                            name,
                            Inode(
                                Kind.FILE,
                                Size.exact(info.file_size),
                                mode or 0o644,
                                0,
                                0,
                                BASE_LAYER,
                                "",
                                ArchiveMember(file, info.filename),
                                mtime=("zip", info.date_time),
                            ),
                        )
                    )
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    return Unpacked(build(entries), complete)


def _bounded_directory(raw: BinaryIO) -> BinaryIO:
    """The same file, if what `zipfile` would read of it at once is within a bound; else raises ValueError.

    It reads the central directory, as far from the end as the end record says (APPNOTE 6.3.10 §4.3.14, §4.3.16).
    """
    length = raw.seek(0, os.SEEK_END)
    raw.seek(max(0, length - _END_BYTES))
    tail = raw.read(_END_BYTES)
    raw.seek(0)
    bare = tail[-22:].startswith(b"PK\x05\x06") and tail.endswith(b"\0\0")
    at = len(tail) - 22 if bare else tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise ValueError("no zip file")
    size = int.from_bytes(tail[at + 12 : at + 16], "little")
    wide = tail[max(0, at - 20 - 56) : at]
    if wide.startswith(b"PK\x06\x06"):
        size = max(size if size != 0xFFFFFFFF else 0, int.from_bytes(wide[40:48], "little"))
    if size > MAX_DIRECTORY:
        raise ValueError("a zip file with too many members")
    return raw


def _inside(name: str) -> str | None:
    """The member's path, absolute in the place where it is unpacked; None if it would leave it."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if not parts or ".." in parts:
        return None
    return "/" + "/".join(parts)


def strip(root: Directory, components: int) -> Iterator[tuple[str, Node]]:
    """The top-level entries of a tree after ``--strip-components``; what has fewer components is left out."""
    if components <= 0:
        yield from sorted(root.children.items())
        return
    for child in root.children.values():
        if isinstance(child, Directory):
            yield from strip(child, components - 1)
