"""Here-documents, found one by one and masked, because the grammar knows only one on a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.shell.grammar import parse_tree, skeleton

if TYPE_CHECKING:
    from tree_sitter import Tree

MOST_PARSES = 20
"""Parses of one script in search of here-documents; what a further one would show is a fault."""

_OPERATOR = pattern(r"<<(-?)(?:[ \t]|\\\n)*((?:[^\s;&|<>()'\"\\]|'[^']*'|\"[^\"]*\"|\\.)+)")
_NEWLINE = pattern(r"(?<!\\)\n")
_QUOTES = pattern(r"['\"\\]")


@dataclass(frozen=True, slots=True)
class Region:
    """Where the parts of a here-document are.  ``tree`` is a tree of the text in which it is not masked."""

    operator_end: int
    body_start: int
    body_end: int
    quoted: bool
    strip_tabs: bool
    tree: Tree


def find_here_documents(text: str) -> tuple[Tree | None, dict[int, Region]]:
    """The tree of the text with each here-document masked, and these by the offset of their ``<<``.

    A masked one is a redirect ``<x`` with a blank body, which leaves all offsets as they are.  A
    second one on a line shows only in a tree in which the first is masked.
    """
    data = bytearray(skeleton(text))
    tree = parse_tree(bytes(data))
    regions: dict[int, Region] = {}
    resume: dict[int, int] = {}
    stale = False
    parses = 1
    position = data.find(b"<<")
    while position >= 0:
        match = _OPERATOR.match(text, position)
        if tree is None:
            break
        if match is None or not _is_operator(tree, position):
            if stale and parses < MOST_PARSES:
                tree, stale, parses = parse_tree(bytes(data)), False, parses + 1
            else:
                position = data.find(b"<<", position + 2)
            continue
        newline = _NEWLINE.search(text, match.end())
        line_end = newline.start() if newline else len(text)
        start = resume.get(line_end, min(line_end + 1, len(text)))
        strip_tabs = bool(match[1])
        end, after = _body_end(text, start, _delimiter(match[2]), strip_tabs=strip_tabs)
        regions[position] = Region(match.end(), start, end, bool(_QUOTES.search(match[2])), strip_tabs, tree)
        resume[line_end] = after
        data[position : match.end()] = b"<" + b"x" * (match.end() - position - 1)
        data[start:after] = b" " * (after - start)
        stale = True
        position = data.find(b"<<", match.end())
    return parse_tree(bytes(data)) if stale else tree, regions


def _is_operator(tree: Tree, position: int) -> bool:
    node = tree.root_node.descendant_for_byte_range(position, position + 2)
    return (
        node is not None
        and node.type in ("<<", "<<-")
        and node.start_byte == position
        and (node.parent is not None and node.parent.type == "heredoc_redirect")
    )


def _delimiter(word: str) -> str:
    """The delimiter after quote removal."""
    return re.sub(r"'([^']*)'|\"([^\"]*)\"|\\(.)", lambda match: "".join(filter(None, match.groups())), word)


def _body_end(text: str, start: int, delimiter: str, *, strip_tabs: bool) -> tuple[int, int]:
    """The end of the body, and the start of the line after the delimiter; the end of the text if that is missing."""
    position = start
    while position < len(text):
        newline = text.find("\n", position)
        line_end = newline if newline >= 0 else len(text)
        line = text[position:line_end]
        if (line.lstrip("\t") if strip_tabs else line) == delimiter:
            return position, min(line_end + 1, len(text))
        position = line_end + 1
    return len(text), len(text)
