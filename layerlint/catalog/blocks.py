"""A sorted table of text lines in an sqlite file, read a block at a time.

Each row of a table holds a run of neighbouring lines, deflated with a dictionary that all blocks of
the file share, under the key of the first: so one look-up reads and inflates one block, and the file
is a few times smaller than its lines.  The key of a line is its text before the first tab.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

DICTIONARY_BYTES = 32768
"""As far back as deflate can refer (RFC 1951)."""
_CACHED_BLOCKS = 64


class BlockFile:
    """An sqlite file of block tables, open for reading only."""

    def __init__(self, path: Path) -> None:
        import sqlite3  # only a run that looks something up pays for loading it
        import weakref

        self.path = path
        # immutable: no lock and no journal, so that it also opens on a read-only file system
        location = f"{path.as_uri()}?mode=ro&immutable=1"
        # The collector may run in any thread, and what it drops is closed there.
        connection = sqlite3.connect(location, uri=True, check_same_thread=False)
        weakref.finalize(self, connection.close)
        self._connection: sqlite3.Connection = connection
        self.meta: dict[str, str] = dict(self._connection.execute("SELECT name, value FROM meta"))
        [(self._dictionary,)] = self._connection.execute("SELECT data FROM dictionary")
        self.blocks_read: int = 0
        self._block = lru_cache(_CACHED_BLOCKS)(self._inflate)

    def line(self, table: str, key: str) -> str | None:
        """The line with this key."""
        try:
            found = self._connection.execute(
                f"SELECT rowid FROM {table} WHERE first <= ? ORDER BY first DESC LIMIT 1", (key,)
            ).fetchone()
        except UnicodeEncodeError:  # a byte of a Dockerfile that is no text is a lone surrogate here
            return None
        if found is None or "\n" in key:
            return None
        text = self._block(table, found[0])
        start = text.find(f"\n{key}\t")
        return None if start < 0 else text[start + 1 : text.index("\n", start + 1)]

    def lines(self, table: str) -> list[str]:
        """All of them, in order."""
        rows = self._connection.execute(f"SELECT rowid FROM {table} ORDER BY first").fetchall()
        return [line for (row,) in rows for line in self._inflate(table, row).strip("\n").split("\n")]

    def count(self, table: str) -> int:
        """How many lines it has: inflates the whole table, and keeps none of it."""
        rows = self._connection.execute(f"SELECT rowid FROM {table}").fetchall()
        return sum(self._inflate(table, row).count("\n") - 1 for (row,) in rows)

    def _inflate(self, table: str, row: int) -> str:
        import zlib

        self.blocks_read += 1
        [(data,)] = self._connection.execute(f"SELECT data FROM {table} WHERE rowid = ?", (row,))
        return zlib.decompressobj(zdict=self._dictionary).decompress(data).decode()


def write(
    path: Path, meta: dict[str, str], tables: dict[str, Sequence[str]], dictionary: bytes, block_bytes: int
) -> None:
    """Write a block file: ``tables`` maps names to lines of unique keys, in any order.

    The same arguments give the same bytes (of the same sqlite and zlib).
    """
    import sqlite3

    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.executescript("PRAGMA journal_mode=OFF; PRAGMA page_size=1024;")
    connection.execute("CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT)")
    connection.executemany("INSERT INTO meta VALUES (?, ?)", sorted(meta.items()))
    connection.execute("CREATE TABLE dictionary (data BLOB)")
    connection.execute("INSERT INTO dictionary VALUES (?)", (dictionary,))
    for table, lines in sorted(tables.items()):
        connection.execute(f"CREATE TABLE {table} (first TEXT PRIMARY KEY, data BLOB)")
        connection.executemany(f"INSERT INTO {table} VALUES (?, ?)", _blocks(lines, dictionary, block_bytes))
    connection.commit()
    connection.execute("VACUUM")
    connection.close()


def _blocks(lines: Sequence[str], dictionary: bytes, block_bytes: int) -> list[tuple[str, bytes]]:
    blocks: list[list[str]] = []
    filled = block_bytes
    for line in sorted(lines, key=_key):
        if filled >= block_bytes:
            blocks.append([])
            filled = 0
        blocks[-1].append(line)
        filled += len(line) + 1
    return [(_key(block[0]), _deflate("\n" + "\n".join(block) + "\n", dictionary)) for block in blocks]


def _deflate(text: str, dictionary: bytes) -> bytes:
    import zlib

    deflater = zlib.compressobj(9, wbits=15, memLevel=9, zdict=dictionary)
    return deflater.compress(text.encode()) + deflater.flush()


def _key(line: str) -> str:
    return line.partition("\t")[0]
