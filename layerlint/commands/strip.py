"""strip, after GNU Binutils 2.40."""

from __future__ import annotations

from layerlint.commands._known import is_absent
from layerlint.commands._options import Grammar, parse
from layerlint.commands._outcome import FAILURE
from layerlint.commands._paths import locate, show
from layerlint.domain.size import Size
from layerlint.domain.truth import Truth
from layerlint.effects import Effect, Invocation, Outcome, Unsized, Write
from layerlint.filesystem.node import Inode, Kind

_GRAMMAR = Grammar(
    "strip",
    "dDF:gI:K:MN:o:O:pR:sSUvwxX",
    {"disable-deterministic-archives": "-", "discard-all": "x", "discard-locals": "X", "enable-deterministic-archives":
     "D", "keep-symbol": "-:", "merge-notes": "-", "only-keep-debug": "-", "output-file": "o:", "preserve-dates": "p",
     "remove-section": "R:", "strip-all": "s", "strip-debug": "g", "strip-dwo": "-", "strip-symbol": "N:",
     "strip-unneeded": "unneeded", "verbose": "v", "wildcard": "w"},
)  # fmt: skip
_LEAST = 0.3
"""Of a program built with debugging information (``-g``) about that much is code and data; one that was
stripped before stays as it is."""


def strip(invocation: Invocation) -> Outcome:
    """Rewrite programs without symbols: to between 30 % and all of their size."""
    options = parse(_GRAMMAR, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    if not options.operands:
        return FAILURE
    output = options.value("o")
    effects: list[Effect] = []
    status = Truth.YES
    for word in options.operands:
        path = locate(invocation, word)
        node = None if path is None else invocation.view.lookup(path)
        target = path if output is None else locate(invocation, output)
        if path is None or target is None:
            effects.append(Unsized("strip: which file it changes is not known"))
        elif node is None and not is_absent(invocation.view, path):
            effects.append(Unsized(f"strip: {show(word)} is not known"))
        elif isinstance(node, Inode) and node.kind is Kind.FILE:
            size = node.size
            likely = int(size.likely * 0.8)
            effects.append(Write(target, Size(min(int(size.low * _LEAST), likely), likely, size.high)))
        else:
            status = Truth.NO
    return Outcome(tuple(effects), status)
