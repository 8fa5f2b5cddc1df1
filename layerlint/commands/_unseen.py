"""Sizes of what is downloaded or built, by what Dockerfiles download and build.

From exact sizes of 2,005 RUN instructions of public images (2015 and 2020–26): those that only download keep
a median of 2.7 MB (5–95 %: 3.7 kB to 447 MB), those that unpack 52 MB (9 to 111 MB), a clone alone 2.2 MB
(0.2 to 172 MB), what is configured, made and installed 112 MB (30 to 174 MB) with what apt installs for it.
"""

from __future__ import annotations

from layerlint.commands._paths import basename, parent
from layerlint.domain.size import Size
from layerlint.domain.text import Text
from layerlint.effects import Effect, Populate, Unsized, Write
from layerlint.lookup import LengthWanted, Lookup

_TEXTS = (
    ".asc", ".cfg", ".conf", ".crt", ".gpg", ".json", ".key", ".list", ".md5", ".patch", ".pem", ".pub", ".repo",
    ".sha1", ".sha256", ".sha512", ".sig", ".sign", ".txt", ".xml", ".yaml", ".yml",
)  # fmt: skip
_SCRIPTS = (".bash", ".js", ".php", ".pl", ".py", ".rb", ".sh")
_ARCHIVES = (
    ".bz2", ".deb", ".gz", ".jar", ".lz", ".lzma", ".rpm", ".run", ".tar", ".tbz", ".tbz2", ".tgz", ".txz", ".war",
    ".whl", ".xz", ".zip", ".zst",
)  # fmt: skip

TEXT = Size(0, 900, None)
"""A signature, a list of checksums, a key, a package source."""
SCRIPT = Size(0, 4_000, None)
ARCHIVE = Size(0, 17_000_000, None)
"""A third of what is unpacked from one."""
PROGRAM = Size(0, 2_700_000, None)
UNPACKED = Size(0, 52_000_000, None)
TREE = Size(0, 2_200_000, None)
"""Of a server of which nothing is known, taken for a repository."""
CLONE = Size(200_000, 2_200_000, 172_000_000)
SHALLOW = Size(100_000, 1_100_000, 172_000_000)
"""A clone without its history, which is half of the median one."""


def downloaded(name: str) -> Size:
    """Of a file, by the end of its name."""
    lower = name.lower()
    if lower.endswith(_TEXTS):
        return TEXT
    if lower.endswith(_SCRIPTS):
        return SCRIPT
    return ARCHIVE if lower.endswith(_ARCHIVES) else PROGRAM


def length_of(outside: Lookup | None, url: Text, *, redirects: bool = True) -> Size | None:
    """Of what lies at an address, where it is looked up and known."""
    if outside is None or not isinstance(url, str) or not url.startswith(("http://", "https://")):
        return None
    if url.partition("#")[0].endswith((".git", "/")):
        return None
    found = outside.length(LengthWanted(url.partition("#")[0], redirects))
    if found is None:
        return None
    return Size(found.bytes, found.bytes * 3, found.bytes * 20) if found.packed else Size.exact(found.bytes)


def unseen_file(path: str, size: Size, reason: str) -> tuple[Effect, ...]:
    """A file that is certainly there afterwards, of a size that is not known."""
    return Write(path, size), Unsized(reason)


def unseen_tree(directory: str, name: str, size: Size, reason: str) -> tuple[Effect, ...]:
    bounded = size.high is not None
    return (Populate(directory, name, size, Size(1, 100, None), reason=reason, bounded=bounded),)


def assumed(destination: str, reason: str, *, tree: bool | None) -> tuple[Effect, ...]:
    """What a command that succeeds leaves at a place although its source has not been seen.

    ``tree``: None where it may be a file or a directory; a file it is then in a directory of programs.  What is
    likely is no more bytes than those that were counted when the source was made.
    """
    if not tree and basename(parent(destination)) in ("bin", "sbin"):
        return unseen_file(destination, Size(0, 100_000, None), reason)
    name, size, count = basename(destination) or "files", Size(0, 0, None), Size(0, 1, None)
    return (Populate(parent(destination), name, size, count, reason),)


def assumed_in(directory: str, tool: str, reason: str) -> tuple[Effect, ...]:
    """Files of unknown names that it leaves in a directory."""
    return (Populate(directory, tool, Size(0, 0, None), Size(0, 1, None), reason),)
