"""The file system as a command model sees it, and the bounded reading of data that is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from layerlint._dataclass import dataclass
from layerlint.domain.truth import Truth
from layerlint.filesystem.host_files import open_regular
from layerlint.filesystem.node import ArchiveMember, HostFile, Inline, Inode, Kind, Node, TarData, Zeros
from layerlint.filesystem.union import FileSystem


def read_data(inode: Inode, limit: int = 65536) -> bytes | None:
    """The data of a regular file if it is known and at most ``limit`` bytes long; None otherwise."""
    if inode.kind is not Kind.FILE or inode.is_summary or not inode.size.is_exact or inode.size.low > limit:
        return None
    match inode.content:
        case Inline(data):
            return data
        case Zeros():
            return bytes(inode.size.low)
        case HostFile(path):
            try:
                with open_regular(path) as stream:
                    data = stream.read(limit + 1)
            except OSError:
                return None
            return data if len(data) == inode.size.low else None
        case ArchiveMember() | TarData():
            return None
        case None:
            return b"" if inode.size.low == 0 else None


@dataclass(frozen=True, slots=True)
class SystemView:
    """A `View` of a state."""

    filesystem: FileSystem

    def lookup(self, path: str, *, follow: bool = True) -> Node | None:
        return self.filesystem.lookup(path, follow=follow)

    def presence(self, path: str, *, follow: bool = True) -> Truth:
        return self.filesystem.presence(path, follow=follow)

    def resolve(self, path: str, *, follow: bool = True) -> str:
        return self.filesystem.resolve(path, follow=follow)

    def children(self, path: str) -> Mapping[str, Node]:
        return self.filesystem.children(path)

    def walk(self, path: str) -> Iterator[tuple[str, Node]]:
        return self.filesystem.walk(path)

    def is_complete(self, path: str) -> bool:
        return self.filesystem.is_complete(path)

    def read(self, inode: Inode, limit: int = 65536) -> bytes | None:
        return read_data(inode, limit)
