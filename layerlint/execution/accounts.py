"""Users and groups of the image, by name or number: what USER, ``--chown`` and ``$HOME`` mean."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from layerlint.domain.text import UNKNOWN, Text
from layerlint.execution.view import read_data
from layerlint.filesystem.copying import Owner
from layerlint.filesystem.node import Inode
from layerlint.filesystem.union import FileSystem

_LIMIT = 1 << 20
"""Bytes of ``/etc/passwd`` or ``/etc/group`` that are read."""


def of_user(filesystem: FileSystem, user: str) -> tuple[Owner, Owner]:
    """The ids that a process of USER ``user[:group]`` has; without a group, the user's own (0 if it has none)."""
    name, _, group = (user or "0").partition(":")
    uid = _identifier(filesystem, "/etc/passwd", name, 2)
    if group:
        return uid, _identifier(filesystem, "/etc/group", group, 2)
    for fields in _lines(filesystem, "/etc/passwd"):
        if name in (fields[0], *fields[2:3]) and len(fields) > 3 and fields[3].isdecimal():
            return uid, int(fields[3])
    return uid, 0 if name.isdecimal() else UNKNOWN


def of_chown(filesystem: FileSystem, chown: Text | None) -> tuple[Owner, Owner]:
    """The ids that ``--chown`` gives; a user without a group stands for the group of the same number."""
    if chown is None:
        return 0, 0
    if not isinstance(chown, str):
        return UNKNOWN, UNKNOWN
    user, _, group = chown.partition(":")
    if not group and user.isdecimal():
        number = _identifier(filesystem, "/etc/passwd", user, 2)
        return number, number
    return of_user(filesystem, chown)


def home(filesystem: FileSystem, user: str) -> Text:
    """As the runtime sets it, from the user's line."""
    name = user.partition(":")[0] or "root"
    for fields in _lines(filesystem, "/etc/passwd"):
        if len(fields) >= 6 and name in (fields[0], fields[2]):
            return fields[5]
    return "/root" if name in ("root", "0") else UNKNOWN


def _identifier(filesystem: FileSystem, path: str, name: str, column: int) -> Owner:
    if name.isdecimal() and name.isascii() and len(name) < 11:
        return int(name)
    for fields in _lines(filesystem, path):
        if fields[0] == name and len(fields) > column and fields[column].isdecimal():
            return int(fields[column])
    return 0 if name == "root" else UNKNOWN


def _lines(filesystem: FileSystem, path: str) -> Iterator[list[str]]:
    node = filesystem.lookup(path)
    data = read_data(node, _LIMIT) if isinstance(node, Inode) else None
    if data:
        yield from _split(data)


@lru_cache(maxsize=4)  # each RUN asks several times
def _split(data: bytes) -> tuple[list[str], ...]:
    return tuple(line.split(":") for line in data.decode("utf-8", "replace").splitlines())
