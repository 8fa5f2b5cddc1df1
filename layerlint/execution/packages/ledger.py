"""The files in which a package manager records what it did, as it writes them anew."""

from __future__ import annotations

from layerlint.domain.size import ZERO, Size
from layerlint.filesystem.node import Inode, Kind
from layerlint.filesystem.union import FileSystem


class Ledger:
    """A file system, and the sizes of the databases and logs written to it."""

    def __init__(self, filesystem: FileSystem, because: str, spread: float = 0.0) -> None:
        self.filesystem: FileSystem = filesystem
        self.because = because
        self.spread = spread
        """How far, relatively, the files of two builds of one Dockerfile may lie apart."""
        self.written: list[Size] = []

    def size(self, path: str) -> Size:
        node = self.filesystem.lookup(path)
        return node.size if isinstance(node, Inode) else ZERO

    def put(self, path: str, size: Size) -> None:
        """A new file by rename."""
        if self.spread:
            size = size.join(Size.around(size.likely, self.spread, self.spread))
        inode = Inode(Kind.FILE, size, 0o644, 0, 0, self.filesystem.layer, self.because)
        self.filesystem = self.filesystem.replace(path, inode, self.because)
        self.written.append(size)

    def resize(self, path: str, delta: int) -> None:
        """A new file by rename, that much longer; within 10 % of what changes."""
        size = self.size(path)
        change = Size.around(abs(delta), 0.1, 0.1)
        if delta >= 0:
            self.put(path, size + change if delta else size)
            return
        likely = max(0, size.likely - change.likely)
        low = min(likely, max(0, size.low - (change.high or 0)))
        self.put(path, Size(low, likely, None if size.high is None else max(likely, size.high - change.low)))

    def append(self, path: str, amount: int) -> None:
        added = Size.around(amount, 0.3, 0.3)
        self.filesystem = self.filesystem.write(path, added, self.because, append=True)
        self.written.append(self.size(path))

    def open(self, path: str) -> None:
        """Open for writing and close."""
        self.filesystem = self.filesystem.write(path, ZERO, self.because, append=True)
        self.written.append(self.size(path))
