"""Users and groups of the image: ``/etc/passwd``, ``/etc/group`` and their shadows."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.commands._options import Options
from layerlint.commands._streams import decode, encode
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import View
from layerlint.filesystem.node import Inode, Kind

LIMIT = 1 << 20
"""Bytes of a database that are read."""
GUESSED = Size(0, 700, 65_536)
"""Of a database that cannot be read; those of the official images have 260 to 1,300 bytes."""


@dataclass(frozen=True, slots=True)
class Database:
    """One of the files: ``text`` is None where only its size is known."""

    path: str
    text: str | None
    size: Size

    @property
    def is_known(self) -> bool:
        return self.text is not None

    def entries(self) -> Iterator[list[str]]:
        """The fields of each line."""
        for line in (self.text or "").split("\n"):
            if ":" in line:
                yield line.split(":")

    def entry(self, name: str) -> list[str] | None:
        return next((fields for fields in self.entries() if fields[0] == name), None)

    def ids(self) -> set[int]:
        """The numbers in the third field."""
        return {int(fields[2]) for fields in self.entries() if len(fields) > 2 and is_number(fields[2])}


def read(view: View, name: str) -> Database | None:
    """The database ``/etc/<name>``; None if there is certainly none."""
    path = f"/etc/{name}"
    node = view.lookup(path)
    if isinstance(node, Inode) and node.kind is Kind.FILE:
        data = view.read(node, LIMIT)
        return Database(path, None if data is None else decode(data), node.size)
    return None if view.presence(path) is Truth.NO else Database(path, None, GUESSED)


def with_text(database: Database, text: str) -> Database:
    return Database(database.path, text, Size.exact(len(encode(text))))


def is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 10


def number_given(options: Options, *keys: str) -> int | None:
    """The numeric argument of the first of these options that has one."""
    values = (options.value(key) for key in keys)
    return next((int(value) for value in values if isinstance(value, str) and is_number(value)), None)


def text_given(options: Options, key: str) -> str:
    """An argument for a field of a line; one that is not known is taken to be as long as most."""
    value = options.value(key)
    return "" if value is None else value if isinstance(value, str) else "unknown"


def user_id(view: View, name: Text) -> int | Text:
    """The id of a user given by name or number; not known for one that is not in a readable database.

    Such a user may have been added by a package's script, so the absence of a name is no failure.
    """
    return _identify(view, "passwd", name, 2)


def group_id(view: View, name: Text) -> int | Text:
    return _identify(view, "group", name, 2)


def login_group(view: View, name: Text) -> int | Text:
    """The first group of a user."""
    return _identify(view, "passwd", name, 3)


def _identify(view: View, database: str, name: Text, column: int) -> int | Text:
    if name is UNKNOWN:
        return UNKNOWN
    known = read(view, database)
    for fields in known.entries() if known else ():
        matched = fields[0] == name or (column == 3 and len(fields) > 3 and fields[2] == name)
        if matched and len(fields) > column and is_number(fields[column]):
            return int(fields[column])
    return int(name) if is_number(name) and column == 2 else UNKNOWN
