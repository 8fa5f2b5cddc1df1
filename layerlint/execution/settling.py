"""Where the files of an archive that is not known are, as later commands tell."""

from __future__ import annotations

import posixpath

from layerlint.filesystem.node import Directory, Inode
from layerlint.filesystem.union import FileSystem

_LABEL = "archive:"


def settled(filesystem: FileSystem, path: str, because: str, *, certain: bool = True) -> FileSystem:
    """The state in which ``path`` is the top directory of an archive that was unpacked beside it.

    ``tar xf foo.tgz && cd foo-1.2 && … && rm -rf foo-1.2``: that a command enters, takes or removes a name
    that has not been seen says where the files of the archive are, if one was unpacked in this layer into
    the directory that holds the name.  It is the one with the longest common start of names, or the only
    one where the name is ``certain``: the command fails without it.
    """
    path = posixpath.normpath(path)
    if not filesystem.vague or filesystem.lookup(path) is not None:
        return filesystem
    directory, name = posixpath.split(path)
    while directory != "/" and filesystem.lookup(directory) is None:
        directory, name = posixpath.split(directory)
    top = filesystem.lookup(directory)
    if not isinstance(top, Directory) or not name:
        return filesystem
    found = [
        (_common(name, key[1:]), key)
        for key, node in top.children.items()
        if isinstance(node, Inode)
        and (node.label or "").startswith(_LABEL)
        and node.layer == filesystem.layer
    ]
    if not found:
        return filesystem
    common, key = max(found)
    if common < min(3, len(name)) and (len(found) > 1 or not certain):
        return filesystem
    inner = f"{directory.rstrip('/')}/{name}"
    moved = filesystem.make_directory(inner, because)
    return moved.rename(f"{directory.rstrip('/')}/{key}", f"{inner}/{key}", because)


def _common(one: str, other: str) -> int:
    return len(posixpath.commonprefix((one.lower(), other.lower())))
