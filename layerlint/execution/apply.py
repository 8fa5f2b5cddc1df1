"""The one place where effects on files are applied to a file system."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from layerlint._dataclass import dataclass, replace
from layerlint.domain.size import ZERO, Size, total
from layerlint.domain.text import UNKNOWN, Unknown
from layerlint.domain.truth import Truth
from layerlint.effects import (
    Archive,
    ChangeMode,
    ChangeOwner,
    Compress,
    Copy,
    Decompress,
    Extract,
    Link,
    MakeDirectory,
    Move,
    Populate,
    Remove,
    Replace,
    Resize,
    Symlink,
    Touch,
    Write,
)
from layerlint.execution.archives import decompressed_size, strip, unpack
from layerlint.execution.compression import compressed_size
from layerlint.filesystem.node import Directory, HostFile, Inode, Kind, Node, TarData, Zeros
from layerlint.filesystem.tree import MAX_DEPTH, locate
from layerlint.filesystem.union import FileSystem
from layerlint.shell.glob import matches

FileEffect = (
    Write | Replace | Resize | Remove | MakeDirectory | Copy | Move | Link | Symlink | Touch | ChangeMode
    | ChangeOwner | Extract | Archive | Compress | Decompress | Populate
)  # fmt: skip

_UNPACKED = 3.0
"""Bytes unpacked over bytes packed, as a likely value for a gzip archive that cannot be read."""
_UNSEEN = Size(0, 52_000_000, None)
"""Of an archive of which nothing is known (see `commands._unseen`)."""


@dataclass(frozen=True, slots=True)
class Changed:
    filesystem: FileSystem
    gap: str | None = None
    """Why the effect is not known in full."""


@dataclass(frozen=True, slots=True)
class Creator:
    """Who makes new files: None for an id that is not known."""

    uid: int | None = 0
    gid: int | None = 0
    umask: int = 0o022


ROOT = Creator()


def apply(effect: FileEffect, filesystem: FileSystem, because: str, by: Creator = ROOT) -> Changed:
    """Do one effect.  What ``/dev``, ``/proc`` and ``/sys`` hold is the kernel's and never ships."""
    match effect:
        case Write(path) | MakeDirectory(path) | Touch(path) if path.count("/") > MAX_DEPTH and (
            locate(filesystem.root, path, follow=True) is None
        ):
            return Changed(filesystem, f"a path more than {MAX_DEPTH} folders deep is not followed")
        case Write(path, size, content, append, mode):
            if is_kernel(path):
                return Changed(filesystem)
            bits = 0o666 & ~by.umask if mode is None else mode
            return Changed(
                filesystem.write(
                    path, size, because, content=content, append=append, mode=bits, uid=by.uid, gid=by.gid
                )
            )
        case Replace(path, size, content):
            old = filesystem.lookup(path, follow=False)
            mode, uid, gid = (old.mode, old.uid, old.gid) if isinstance(old, Inode) else (0o644, 0, 0)
            inode = Inode(Kind.FILE, size, mode, uid, gid, filesystem.layer, because, content)
            return Changed(filesystem.replace(path, inode, because))
        case Resize(path, size):
            return Changed(_resize(_created(filesystem, path, because, by), path, size, because))
        case Remove(path, recursive):
            return Changed(filesystem.remove(path, recursive=recursive))
        case MakeDirectory(path, mode):
            return Changed(_make_directory(filesystem, path, mode, because, by))
        case Copy():
            return Changed(_copy(filesystem, effect, because, by))
        case Move(source, destination):
            return Changed(filesystem.rename(source, destination, because))
        case Link(source, path):
            return Changed(filesystem.link(source, path, because))
        case Symlink(target, path):
            made = filesystem.symlink(path, target, because)
            if by.uid == 0 or made is filesystem:
                return Changed(made)
            uid_of, gid_of = _or_unknown(by.uid), _or_unknown(by.gid)
            return Changed(made.change_metadata(path, because, uid=uid_of, gid=gid_of, follow=False))
        case Touch(path, create):
            if create and filesystem.presence(path) is Truth.NO:
                return Changed(_created(filesystem, path, because, by))
            return Changed(filesystem.touch(path, because, create=create))
        case ChangeMode(path, mode_of, recursive):
            return Changed(filesystem.change_metadata(path, because, mode=mode_of, recursive=recursive))
        case ChangeOwner(path, user, group, recursive, follow):
            return Changed(
                filesystem.change_metadata(
                    path, because, uid=_id(user), gid=_id(group), recursive=recursive, follow=follow
                )
            )
        case Extract():
            return _extract(filesystem, effect, because)
        case Archive():
            return Changed(_archive(filesystem, effect, because))
        case Compress(path, destination, kind, keep):
            return Changed(_compress(filesystem, path, destination, kind, keep, because))
        case Decompress(path, destination, kind, keep):
            return _decompress(filesystem, path, destination, keep, because)
        case Populate():
            return _populate(filesystem, effect, because, by)


