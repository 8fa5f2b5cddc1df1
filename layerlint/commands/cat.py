"""cat and tac, after GNU coreutils 9.1."""

from __future__ import annotations

from layerlint.commands._options import Grammar, parse
from layerlint.commands._streams import all_of, concatenate, data_of, of_bytes, open_all
from layerlint.domain.size import Size
from layerlint.effects import Invocation, Outcome, Stream

_CAT = Grammar(
    "cat",
    "AbeEnstTuv",
    {
        "number": "n",
        "number-nonblank": "b",
        "show-all": "A",
        "show-ends": "E",
        "show-nonprinting": "v",
        "show-tabs": "T",
        "squeeze-blank": "s",
    },
)
_TAC = Grammar("tac", "brs:", {"before": "b", "regex": "r", "separator": "s:"})


def cat(invocation: Invocation) -> Outcome:
    """The files one after the other; with numbers or marks in the text only roughly as long."""
    options = parse(_CAT, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    inputs = open_all(invocation, options.operands)
    stream = concatenate(opened.stream for opened in inputs)
    if options.has(*"AbeEnstTv"):
        size = stream.size
        stream = Stream(Size(0, size.likely, None if size.high is None else 9 * size.high))
    return Outcome(status=all_of(inputs), stdout=stream)


def tac(invocation: Invocation) -> Outcome:
    """The lines in reverse."""
    options = parse(_TAC, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    inputs = open_all(invocation, options.operands)
    stream = concatenate(opened.stream for opened in inputs)
    data = None if options.has("b", "r", "s") else data_of(stream)
    known = data is not None and data.endswith(b"\n")
    lines = b"" if data is None else b"".join(line + b"\n" for line in reversed(data.split(b"\n")[:-1]))
    return Outcome(status=all_of(inputs), stdout=of_bytes(lines) if known else Stream(stream.size))
