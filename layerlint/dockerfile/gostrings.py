"""Go's view of text, where BuildKit's behaviour hangs on it: white space, quoted strings, truth values."""

from __future__ import annotations

from layerlint._pattern import pattern

WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""``unicode.IsSpace``.  Python's `str.isspace` also counts U+001C to U+001F, which Go does not."""

TRUTHS = {
    **dict.fromkeys(("1", "t", "T", "TRUE", "true", "True"), True),
    **dict.fromkeys(("0", "f", "F", "FALSE", "false", "False"), False),
}
"""What ``strconv.ParseBool`` takes."""

_ESCAPES = {
    "\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v",
    "\\": "\\\\", '"': '\\"',
}  # fmt: skip

_SURROGATE = pattern("[\ud800-\udfff]")


def quote(text: str) -> str:
    """``strconv.Quote``: double quotes, printable characters as they are, the rest escaped."""
    return '"' + "".join(map(_quoted, text)) + '"'


def replace_invalid(text: str) -> str:
    """Each byte that was not UTF-8 (a lone surrogate here) as U+FFFD, as Go's JSON encoder has it."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def _quoted(char: str) -> str:
    code = ord(char)
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is not UTF-8, by PEP 383
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
