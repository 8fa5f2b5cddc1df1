"""tr, after GNU coreutils 9.1."""

from __future__ import annotations

from layerlint.commands._escapes import unescape
from layerlint.commands._options import Grammar, parse
from layerlint.commands._outcome import FAILURE
from layerlint.commands._streams import data_of, encode, of_bytes, standard_input
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.effects import Invocation, Outcome, Stream

_GRAMMAR = Grammar(
    "tr",
    "cCdst",
    {"complement": "c", "delete": "d", "squeeze-repeats": "s", "truncate-set1": "t"},
    permute=False,
)
_CLASSES = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "blank": "\t ", "digit": "0-9", "lower": "a-z", "space": "\t-\r ",
    "upper": "A-Z", "xdigit": "0-9A-Fa-f",
}  # fmt: skip


def tr(invocation: Invocation) -> Outcome:
    """Translate, delete or squeeze bytes; exact where they are known."""
    options = parse(_GRAMMAR, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    stream = standard_input(invocation)
    words = options.operands
    deletes, squeezes = options.has("d"), options.has("s")
    if len(words) not in ((2,) if deletes == squeezes else (1,) if deletes else (1, 2)):
        return FAILURE
    size = stream.size
    shrinks = options.has("d", "s")
    guess = Outcome(stdout=Stream(Size(0 if shrinks else size.low, size.likely, size.high)))
    data = data_of(stream)
    sets = [members for members in map(_set, words) if members is not None]
    if data is None or len(sets) < len(words):
        return guess
    one, other = sets[0], sets[1] if len(sets) == 2 else b""
    if options.has("c", "C"):
        one = bytes(value for value in range(256) if value not in one)
    if options.has("d"):
        data = bytes(value for value in data if value not in one)
    elif len(words) == 2:
        if not other:
            return FAILURE
        other_full = other + other[-1:] * max(len(one) - len(other), 0)
        table = list(range(256))
        for old, new in zip(one, other_full, strict=False):
            table[old] = new
        data = data.translate(bytes(table))
    if options.has("s"):
        squeezed = other if len(words) == 2 else one
        data = bytes(
            value for at, value in enumerate(data) if not (at and value == data[at - 1] and value in squeezed)
        )
    return Outcome(stdout=of_bytes(data))


def _set(text: Text) -> bytes | None:
    """The bytes of a set in order; None for what is not followed (repeats, equivalence classes)."""
    if text is UNKNOWN:
        return None
    for name, members in _CLASSES.items():
        text = text.replace(f"[:{name}:]", members)
    if "[:" in text or "[=" in text or "*]" in text:
        return None
    data = encode(unescape(text, octal="\\")[0])
    result = bytearray()
    position = 0
    while position < len(data):
        if position + 2 < len(data) and data[position + 1] == ord("-"):
            if data[position] > data[position + 2]:
                return None
            result += bytes(range(data[position], data[position + 2] + 1))
            position += 3
        else:
            result.append(data[position])
            position += 1
    return bytes(result)