def _created(filesystem: FileSystem, path: str, because: str, by: Creator) -> FileSystem:
    """The file there: an empty one if it is not."""
    if filesystem.lookup(path) is not None:
        return filesystem
    return filesystem.write(path, ZERO, because, mode=0o666 & ~by.umask, uid=by.uid, gid=by.gid)


def _make_directory(filesystem: FileSystem, path: str, mode: int, because: str, by: Creator) -> FileSystem:
    """With its parents, which get the mask's mode whatever the directory's own is."""
    missing: list[str] = []
    parent = posixpath.dirname(posixpath.normpath(path))
    while parent != "/" and filesystem.lookup(parent) is None:
        missing.append(parent)
        parent = posixpath.dirname(parent)
    for above in reversed(missing):
        bits = 0o777 & ~by.umask | 0o300
        filesystem = filesystem.make_directory(above, because, mode=bits, uid=by.uid, gid=by.gid)
    return filesystem.make_directory(path, because, mode=mode, uid=by.uid, gid=by.gid)


def _populate(filesystem: FileSystem, effect: Populate, because: str, by: Creator) -> Changed:
    """More of the same name is added to what is there of it."""
    if is_kernel(effect.directory):
        return Changed(filesystem)
    if filesystem.lookup(effect.directory) is None:
        filesystem = _make_directory(filesystem, effect.directory, 0o777 & ~by.umask | 0o300, because, by)
    path = f"{effect.directory.rstrip('/')}/<{effect.name.replace('/', '|')}>"
    size, count, old = effect.size, effect.count, filesystem.lookup(path)
    if isinstance(old, Inode) and old.layer == filesystem.layer:
        size, count = size + old.size, count + old.count
    inode = Inode(
        Kind.FILE, size, 0o644, by.uid, by.gid, filesystem.layer, because, count=count, label=effect.label
    )
    filesystem = filesystem.replace(path, inode, because).having_vague(effect.directory)
    return Changed(filesystem, effect.reason or None)


def _or_unknown(identifier: int | None) -> int | Unknown:
    return UNKNOWN if identifier is None else identifier


def is_kernel(path: str) -> bool:
    return posixpath.normpath(path).startswith(("/dev/", "/proc/", "/sys/"))


def _id(owner: object) -> int | Unknown | None:
    return owner if isinstance(owner, int | Unknown) or owner is None else Unknown.UNKNOWN


def _resize(filesystem: FileSystem, path: str, size: Size, because: str) -> FileSystem:
    node = filesystem.lookup(path)
    if isinstance(node, Inode):
        # What is longer than before is filled with zeros (truncate(2)).
        zeros = size.is_exact and (size.low == 0 or node.size.high == 0 or isinstance(node.content, Zeros))
        return filesystem.write(path, size, because, content=Zeros() if zeros else None)
    return filesystem.write(path, size, because, content=Zeros())


def _copy(filesystem: FileSystem, effect: Copy, because: str, by: Creator) -> FileSystem:
    node = filesystem.lookup(effect.source, follow=effect.follow)
    if node is None:
        return filesystem
    destination = filesystem.lookup(effect.destination)
    both = isinstance(node, Inode) and node.kind is Kind.FILE and isinstance(destination, Inode)
    if both and isinstance(node, Inode) and not effect.preserve_owner:
        # cp opens the file that is there and writes into it: its mode and owner stay.
        written = filesystem.write(effect.destination, node.size, because, content=node.content)
        return (
            written.touch(effect.destination, because, mtime=node.mtime) if effect.preserve_times else written
        )
    uid, gid = (None, None) if effect.preserve_owner else (_or_unknown(by.uid), _or_unknown(by.gid))
    copied = filesystem.graft(
        node, effect.destination, because, uid=uid, gid=gid, keep_times=effect.preserve_times
    )
    return copied.with_vague_of(filesystem, effect.source, effect.destination)


