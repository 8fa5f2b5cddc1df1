"""cut, after GNU coreutils 9.1."""

from __future__ import annotations

from layerlint.commands._options import Grammar, parse
from layerlint.commands._outcome import FAILURE
from layerlint.commands._streams import all_of, concatenate, data_of, encode, of_bytes, open_all
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN
from layerlint.effects import Invocation, Outcome, Stream

_GRAMMAR = Grammar(
    "cut",
    "b:c:d:f:nsz",
    {"bytes": "b:", "characters": "c:", "complement": "complement", "delimiter": "d:", "fields": "f:",
     "only-delimited": "s", "output-delimiter": "output:", "zero-terminated": "z"},
)  # fmt: skip


def cut(invocation: Invocation) -> Outcome:
    """Print chosen bytes or fields of each line; exact where the lines are known."""
    options = parse(_GRAMMAR, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    inputs = open_all(invocation, options.operands)
    stream = concatenate(opened.stream for opened in inputs)
    key = options.last("b", "c", "f")
    if key is None:
        return FAILURE
    given, delimiter = options.value(key), options.value("d") or "\t"
    data = data_of(stream)
    followed = not options.has("complement", "output", "z")
    if data is None or given is UNKNOWN or delimiter is UNKNOWN or not followed:
        return Outcome(status=all_of(inputs), stdout=Stream(Size(0, stream.size.likely, stream.size.high)))
    ranges = _ranges(given or "")
    if ranges is None or len(encode(delimiter)) != 1:
        return FAILURE
    lines = data.split(b"\n")[: -1 if data.endswith(b"\n") or not data else None]
    result: list[bytes] = []
    for line in lines:
        if key != "f":
            result.append(b"".join(line[start:end] for start, end in ranges))
        elif encode(delimiter) in line:
            fields = line.split(encode(delimiter))
            result.append(
                encode(delimiter).join(field for start, end in ranges for field in fields[start:end])
            )
        elif not options.has("s"):
            result.append(line)
    return Outcome(status=all_of(inputs), stdout=of_bytes(b"".join(line + b"\n" for line in result)))


def _ranges(text: str) -> list[tuple[int, int | None]] | None:
    """``1,3-5,7-`` as half-open ranges from 0, in order and without overlap; None if it is wrong."""
    found: list[tuple[int, int]] = []
    most = 1 << 31
    for part in text.split(","):
        low, dash, high = part.partition("-")
        if not (low + high) or not (low + high).isdigit() or not (low + high).isascii() or len(part) > 20:
            return None
        start = int(low or 1)
        end = int(high or most) if dash else start
        if start < 1 or end < start:
            return None
        found.append((start - 1, end))
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return [(start, end) for start, end in merged]
