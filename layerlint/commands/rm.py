"""rm and unlink, after GNU coreutils 9.1."""

from __future__ import annotations

from layerlint.commands._options import Grammar, parse
from layerlint.commands._outcome import FAILURE, said
from layerlint.commands._paths import basename, clean, locate
from layerlint.domain.truth import Truth
from layerlint.effects import Effect, Invocation, Outcome, Remove, Unsized
from layerlint.filesystem.node import Directory

_RM = Grammar(
    "rm",
    "dfiIrRv",
    {
        "dir": "d",
        "force": "f",
        "interactive": "-::",
        "no-preserve-root": "no-preserve-root",
        "one-file-system": "-",
        "preserve-root": "-::",
        "recursive": "r",
        "verbose": "v",
    },
)
_UNLINK = Grammar("unlink")


def rm(invocation: Invocation) -> Outcome:
    """Remove files, with ``-r`` trees.

    What may be there or not is removed if it is there.  An operand that is not known may be anything.
    """
    options = parse(_RM, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    if not options.operands:
        return Outcome(status=Truth.of(options.has("f")))
    recursive = options.has("r", "R")
    effects: list[Effect] = []
    status = Truth.YES
    for word in options.operands:
        path = locate(invocation, word)
        if path is None or not isinstance(word, str):
            effects.append(Unsized("rm: what it removes is not known"))
            continue
        if basename(word) in (".", "..") or (clean(path) == "/" and not options.has("no-preserve-root")):
            status = Truth.NO
            continue
        node = invocation.view.lookup(path, follow=word.endswith("/"))
        if node is None and invocation.view.presence(path, follow=False) is Truth.NO:
            if not options.has("f"):
                status = Truth.NO
            continue
        if isinstance(node, Directory) and not recursive and not (options.has("d") and not node.children):
            status = Truth.NO
            continue
        effects.append(Remove(path, recursive))
    return Outcome(tuple(effects), status, said(options.has("v")))


def unlink(invocation: Invocation) -> Outcome:
    """``unlink FILE``"""
    options = parse(_UNLINK, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    if len(options.operands) != 1:
        return FAILURE
    return rm(Invocation(("rm", "--", *options.operands), invocation.cwd, {}, None, invocation.view))