def _extract(filesystem: FileSystem, effect: Extract, because: str) -> Changed:
    node = filesystem.lookup(effect.archive)
    if not isinstance(node, Inode):
        return _unseen(filesystem, effect, _UNSEEN, "the archive is not known", because)
    size = Size(0, int(node.size.likely * _UNPACKED), None)
    if not isinstance(node.content, HostFile):
        return _unseen(filesystem, effect, size, "what the archive holds is not known", because)
    unpacked = unpack(node.content)
    if unpacked is None:
        return _unseen(filesystem, effect, size, "the archive cannot be read", because)
    filesystem = filesystem.make_directory(effect.destination, because)
    for name, child in strip(unpacked.root, effect.strip):
        for path, member in _wanted(name, child, effect.members):
            target = f"{effect.destination.rstrip('/')}/{path}"
            filesystem = filesystem.graft(member, target, because, keep_times=True)
    gap = None if unpacked.complete else "the archive is too large, or damaged: it was not read to its end"
    return Changed(filesystem, gap)


def _unseen(filesystem: FileSystem, effect: Extract, size: Size, reason: str, because: str) -> Changed:
    """Files of unknown names under the destination, by a label by which `settled` finds them."""
    name = posixpath.basename(effect.archive)
    label = f"archive:{name}" if not effect.strip else None
    populate = Populate(effect.destination, name, size, Size(1, 100, None), reason, label)
    return _populate(filesystem, populate, because, ROOT)


def _wanted(name: str, node: Node, members: tuple[str, ...]) -> Iterator[tuple[str, Node]]:
    """The parts of a tree that the member names or globs of the command line ask for."""
    if not members or any(matches(member.strip("/").removeprefix("./"), name) for member in members):
        yield name, node
    elif isinstance(node, Directory):
        for child, inner in sorted(node.children.items()):
            yield from _wanted(f"{name}/{child}", inner, members)


def _archive(filesystem: FileSystem, effect: Archive, because: str) -> FileSystem:
    """A tar is a 512-byte header a member, data rounded up to 512, and zeros to a multiple of 10,240."""
    parts: list[Size] = []
    packed: list[Inode] = []
    seen: set[int] = set()
    for source in effect.sources:
        for _, node in filesystem.walk(source):
            parts.append(Size.exact(512))
            if isinstance(node, Inode) and node.kind is Kind.FILE and id(node) not in seen:
                seen.add(id(node))
                packed.append(node)
                parts.append(_rounded(node.size))
    size = total(parts)
    format_, _, compression = effect.format.partition(".")
    if format_ == "zip":
        size = compressed_size(packed, "gz")
    elif compression:
        size = compressed_size(packed, compression) + Size.exact(len(parts) * 8)
    else:
        size = _blocked(size)
    content = None if compression or format_ == "zip" else TarData(tuple(packed))
    return filesystem.write(effect.path, size, because, content=content)


def _blocked(size: Size) -> Size:
    """GNU tar writes records of 20 blocks, the last filled up with zeros."""

    def up(amount: int) -> int:
        return -(-(amount + 1024) // 10240) * 10240

    return Size(up(size.low), up(size.likely), None if size.high is None else up(size.high))


def _rounded(size: Size) -> Size:
    high = None if size.high is None else -(-size.high // 512) * 512
    return Size(-(-size.low // 512) * 512, -(-size.likely // 512) * 512, high)


def _compress(
    filesystem: FileSystem, path: str, destination: str, kind: str, keep: bool, because: str
) -> FileSystem:
    node = filesystem.lookup(path)
    if not isinstance(node, Inode):
        return filesystem
    inode = replace(
        node,
        size=compressed_size([node], kind),
        content=None,
        layer=filesystem.layer,
        because=because,
        origin=None,
    )
    filesystem = filesystem.replace(destination, inode, because)
    return filesystem if keep else filesystem.remove(path)


def _decompress(filesystem: FileSystem, path: str, destination: str, keep: bool, because: str) -> Changed:
    node = filesystem.lookup(path)
    if not isinstance(node, Inode):
        return Changed(filesystem)
    known = decompressed_size(node.content) if isinstance(node.content, HostFile) else None
    size = known or Size(0, int(node.size.likely * _UNPACKED), None)
    gap = None if known is not None else "the size of the data is not known"
    inode = replace(node, size=size, content=None, layer=filesystem.layer, because=because, origin=None)
    filesystem = filesystem.replace(destination, inode, because)
    return Changed(filesystem if keep else filesystem.remove(path), gap)
