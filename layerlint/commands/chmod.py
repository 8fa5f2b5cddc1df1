"""chmod, after GNU coreutils 9.1."""

from __future__ import annotations

from collections.abc import Callable

from layerlint.commands._known import is_absent, is_whole
from layerlint.commands._modes import Change, parse_mode
from layerlint.commands._options import Grammar, Options, parse
from layerlint.commands._outcome import FAILURE, said, unmodelled
from layerlint.commands._paths import locate, show
from layerlint.domain.text import Text
from layerlint.domain.truth import Truth
from layerlint.effects import ChangeMode, Effect, Invocation, Outcome, Unsized
from layerlint.filesystem.node import Directory, Node

_MODE_LETTERS = "rwxXstugoa,+=01234567"
_GRAMMAR = Grammar(
    "chmod",
    "Rcfv" + "".join(letter + "::" for letter in _MODE_LETTERS),
    {
        "changes": "c",
        "no-preserve-root": "-",
        "preserve-root": "-",
        "quiet": "f",
        "recursive": "R",
        "reference": "reference:",
        "silent": "f",
        "verbose": "v",
    },
)
"""A mode that begins with ``-`` is read as an option, as the real tool does (``chmod -w file``)."""


def chmod(invocation: Invocation) -> Outcome:
    """Change permissions; a file is written to also where its bits stay the same.

    Not known: a file that may be absent, a tree that is known in part only.
    """
    options = parse(_GRAMMAR, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    mode, files = _mode(invocation, options)
    if mode is None:
        return FAILURE
    if isinstance(mode, str):
        return unmodelled(mode)
    effects: list[Effect] = []
    status = Truth.YES
    for word in files:
        path = locate(invocation, word)
        node = None if path is None else invocation.view.lookup(path)
        if path is None:
            effects.append(Unsized("chmod: which file it changes is not known"))
        elif node is None and is_absent(invocation.view, path):
            status = Truth.NO
        elif node is None:
            effects.append(Unsized(f"chmod: {show(word)} is not known"))
        else:
            effects.append(ChangeMode(path, mode, options.has("R")))
            if options.has("R") and not is_whole(invocation.view, path, node):
                effects.append(Unsized(f"chmod -R: not all of {show(word)} is known"))
    return Outcome(tuple(effects), status, said(options.has("v", "c")))


def _mode(
    invocation: Invocation, options: Options
) -> tuple[Callable[[Node], int] | str | None, tuple[Text, ...]]:
    """The change (or why it is not known, or None if it is wrong), and the operands that are files."""
    reference = options.value("reference")
    if reference is not None:
        path = locate(invocation, reference)
        node = None if path is None else invocation.view.lookup(path)
        if node is None:
            return "chmod: the reference file is not known", options.operands
        bits = node.mode
        return (lambda _: bits), options.operands
    operands = options.operands
    dashed = next(
        (f"-{key}{value or ''}" for key, value in options.sequence if key and key in _MODE_LETTERS), None
    )
    if dashed is None and operands:
        given, operands = operands[0], operands[1:]
        if not isinstance(given, str):
            return "chmod: the mode is not known", operands
    else:
        given = dashed or ""
    change = parse_mode(given, invocation.umask)
    return (None if change is None or not operands else of_node(change)), operands


def of_node(change: Change) -> Callable[[Node], int]:
    return lambda node: change(node.mode, isinstance(node, Directory))
