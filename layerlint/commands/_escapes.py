"""Backslash escapes as echo and printf read them (POSIX, "echo" and "printf")."""

from __future__ import annotations

from layerlint.commands._streams import decode

_SIMPLE = {
    "\\": "\\", "a": "\a", "b": "\b", "e": "\x1b", "E": "\x1b",
    "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
}  # fmt: skip
_OCTAL = "01234567"
_HEXADECIMAL = "0123456789abcdefABCDEF"


def unescape(text: str, *, octal: str, hexadecimal: bool = False) -> tuple[str, bool]:
    """The text with its escapes read, and whether ``\\\\c`` ended the output.

    ``octal`` is how an octal escape begins: ``\\\\0`` (up to three digits follow) or ``\\\\`` (up to three).
    ``hexadecimal``: ``\\\\xHH``, ``\\\\e`` and ``\\\\E`` are read too; dash reads ``\\e`` only.
    """
    if "\\" not in text:
        return text, False
    parts: list[str] = []
    position = 0
    while position < len(text):
        start = text.find("\\", position)
        if start < 0 or start + 1 == len(text):
            break
        parts.append(text[position:start])
        letter = text[start + 1]
        position = start + 2
        if letter == "c":
            return "".join(parts), True
        if letter in _OCTAL and (octal == "\\" or letter == "0"):
            first = position if octal == "\\0" else position - 1
            position = _span(text, first, _OCTAL, 3)
            parts.append(_byte(int(text[first:position] or "0", 8)))
        elif letter == "x" and hexadecimal and (end := _span(text, position, _HEXADECIMAL, 2)) > position:
            parts.append(_byte(int(text[position:end], 16)))
            position = end
        elif letter in _SIMPLE and (hexadecimal or letter != "E"):
            parts.append(_SIMPLE[letter])
        else:
            parts.append("\\" + letter)
    parts.append(text[position:])
    return "".join(parts), False


def _span(text: str, start: int, letters: str, most: int) -> int:
    end = start
    while end < min(start + most, len(text)) and text[end] in letters:
        end += 1
    return end


def _byte(value: int) -> str:
    return decode(bytes((value & 0xFF,)))
