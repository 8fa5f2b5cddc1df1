"""How the arguments of a logical line are split: at blanks, into quoted words, flags or JSON.

Everything works on offsets of one text, so that every word keeps its place.  The rules are those of
BuildKit's ``line_parsers.go`` and ``split_command.go``.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.dockerfile.gostrings import WHITE_SPACE

if TYPE_CHECKING:
    from collections.abc import Iterator

BLANKS = "\t\v\f\r "
"""What separates the keyword and plain arguments; other white space of Unicode does not."""

_ARGUMENT = pattern(f"[^{BLANKS}]+")
_SPACE = re.escape(WHITE_SPACE)
_BYTE_SPACE = pattern(r"[\t\n\v\f\r ]*")


@dataclass(frozen=True, slots=True)
class Token:
    """A part of a text, ``[start, end)``, and its value (without quotes, where they are removed)."""

    value: str
    start: int
    end: int


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The range without white space around it (``strings.TrimSpace``)."""
    part = text[start:end]
    stripped = part.lstrip(WHITE_SPACE)
    start += len(part) - len(stripped)
    return start, start + len(stripped.rstrip(WHITE_SPACE))


def blank_separated(text: str, start: int, end: int) -> Iterator[Token]:
    """Plain arguments; quotes and escapes mean nothing (``COPY "a b" c`` has three)."""
    for match in _ARGUMENT.finditer(text, start, end):
        yield Token(match[0], match.start(), match.end())


def first_blanks(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Where the first run of blanks begins and ends; None if there is none."""
    first = _ARGUMENT.match(text, start, end)
    stop = first.end() if first else start
    if stop == end:
        return None
    second = _ARGUMENT.search(text, stop, end)
    return stop, second.start() if second else end


def _quoted_word(escape: str) -> re.Pattern[str]:
    """A word with its quotes; possessive, so linear.  An escape character at the very end is no part
    of it, single quotes know no escapes, an open quote reaches to the end."""
    e = re.escape(escape)
    return re.compile(
        rf"(?:[^{_SPACE}'\"{e}]++|{e}.|'[^']*+'?|\"(?:[^\"{e}]++|{e}.)*+\"?)++",
        re.DOTALL,
    )


_QUOTED_WORDS = {escape: _quoted_word(escape) for escape in ("\\", "`")}


def quoted_words(text: str, start: int, end: int, escape: str) -> Iterator[Token]:
    """Words of ARG, ENV and LABEL: quotes group and stay, escapes stay."""
    for match in _QUOTED_WORDS[escape].finditer(text, start, end):
        yield Token(match[0], match.start(), match.end())


def flags(text: str, start: int, end: int, escape: str) -> tuple[list[Token], int]:
    """Leading words that begin with ``--``, quotes and escapes removed, and where the rest begins.

    A word ``--`` ends them and belongs to neither.  BuildKit looks at bytes here, so that only white
    space of ASCII stands between flags.
    """
    found: list[Token] = []
    position = skip_ascii_space(text, start, end)
    while text.startswith("--", position, end):
        word = _flag(text, position, end, escape)
        position = skip_ascii_space(text, word.end, end)
        if word.value == "--":
            break
        found.append(word)
    return found, trim(text, position, end)[0]


def skip_ascii_space(text: str, start: int, end: int) -> int:
    space = _BYTE_SPACE.match(text, start, end)
    return space.end() if space else start


def _flag(text: str, start: int, end: int, escape: str) -> Token:
    """One flag.  BuildKit takes each byte for a character (``é`` becomes ``Ã©``), and so two bytes that
    occur in UTF-8, 0x85 and 0xA0, for white space."""
    value: list[str] = []
    quote = ""
    position = start
    while position < end:
        char = text[position]
        if not quote and char in WHITE_SPACE and char.isascii():
            break
        position += 1
        if char == quote:
            quote = ""
        elif not quote and char in "'\"":
            quote = char
        elif char != escape:
            taken, is_whole = _as_bytes(char, quoted=bool(quote))
            value.append(taken)
            if not is_whole:
                break
        elif position < end:
            value.append(_as_bytes(text[position], quoted=True)[0])
            position += 1
    return Token("".join(value), start, position)


def _as_bytes(char: str, *, quoted: bool) -> tuple[str, bool]:
    """A character's bytes as characters, up to one that is white space, and whether these are all."""
    if char.isascii():
        return char, True
    taken = char.encode("utf-8", "surrogateescape").decode("latin-1")
    stop = next((at for at, byte in enumerate(taken) if not quoted and byte in WHITE_SPACE), len(taken))
    return taken[:stop], stop == len(taken)


def _no_constant(name: str) -> None:
    raise ValueError(name)  # NaN and the infinities are no JSON


def _number(digits: str) -> float:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        raise ValueError(digits)  # Go cannot hold it either
    return value


_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_int=_number, parse_float=_number)
_JSON_BLANKS = pattern(r"[ \t\n\r]*")


def _skip(text: str, position: int) -> int:
    match = _JSON_BLANKS.match(text, position)
    return match.end() if match else position


def json_strings(text: str, start: int, end: int) -> tuple[list[Token], Token | None] | None:
    """The strings of a JSON array, and the first element that is no string.

    None where the whole is not valid JSON: the instruction is in shell form.
    """
    start, _ = trim(text, start, end)
    if not text.startswith("[", start, end):
        return None
    body = text[:end]
    strings: list[Token] = []
    other: Token | None = None
    position = _skip(body, start + 1)
    if body[position : position + 1] == "]":
        closing = position
    else:
        while True:
            try:
                value, after = _DECODER.raw_decode(body, position)
            except (ValueError, RecursionError):
                return None
            if isinstance(value, str):
                strings.append(Token(value, position, after))
            else:
                other = other or Token("", position, after)
            closing = _skip(body, after)
            if body[closing : closing + 1] != ",":
                break
            position = _skip(body, closing + 1)
    if body[closing : closing + 1] != "]" or _skip(body, closing + 1) != end:
        return None
    return strings, other
