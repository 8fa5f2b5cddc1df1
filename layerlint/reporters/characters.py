"""Text out of a Dockerfile made safe to show, and measured in the cells of a terminal.

The text is hostile: an escape sequence in an instruction must not reach the reader's terminal, nor
may a bidirectional control reorder what is shown (CVE-2021-42574).
"""

from __future__ import annotations

import unicodedata

from layerlint._pattern import pattern

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_SURROGATES = "\ud800-\udfff"
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069"
_LONE_SURROGATE = pattern(f"[{_SURROGATES}]")
_CONTROL = pattern(f"[{_CONTROLS}]")
_UNPRINTABLE = pattern(f"[{_CONTROLS}{_SURROGATES}]")


def encodable(text: str) -> str:
    """The text with each byte that was not UTF-8 (a lone surrogate, PEP 383) replaced by U+FFFD."""
    return _LONE_SURROGATE.sub(REPLACEMENT, text)


def escape_controls(text: str) -> str:
    """A JSON text with its control characters as ``\\u`` escapes: they stand in strings only."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def printable(text: str) -> str:
    """``encodable``, and control characters other than tab and line ends replaced as well."""
    return _UNPRINTABLE.sub(REPLACEMENT, text)


def visible(text: str) -> str:
    """The text with what ``printable`` replaces spelled out instead: ``\\x1b``, ``\\u202e``, ``\\xff`` for a byte."""
    if text.isascii() and text.isprintable():
        return text
    return _UNPRINTABLE.sub(lambda found: _spelled(ord(found[0])), text)


def _spelled(code: int) -> str:
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was not UTF-8 (PEP 383)
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def one_line(text: str) -> str:
    """``printable`` on one line: every run of white space is one space."""
    return " ".join(printable(text).split())


def cells(text: str) -> int:
    """Columns that a terminal gives the text: 2 for a wide character, 0 for a combining one."""
    return len(text) if text.isascii() else sum(map(_cell, text))


def shorten(text: str, width: int) -> str:
    """The text in at most ``width`` cells; what does not fit gives way to ``…``.

    Reads no more than the part it keeps, unless that is made of characters without width.
    """
    if len(text) <= width and cells(text) <= width:
        return text
    used = 0
    for index, character in enumerate(text):
        used += _cell(character)
        if used >= width:
            return text[:index].rstrip() + "…" if width > 0 else ""
    return text


def wrap(text: str, width: int) -> list[str]:
    """The words of the text on lines of at most ``width`` cells; a longer word is shortened."""
    lines = [""]
    for word in text.split():
        line = f"{lines[-1]} {word}" if lines[-1] else shorten(word, width)
        if cells(line) <= width:
            lines[-1] = line
        else:
            lines.append(shorten(word, width))
    return lines


def pad(text: str, width: int, *, right: bool = False) -> str:
    """The text with spaces up to ``width`` cells; ``right`` puts them before it."""
    fill = " " * (width - cells(text))
    return fill + text if right else text + fill


def _cell(character: str) -> int:
    if unicodedata.east_asian_width(character) in "WF":
        return 2
    return 0 if unicodedata.category(character) in ("Mn", "Me", "Cf") else 1
