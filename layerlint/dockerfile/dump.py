"""The syntax of a file as JSON: what ``layerlint parse`` prints."""

from __future__ import annotations

from typing import Any

from layerlint.dockerfile.gostrings import replace_invalid
from layerlint.dockerfile.grammar import parse_all
from layerlint.dockerfile.syntax import Document, Heredoc, Node

SCHEMA = "layerlint.parse/1"


def to_json(document: Document) -> dict[str, Any]:
    """The contract ``layerlint.parse/1``: keys in a fixed order, lines and columns from 1.

    ``args``, ``flags`` and lines are BuildKit's.  The instruction inside ONBUILD is the one element
    of ``args``, on line 0, as BuildKit gives it no line.  Bytes that are not UTF-8 are U+FFFD.
    """
    _, problems = parse_all(document)
    position = document.source.position
    return {
        "schema": SCHEMA,
        "escape": document.escape,
        "directives": {d.name: replace_invalid(d.value) for d in document.directives},
        "nodes": [_node(node) for node in document.nodes],
        "problems": [
            dict(zip(("line", "column"), position(problem.span.start), strict=True))
            | {"message": replace_invalid(problem.message)}
            for problem in problems
        ],
    }


def _node(node: Node, *, inner: bool = False) -> dict[str, Any]:
    args: list[Any] = [replace_invalid(word.value) for word in node.args]
    if node.onbuild is not None:
        args.append(_node(node.onbuild, inner=True))
    return {
        "keyword": replace_invalid(node.keyword),
        "start": 0 if inner else node.start_line,
        "end": 0 if inner else node.end_line,
        "flags": [replace_invalid(flag.text) for flag in node.flags],
        "args": args,
        "json": node.json,
        "heredocs": [] if inner else [_heredoc(heredoc) for heredoc in node.heredocs],
        "comments": [replace_invalid(comment) for comment in node.comments],
    }


def _heredoc(heredoc: Heredoc) -> dict[str, Any]:
    return {
        "name": replace_invalid(heredoc.name),
        "content": replace_invalid(heredoc.content),
        "expand": heredoc.expand,
        "chomp": heredoc.chomp,
        "fd": heredoc.file_descriptor,
    }
