"""seq and yes, after GNU coreutils 9.1."""

from __future__ import annotations

import re

from layerlint.commands._options import Grammar, parse
from layerlint.commands._outcome import FAILURE
from layerlint.commands._streams import ENDLESS_SIZE, of_text
from layerlint.domain.size import Size
from layerlint.effects import Invocation, Outcome, Stream

_GRAMMAR = Grammar(
    "seq", "f:s:w0123456789", {"equal-width": "w", "format": "f:", "separator": "s:"}, permute=False
)
_INTEGER = re.compile(r"[-+]?\d{1,15}", re.ASCII)
MAX_NUMBERS = 100_000
"""Numbers that are written out; beyond, the size is bounded only."""


def seq(invocation: Invocation) -> Outcome:
    """Numbers from the first to the last; fractions and formats are not followed."""
    words = invocation.argv[1:]
    negative = bool(words) and isinstance(words[0], str) and _INTEGER.fullmatch(words[0]) is not None
    options = parse(_GRAMMAR, ("--", *words) if negative else words)
    if isinstance(options, Outcome):
        return options
    operands = options.operands
    separator = "\n" if options.value("s") is None else options.value("s")
    if not operands or len(operands) > 3:
        return FAILURE
    numbers = [int(word) for word in operands if isinstance(word, str) and _INTEGER.fullmatch(word)]
    if len(numbers) < len(operands) or options.has("f", "w") or not isinstance(separator, str):
        return Outcome(stdout=Stream(Size(0, 20, None)))
    first, last = numbers[0] if len(numbers) > 1 else 1, numbers[-1]
    step = numbers[1] if len(numbers) == 3 else 1
    if step == 0:
        return FAILURE
    sequence = range(first, last + (1 if step > 0 else -1), step)
    if len(sequence) > MAX_NUMBERS:
        widest = max(len(str(first)), len(str(last))) + len(separator)
        return Outcome(stdout=Stream(Size(len(sequence) * 2, len(sequence) * widest, len(sequence) * widest)))
    text = separator.join(map(str, sequence))
    return Outcome(stdout=of_text(text + "\n" if text else ""))


def yes(_: Invocation) -> Outcome:
    """The same line without end; what stops it is the other side of the pipe."""
    return Outcome(stdout=Stream(ENDLESS_SIZE))
