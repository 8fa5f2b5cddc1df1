"""mkfifo and mknod, after GNU coreutils 9.1."""

from __future__ import annotations

from layerlint.commands._options import Grammar, parse
from layerlint.commands._outcome import FAILURE, unmodelled
from layerlint.effects import Invocation, Outcome

_MKFIFO = Grammar("mkfifo", "m:Z", {"context": "-::", "mode": "m:"})
_MKNOD = Grammar("mknod", "m:Z", {"context": "-::", "mode": "m:"})


def mkfifo(invocation: Invocation) -> Outcome:
    """Not known: no effect makes a fifo yet.  It has no bytes."""
    options = parse(_MKFIFO, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    return unmodelled("mkfifo: a fifo is not followed") if options.operands else FAILURE


def mknod(invocation: Invocation) -> Outcome:
    """A device is made by a privileged build only; it has no bytes."""
    options = parse(_MKNOD, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    return unmodelled("mknod: a device is not followed") if options.operands else FAILURE
