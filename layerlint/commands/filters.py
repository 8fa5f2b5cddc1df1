"""sort, uniq, awk, base64 and other filters: what comes out is about as long as what goes in."""

from __future__ import annotations

import re

from layerlint.commands._options import Grammar, parse
from layerlint.commands._outcome import FAILURE, unmodelled
from layerlint.commands._paths import locate
from layerlint.commands._streams import all_of, concatenate, data_of, of_bytes, open_all, standard_input
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN
from layerlint.effects import Effect, Invocation, Outcome, Stream, Write

_SORT = Grammar(
    "sort",
    "bCcdfgHhiIk:Mmno:RrsS:t:T:uVz",
    {"batch-size": "-:", "buffer-size": "S:", "check": "c::", "debug": "-", "dictionary-order": "d", "field-separator":
     "t:", "general-numeric-sort": "g", "human-numeric-sort": "h", "ignore-case": "f", "ignore-leading-blanks": "b",
     "key": "k:", "merge": "m", "month-sort": "M", "numeric-sort": "n", "output": "o:", "parallel": "-:",
     "random-sort": "R", "reverse": "r", "sort": "sort:", "stable": "s", "temporary-directory": "T:", "unique": "u",
     "version-sort": "V", "zero-terminated": "z"},
)  # fmt: skip
_UNIQ = Grammar(
    "uniq",
    "cdDf:is:uw:z",
    {"count": "c", "repeated": "d", "ignore-case": "i", "unique": "u", "zero-terminated": "z", "skip-fields": "f:",
     "skip-chars": "s:", "check-chars": "w:"},
)  # fmt: skip
_BASE = Grammar("base64", "diw:", {"decode": "d", "ignore-garbage": "i", "wrap": "w:"})
_WRITES = re.compile(r">\s*\"|>>|system\s*\(|\|\s*\"|-i\s*inplace")
"""Of an awk program: output to a file or a command."""


def sort(invocation: Invocation) -> Outcome:
    """Sort lines: by bytes for real, as in the C locale of a build; other orders keep the length."""
    options = parse(_SORT, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    inputs = open_all(invocation, options.operands)
    data = concatenate(opened.stream for opened in inputs)
    plain = not any(key not in ("", "u", "r", "o", "s") for key, _ in options.sequence)
    known = data_of(data) if plain else None
    if options.has("c", "C"):
        return Outcome(status=all_of(inputs))
    if known is not None:
        lines = known.split(b"\n")[: -1 if known.endswith(b"\n") or not known else None]
        lines = sorted(set(lines) if options.has("u") else lines, reverse=options.has("r"))
        stream = of_bytes(b"".join(line + b"\n" for line in lines))
    else:
        low = 0 if options.has("u") else data.size.low
        stream = Stream(Size(low, data.size.likely, data.size.high) + Size(0, 0, 1))
    output = options.value("o")
    if output is None:
        return Outcome(status=all_of(inputs), stdout=stream)
    path = locate(invocation, output)
    if path is None:
        return unmodelled("sort: which file it writes is not known")
    effects: tuple[Effect, ...] = (Write(path, stream.size, stream.content),)
    return Outcome(effects, all_of(inputs))


def uniq(invocation: Invocation) -> Outcome:
    """Drop lines that repeat; a second operand is where it writes to."""
    options = parse(_UNIQ, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    inputs = open_all(invocation, options.operands[:1])
    size = concatenate(opened.stream for opened in inputs).size
    high = None if size.high is None else 9 * size.high
    stream = Stream(Size(0, size.likely, high))
    if len(options.operands) < 2:
        return Outcome(status=all_of(inputs), stdout=stream)
    path = locate(invocation, options.operands[1])
    if path is None:
        return unmodelled("uniq: which file it writes is not known")
    return Outcome((Write(path, stream.size),), all_of(inputs))


def base64(invocation: Invocation) -> Outcome:
    """Four characters for three bytes, a newline after every 76."""
    return _encoded(invocation, 3, 4)


def base32(invocation: Invocation) -> Outcome:
    """Eight characters for five bytes, a newline after every 76."""
    return _encoded(invocation, 5, 8)


def _encoded(invocation: Invocation, group: int, characters: int) -> Outcome:
    options = parse(_BASE, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    inputs = open_all(invocation, options.operands)
    size = concatenate(opened.stream for opened in inputs).size
    wrap = options.value("w") or "76"
    if options.has("d"):
        return Outcome(
            status=all_of(inputs), stdout=Stream(Size(0, size.likely * group // characters, size.high))
        )
    if wrap is UNKNOWN or not wrap.isdecimal():
        return FAILURE
    width = int(wrap[:9])

    def length(amount: int) -> int:
        text = -(-amount // group) * characters
        return text + (-(-text // width) if width else 0)

    high = None if size.high is None else length(size.high)
    return Outcome(status=all_of(inputs), stdout=Stream(Size(length(size.low), length(size.likely), high)))


def same_length(invocation: Invocation) -> Outcome:
    """The lines of standard input or of some file in another order."""
    stream = standard_input(invocation)
    return Outcome(stdout=Stream(Size(0, stream.size.likely, None)))


def other(invocation: Invocation) -> Outcome:
    """awk, od, fold, paste … : no effect but text.  Not known: files that an awk program writes itself."""
    if invocation.argv[0] in ("awk", "gawk", "mawk"):
        if UNKNOWN in invocation.argv:
            return unmodelled(f"{invocation.argv[0]}: a program that is not known")
        if any(isinstance(word, str) and _WRITES.search(word) for word in invocation.argv[1:]):
            return unmodelled(f"{invocation.argv[0]}: a program that writes files or runs commands")
    return Outcome(stdout=Stream(Size(0, standard_input(invocation).size.likely, None)))
