"""head and tail, after GNU coreutils 9.1."""

from __future__ import annotations

import re

from layerlint._dataclass import dataclass
from layerlint.commands._amounts import amount
from layerlint.commands._options import Grammar, Options, parse
from layerlint.commands._outcome import FAILURE
from layerlint.commands._streams import all_of, concatenate, cut, data_of, of_bytes, of_text, open_all
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.effects import Invocation, Outcome, Stream
from layerlint.filesystem.node import Zeros

_HEAD = Grammar(
    "head",
    "c:n:qvz",
    {"bytes": "c:", "lines": "n:", "quiet": "q", "silent": "q", "verbose": "v", "zero-terminated": "z"},
)
_TAIL = Grammar(
    "tail",
    "c:fFn:qs:vz",
    {
        "bytes": "c:",
        "follow": "f::",
        "lines": "n:",
        "max-unchanged-stats": "-:",
        "pid": "-:",
        "quiet": "q",
        "retry": "-",
        "silent": "q",
        "sleep-interval": "s:",
        "verbose": "v",
        "zero-terminated": "z",
    },
)
_LINES = 10
_LINE = 40
"""Bytes of a line of text, roughly."""
_OLD_STYLE = re.compile(r"([-+])(\d{1,10})([cl]?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Count:
    """``-n K``, ``-n -K``, ``-n +K``, or the same in bytes."""

    number: int
    sign: str
    bytes: bool


def head(invocation: Invocation) -> Outcome:
    """The first bytes or lines of each file, exact where they are known."""
    return _run(invocation, _HEAD)


def tail(invocation: Invocation) -> Outcome:
    """The last bytes or lines of each file; a build that follows one (``-f``) does not end."""
    return _run(invocation, _TAIL)


def _run(invocation: Invocation, grammar: Grammar) -> Outcome:
    options = parse(grammar, _modern(invocation.argv[1:]))
    if isinstance(options, Outcome):
        return options
    inputs = open_all(invocation, options.operands)
    unsure = UNKNOWN in (options.value("c"), options.value("n"))
    count = _Count(0, "", True) if unsure else _count(options)
    if count is None:
        return FAILURE
    parts: list[Stream] = []
    titled = (len(inputs) > 1 or options.has("v")) and not options.has("q")
    for opened, word in zip(inputs, options.operands or ("-",), strict=True):
        if titled:
            name = "standard input" if word == "-" else word if isinstance(word, str) else ""
            parts.append(of_text("\n" * bool(parts) + f"==> {name} <==\n"))
        size = opened.stream.size
        if unsure:
            parts.append(Stream(Size(0, size.likely, size.high)))
        elif options.has("z") and not count.bytes:
            parts.append(Stream(Size(0, min(size.likely, _LINE * count.number), size.high)))
        else:
            take = _first if grammar is _HEAD else _last
            parts.append(take(opened.stream, count))
    return Outcome(status=all_of(inputs), stdout=concatenate(parts))


def _modern(words: tuple[Text, ...]) -> tuple[Text, ...]:
    """``head -5`` and ``tail +3`` as ``-n``."""
    if words and isinstance(words[0], str) and (match := _OLD_STYLE.fullmatch(words[0])):
        sign = "+" if match[1] == "+" else ""
        return ("-c" if match[3] == "c" else "-n", sign + match[2], *words[1:])
    return words


def _count(options: Options) -> _Count | None:
    key = options.last("c", "n")
    if key is None:
        return _Count(_LINES, "", False)
    text = options.value(key)
    if not isinstance(text, str):
        return None
    sign = text[:1] if text[:1] in ("-", "+") else ""
    number = amount(text[len(sign) :])
    return None if number is None else _Count(number, sign, key == "c")


def _first(stream: Stream, count: _Count) -> Stream:
    if count.bytes and count.sign != "-":
        return cut(stream, 0, count.number)
    data = data_of(stream)
    if data is not None:
        if count.bytes:
            return of_bytes(data[: max(len(data) - count.number, 0)])
        lines = _split(data)
        end = max(len(lines) - count.number, 0) if count.sign == "-" else count.number
        return of_bytes(b"".join(lines[:end]))
    return _shorter(stream, count)


def _last(stream: Stream, count: _Count) -> Stream:
    data = data_of(stream)
    if data is not None:
        lines = [] if count.bytes else _split(data)
        whole = len(data) if count.bytes else len(lines)
        start = max(count.number - 1, 0) if count.sign == "+" else max(whole - count.number, 0)
        return of_bytes(data[start:] if count.bytes else b"".join(lines[start:]))
    if not count.bytes:
        return _shorter(stream, count)
    if count.sign == "+":
        return cut(stream, max(count.number - 1, 0), None)
    if stream.size.high is None and isinstance(stream.content, Zeros):
        return Stream(Size(0, 0, None))
    return cut(stream, 0, count.number)


def _split(data: bytes) -> list[bytes]:
    """Lines with their newlines; nothing but a newline ends one."""
    lines = data.split(b"\n")
    return [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _shorter(stream: Stream, count: _Count) -> Stream:
    """A part of data that is not known."""
    size = stream.size
    likely = size.likely if count.sign else min(size.likely, _LINE * count.number)
    return Stream(Size(0, likely, size.high))
