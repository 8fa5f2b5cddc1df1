"""printf, as POSIX and the shells have it."""

from __future__ import annotations

import re

from layerlint._dataclass import dataclass
from layerlint.commands._escapes import unescape
from layerlint.commands._outcome import FAILURE
from layerlint.commands._streams import INLINE_LIMIT, WORD, encode, of_bytes
from layerlint.domain.size import Size, total
from layerlint.domain.text import UNKNOWN, Text
from layerlint.effects import Invocation, Outcome, Stream

_DIRECTIVE = re.compile(r"%(?:%|([-+ #0]*)(\d{1,6}|\*)?(?:\.(\d{1,6}|\*)?)?([a-zA-Z]))", re.ASCII)
_NUMBERS = {"d": "d", "i": "d", "u": "d", "o": "o", "x": "x", "X": "X"}
_SET_VARIABLE = "-v"
MAX_RESULTS = 100_000
"""Conversions and pieces of text that one call makes; beyond, its size is not known."""


@dataclass(frozen=True, slots=True)
class _Directive:
    flags: str
    width: int
    precision: int | None
    conversion: str
    """Empty: not understood."""


def printf(invocation: Invocation) -> Outcome:
    """Format the arguments, again and again as long as there are some.

    Not known: floating point, ``%q``, ``*`` as a width, ``printf -v``.
    """
    words = invocation.argv[1:]
    if words[:1] == ("--",):
        words = words[1:]
    if not words:
        return FAILURE
    form, arguments = words[0], words[1:]
    if form is UNKNOWN or form == _SET_VARIABLE:
        return Outcome(stdout=Stream(Size(0, 64, 1 << 20)))
    pieces = _pieces(form)
    consumes = any(isinstance(piece, _Directive) for piece in pieces)
    results: list[bytes | Size] = []
    rest = iter(arguments)
    left = len(arguments)
    while True:
        for piece in pieces:
            if isinstance(piece, str):
                results.append(encode(piece))
            else:
                results.append(_convert(piece, next(rest, "")))
                left -= 1
        if left <= 0 or not consumes:
            return Outcome(stdout=_stream(results))
        if len(results) > MAX_RESULTS:
            return Outcome(stdout=Stream(Size(0, _stream(results).size.likely, None)))


def _stream(results: list[bytes | Size]) -> Stream:
    sizes = [Size.exact(len(result)) if isinstance(result, bytes) else result for result in results]
    size = total(sizes)
    if size.likely > INLINE_LIMIT:
        return Stream(size)
    known = [result for result in results if isinstance(result, bytes)]
    return of_bytes(b"".join(known)) if len(known) == len(results) else Stream(size)


def _pieces(form: str) -> tuple[str | _Directive, ...]:
    """Literal text with its escapes read, and directives between."""
    pieces: list[str | _Directive] = []
    position = 0
    for match in _DIRECTIVE.finditer(form):
        pieces.append(unescape(form[position : match.start()], octal="\\", hexadecimal=True)[0])
        position = match.end()
        if match[0] == "%%":
            pieces.append("%")
            continue
        flags, width, precision, conversion = match[1], match[2], match[3], match[4]
        known = conversion in "sbc" or conversion in _NUMBERS
        plain = known and "*" not in (width, precision)
        has_precision = "." in match[0]
        pieces.append(
            _Directive(
                flags,
                int(width) if width and plain else 0,
                int(precision or 0) if has_precision and plain else None,
                conversion if plain else "",
            )
        )
    pieces.append(unescape(form[position:], octal="\\", hexadecimal=True)[0])
    return tuple(piece for piece in pieces if piece != "")


def _convert(directive: _Directive, argument: Text) -> bytes | Size:
    """The bytes that a directive makes of an argument, or how many there may be."""
    if argument is UNKNOWN or not directive.conversion or directive.width > INLINE_LIMIT:
        return WORD + Size.exact(directive.width) if directive.width else WORD
    match directive.conversion:
        case "s":
            data = encode(argument)
        case "b":
            data = encode(unescape(argument, octal="\\0", hexadecimal=True)[0])
        case "c":
            data = encode(argument)[:1]
        case conversion:
            number = _number(argument)
            if number is None:
                return Size(1, 4, 24)
            sign = "+" if "+" in directive.flags and conversion in "di" else ""
            data = encode(format(number, sign + _NUMBERS[conversion]))
            if directive.precision is not None or "#" in directive.flags:
                return Size(1, len(data), 24 + (directive.precision or 0))
            if "0" in directive.flags and "-" not in directive.flags:
                data = format(number, f"{sign}0{directive.width or 1}{_NUMBERS[conversion]}").encode()
    if directive.conversion in "sb" and directive.precision is not None:
        data = data[: directive.precision]
    if len(data) > directive.width:
        return data
    return data.ljust(directive.width) if "-" in directive.flags else data.rjust(directive.width)


def _number(text: str) -> int | None:
    """A C integer constant; an empty argument counts as 0."""
    if not text:
        return 0
    if text[0] in "'\"" or len(text) > 20:
        return None
    sign, digits = (-1, text[1:]) if text[0] == "-" else (1, text)
    if re.fullmatch(r"0[xX][0-9a-fA-F]+", digits):
        return sign * int(digits, 16)
    if re.fullmatch(r"0[0-7]*", digits):
        return sign * int(digits, 8)
    return sign * int(digits) if re.fullmatch(r"[1-9][0-9]*", digits) else None
