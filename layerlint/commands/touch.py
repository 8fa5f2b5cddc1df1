"""touch, after GNU coreutils 9.1."""

from __future__ import annotations

from layerlint.commands._known import is_absent
from layerlint.commands._options import Grammar, parse
from layerlint.commands._outcome import FAILURE
from layerlint.commands._paths import locate, parent
from layerlint.domain.truth import Truth
from layerlint.effects import Effect, Invocation, Outcome, Touch, Unmodelled

_GRAMMAR = Grammar(
    "touch",
    "acd:fhmr:t:",
    {"date": "d:", "no-create": "c", "no-dereference": "h", "reference": "r:", "time": "-:"},
)


def touch(invocation: Invocation) -> Outcome:
    """Set times, creating what is absent; which time it is does not matter to a layer's bytes."""
    options = parse(_GRAMMAR, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    if not options.operands:
        return FAILURE
    create = not options.has("c", "h")
    effects: list[Effect] = []
    status = Truth.YES
    for word in options.operands:
        path = locate(invocation, word)
        if path is None:
            effects.append(Unmodelled("touch: which file it touches is not known"))
        elif is_absent(invocation.view, path) and (
            is_absent(invocation.view, parent(path)) or str(word).endswith("/")
        ):
            status = status if not create else Truth.NO
        else:
            effects.append(Touch(path, create))
    return Outcome(tuple(effects), status)
