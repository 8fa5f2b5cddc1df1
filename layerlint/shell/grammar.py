"""The tree-sitter grammar of bash: loaded at first use, and given text that it reads as a shell does."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from layerlint._pattern import pattern

if TYPE_CHECKING:
    from tree_sitter import Parser, Tree

LONGEST = 1 << 14
"""Characters of a script that is read: twice the longest of 12,800 RUN scripts in the wild."""

MOST_AMBIGUOUS = 1500
"""``<``, ``>``, ``|`` and backquotes of a script that is read: ten times the most of those scripts."""

_CONTROL = bytes.maketrans(bytes(code for code in range(32) if code not in b"\t\n"), b"?" * 30)
"""The grammar takes carriage return, form feed and the like for blanks; for a shell they are letters."""

_TEST = pattern(rb"(?<![^\s;&|(])\[(?=[ \t])")
_BANG = pattern(rb"(?<![^\s;&|(])!(?=[ \t]|\\\n)")

_COMMENT = pattern(rb"(?<!\S)`#[^`\n]*`")


def skeleton(text: str) -> bytes:
    """The text as ASCII of the same length, so that byte offsets of the tree are character offsets.

    Only the structure is read from it, so what the grammar (0.25) is known to misread is replaced:
    ``[ … ]`` is parsed as an expression and fails on ``\\(`` or ``-a``, here it is a command ``x``;
    ``! {`` is parsed as a command ``{``, here the ``!`` is a blank; the comment in ```#note` `` runs
    to the end of the line, here it is blank.
    """
    ascii_text = text.encode("ascii", "replace").translate(_CONTROL)
    ascii_text = _COMMENT.sub(lambda match: b"`" + b" " * (len(match[0]) - 2) + b"`", ascii_text)
    return _BANG.sub(b" ", _TEST.sub(b"x", ascii_text))


def is_readable(text: str) -> bool:
    """Whether the text is within the bounds that keep a parse to about a second and 200 MB.

    Sound text takes linear time, but the parser's search for a repair (and words such as ``[a][a]…``)
    takes quadratic time, and several readings of pipes and redirects take quadratic memory.
    """
    return len(text) <= LONGEST and sum(map(text.count, "<>|`")) <= MOST_AMBIGUOUS


def parse_tree(data: bytes) -> Tree:
    """The tree of a readable text."""
    return _parser().parse(data)


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
