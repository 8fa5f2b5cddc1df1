"""The tree-sitter grammar of bash: loaded at first use, and given text that it reads as a shell does."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Parser, Tree

LONGEST = 1 << 17
"""Bytes of a script that is read (the longest of 12,800 RUN scripts in the wild has 7,400)."""

LONGEST_BROKEN = 1 << 13
"""Bytes up to which a script with a fault of syntax is repaired."""

MOST_AMBIGUOUS = 2000
"""``<``, ``>`` and backquotes of a script that is read: the grammar follows several readings of them."""

_CHUNK = 1 << 16

_CONTROL = bytes.maketrans(
    bytes(code for code in range(32) if code not in b"\t\n"), b"?" * 30
)
"""The grammar takes carriage return, form feed and the like for blanks; for a shell they are letters."""

_TEST = re.compile(rb"(?<![^\s;&|(])\[(?=[ \t])")
_BANG = re.compile(rb"(?<![^\s;&|(])!(?=[ \t]|\\\n)")


def skeleton(text: str) -> bytes:
    """The text as ASCII of the same length, so that byte offsets of the tree are character offsets.

    Only the structure is read from it, so what the grammar (0.25) is known to misread is replaced:
    ``[ … ]`` is parsed as an expression and fails on ``\\(`` or ``-a``, here it is a command ``x``;
    ``! {`` is parsed as a command ``{``, here the ``!`` is a blank.
    """
    ascii_text = text.encode("ascii", "replace").translate(_CONTROL)
    return _BANG.sub(b" ", _TEST.sub(b"x", ascii_text))


def parse_tree(data: bytes) -> Tree | None:
    """The tree; None for text that would take the parser more than about a second or 300 MB.

    tree-sitter takes linear time for sound text.  Its search for a cheap repair takes quadratic time,
    and with pipes or redirects quadratic memory, so a long text is given up at its first fault.
    """
    if len(data) > LONGEST or sum(data.count(character) for character in b"<>`") > MOST_AMBIGUOUS:
        return None
    parser = _parser()
    if len(data) <= LONGEST_BROKEN:
        return parser.parse(data)

    def read(offset: int, _point: object) -> bytes:
        return data[offset : offset + _CHUNK]

    def is_broken(_offset: int, has_error: bool) -> bool:
        return has_error

    try:
        return parser.parse(read, progress_callback=is_broken)
    except ValueError:
        parser.reset()
        return None


@cache
def _parser() -> Parser:
    from tree_sitter import Language, Parser

    return Parser(Language(_language()))


def _language() -> object:
    """The grammar's own module of C, without its package, whose import costs twice the load."""
    import importlib.machinery
    import importlib.util
    from pathlib import Path

    package = importlib.util.find_spec("tree_sitter_bash")
    for folder in (package.submodule_search_locations or ()) if package else ():
        for suffix in importlib.machinery.EXTENSION_SUFFIXES:
            path = Path(folder, "_binding" + suffix)
            if path.is_file():
                name = "tree_sitter_bash._binding"
                loader = importlib.machinery.ExtensionFileLoader(name, str(path))
                spec = importlib.util.spec_from_file_location(name, path, loader=loader)
                if spec is not None:
                    module = importlib.util.module_from_spec(spec)
                    loader.exec_module(module)
                    language: object = module.language()
                    return language
    import tree_sitter_bash

    fallback: object = tree_sitter_bash.language()
    return fallback
