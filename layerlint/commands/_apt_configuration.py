"""The settings of apt that decide what it leaves on disk: ``apt.conf(5)``, as far as they matter here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from layerlint._dataclass import dataclass
from layerlint.filesystem.node import Inline, Inode, Node

DIRECTORY = "/etc/apt/apt.conf.d"
_LIMIT = 1 << 16
"""Bytes of one file that are read: the longest of Debian's own has 4 KiB."""
_TRUE = frozenset({"1", "yes", "true", "with", "on", "enable"})
_FALSE = frozenset({"0", "no", "false", "without", "off", "disable"})


@dataclass(frozen=True, slots=True)
class AptConfiguration:
    recommends: bool = True
    """``APT::Install-Recommends``"""
    assumes_yes: bool = False
    """``APT::Get::Assume-Yes``"""
    keeps_archives: bool = True
    """Downloaded packages stay in ``/var/cache/apt/archives``; ``docker-clean`` deletes them."""
    apt_keeps_archives: bool = False
    """``Binary::apt::APT::Keep-Downloaded-Packages``: ``apt`` itself deletes them by default."""
    keeps_caches: bool = True
    """``pkgcache.bin`` and ``srcpkgcache.bin`` are written; ``docker-clean`` sets their names empty."""
    compresses_lists: bool = False
    """``Acquire::GzipIndexes``"""


def read(files: Mapping[str, Node], *, official: bool = False) -> AptConfiguration:
    """Of the files in `DIRECTORY`, by name, in apt's order; the last setting of a name holds.

    A file whose text is not known counts as what the official images have under its name; with
    ``official``, those that they have are taken to be there.
    """
    values: dict[str, str] = {}
    cleaned = False
    for name in sorted({*files, *(_OFFICIAL if official else ())}):
        text = _text(files[name]) if name in files else None
        if text is None:
            text = _OFFICIAL.get(name, "")
        for key, value in settings(text):
            values[key] = value
            if key.startswith("dpkg::post-invoke") and "/var/cache/apt/archives" in value:
                cleaned = True
    kept = boolean(values.get("apt::keep-downloaded-packages", ""), True)
    return AptConfiguration(
        recommends=boolean(values.get("apt::install-recommends", ""), True),
        assumes_yes=boolean(values.get("apt::get::assume-yes", ""), False),
        keeps_archives=kept and not cleaned,
        apt_keeps_archives=boolean(values.get("binary::apt::apt::keep-downloaded-packages", ""), False),
        keeps_caches=values.get("dir::cache::pkgcache", "pkgcache.bin") != "",
        compresses_lists=boolean(values.get("acquire::gzipindexes", ""), False),
    )


def boolean(value: str, default: bool) -> bool:
    """As apt reads a truth value; what it does not know is the default."""
    word = value.lower()
    return word in _TRUE or (default and word not in _FALSE)


def settings(text: str) -> Iterator[tuple[str, str]]:
    """The settings of one file: full names in lower case, and values; ``{ }`` blocks are flattened."""
    scopes: list[str] = []
    words: list[str] = []
    for quoted, token in _tokens(text[:_LIMIT]):
        if not quoted and token in "{};":
            if token == "{":
                scopes.append("::".join(words[:1]))
            elif words:
                name = "" if len(words) == 1 and words[0].startswith('"') else words[0]
                value = words[-1] if len(words) > 1 or not name else ""
                yield "::".join(s for s in (*scopes, name) if s).lower(), value.removeprefix('"')
            if token == "}" and scopes:
                scopes.pop()
            words = []
        else:
            # The mark tells a quoted word, which is a value even where it stands alone.
            words.append('"' + token if quoted else token)


def _tokens(text: str) -> Iterator[tuple[bool, str]]:
    """Words and punctuation, each with whether it was quoted; comments are dropped."""
    position, end = 0, len(text)
    while position < end:
        character = text[position]
        if character.isspace():
            position += 1
        elif character == '"':
            close = text.find('"', position + 1)
            close = end if close < 0 else close
            yield True, text[position + 1 : close]
            position = close + 1
        elif character in "{};":
            yield False, character
            position += 1
        elif character == "#" or text.startswith("//", position):
            close = text.find("\n", position)
            position = end if close < 0 else close
        elif text.startswith("/*", position):
            close = text.find("*/", position)
            position = end if close < 0 else close + 2
        else:
            start = position
            while position < end and not text[position].isspace() and text[position] not in '"{};':
                position += 1
            yield False, text[start:position]


def _text(node: Node) -> str | None:
    if isinstance(node, Inode) and isinstance(node.content, Inline):
        return node.content.data.decode("utf-8", "replace")
    return None


_OFFICIAL = {
    "docker-clean": (
        'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb"; };'
        ' Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";'
    ),
    "docker-gzip-indexes": 'Acquire::GzipIndexes "true";',
}
"""What matters here of the files that the official Debian images add (debuerreotype-minimizing-config)."""
