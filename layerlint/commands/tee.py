"""tee, after GNU coreutils 9.1."""

from __future__ import annotations

from layerlint.commands._known import is_absent
from layerlint.commands._options import Grammar, parse
from layerlint.commands._paths import locate, parent
from layerlint.commands._streams import standard_input
from layerlint.domain.truth import Truth
from layerlint.effects import Effect, Invocation, Outcome, Unmodelled, Write
from layerlint.filesystem.node import Directory

_GRAMMAR = Grammar("tee", "aip", {"append": "a", "ignore-interrupts": "i", "output-error": "p::"})


def tee(invocation: Invocation) -> Outcome:
    """Write standard input to the files and to standard output."""
    options = parse(_GRAMMAR, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    data = standard_input(invocation)
    effects: list[Effect] = []
    status = Truth.YES
    for word in options.operands:
        path = locate(invocation, word)
        if path is None:
            effects.append(Unmodelled("tee: which file it writes is not known"))
        elif path.startswith(("/dev/", "/proc/")):
            continue
        elif isinstance(invocation.view.lookup(path), Directory) or is_absent(invocation.view, parent(path)):
            status = Truth.NO
        else:
            effects.append(Write(path, data.size, data.content, options.has("a")))
    return Outcome(tuple(effects), status, data)
