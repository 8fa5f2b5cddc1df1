"""How much of a tree is known."""

from __future__ import annotations

from layerlint.domain.truth import Truth
from layerlint.effects import View
from layerlint.filesystem.node import Directory, Node

LIMIT = 200_000
"""Nodes that one command looks at; a larger tree counts as not known."""


def is_whole(view: View, path: str, node: Node) -> bool:
    """Every name in the tree is known."""
    if not isinstance(node, Directory):
        return True
    for count, (_, below) in enumerate(view.walk(path)):
        if count > LIMIT or (isinstance(below, Directory) and not below.complete):
            return False
    return True


def is_absent(view: View, path: str, *, follow: bool = True) -> bool:
    """Certainly not there."""
    return view.lookup(path, follow=follow) is None and view.presence(path, follow=follow) is Truth.NO
