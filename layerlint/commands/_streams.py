"""What commands read and print."""

from __future__ import annotations

from collections.abc import Iterable

from layerlint._dataclass import dataclass
from layerlint.commands._paths import locate
from layerlint.domain.size import UNBOUNDED, ZERO, Size, total
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.truth import Truth
from layerlint.effects import NOTHING, Invocation, Stream
from layerlint.filesystem.node import Directory, Inline, Inode, Kind, Zeros

INLINE_LIMIT = 65_536
"""Bytes of data that are worth keeping; beyond, only the size is."""

WORD = Size(0, 16, 131_072)
"""A word that is not known: no argument of a program is longer than Linux's MAX_ARG_STRLEN."""

ENDLESS_SIZE = Size(1 << 62, 1 << 62, None)
"""Of a device that never ends: a reader has to stop by itself."""

_DEVICES = {
    "/dev/full": Stream(ENDLESS_SIZE, Zeros()),
    "/dev/null": NOTHING,
    "/dev/random": Stream(ENDLESS_SIZE),
    "/dev/urandom": Stream(ENDLESS_SIZE),
    "/dev/zero": Stream(ENDLESS_SIZE, Zeros()),
}
_STANDARD_INPUT = ("/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")


@dataclass(frozen=True, slots=True)
class Input:
    """A file operand that was opened: NO if it cannot be, MAYBE if nothing is known of it."""

    stream: Stream
    status: Truth


def encode(text: str) -> bytes:
    """The bytes of a text of the script (PEP 383), for any text."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def decode(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def of_bytes(data: bytes) -> Stream:
    if not data:
        return NOTHING
    return Stream(Size.exact(len(data)), Inline(data) if len(data) <= INLINE_LIMIT else None)


def of_text(text: str) -> Stream:
    return of_bytes(encode(text))


def of_line(text: Text) -> Stream:
    """One line that a command prints, with its newline."""
    return of_text(text + "\n") if text is not UNKNOWN else Stream(WORD + Size.exact(1))


def data_of(stream: Stream) -> bytes | None:
    """The bytes of a stream, if they are known and few."""
    if isinstance(stream.content, Inline):
        return stream.content.data
    return b"" if stream.size == ZERO else None


def concatenate(streams: Iterable[Stream]) -> Stream:
    """The streams one after the other, with their bytes where all of them are known."""
    parts = [stream for stream in streams if stream.size != ZERO]
    if len(parts) < 2:
        return parts[0] if parts else NOTHING
    size = total(part.size for part in parts)
    if all(isinstance(part.content, Zeros) for part in parts):
        return Stream(size, Zeros())
    known = [part.content.data for part in parts if isinstance(part.content, Inline)]
    whole = len(known) == len(parts) and size.likely <= INLINE_LIMIT
    return Stream(size, Inline(b"".join(known)) if whole else None)


def cut(stream: Stream, skip: int, count: int | None) -> Stream:
    """The stream without its first ``skip`` bytes, at most ``count`` bytes of it."""
    data = data_of(stream)
    if data is not None:
        return of_bytes(data[skip : None if count is None else skip + count])

    def part(amount: int) -> int:
        rest = max(amount - skip, 0)
        return rest if count is None else min(rest, count)

    high = count if stream.size.high is None else part(stream.size.high)
    size = Size(part(stream.size.low), part(stream.size.likely), high)
    return Stream(size, stream.content if isinstance(stream.content, Zeros) else None)


def standard_input(invocation: Invocation) -> Stream:
    """What is piped in; a build has no terminal, and its standard input is empty."""
    return NOTHING if invocation.stdin is None else invocation.stdin


def open_file(invocation: Invocation, word: Text) -> Input:
    """The data behind a file operand; ``-`` is standard input."""
    if word == "-":
        return Input(standard_input(invocation), Truth.YES)
    path = locate(invocation, word)
    if path is None:
        return Input(Stream(UNBOUNDED), Truth.MAYBE)
    if path in _STANDARD_INPUT:
        return Input(standard_input(invocation), Truth.YES)
    if path in _DEVICES:
        return Input(_DEVICES[path], Truth.YES)
    if path.startswith(("/proc/", "/sys/")):
        return Input(Stream(Size(0, 200, None)), Truth.MAYBE)
    match invocation.view.lookup(path):
        case Inode(kind=Kind.FILE) as inode:
            return Input(_file(invocation, inode), Truth.YES)
        case Directory():
            return Input(NOTHING, Truth.NO)
        case Inode():
            return Input(Stream(UNBOUNDED), Truth.MAYBE)
        case None:
            absent = invocation.view.presence(path) is Truth.NO
            return Input(NOTHING, Truth.NO) if absent else Input(Stream(UNBOUNDED), Truth.MAYBE)


def open_all(invocation: Invocation, words: tuple[Text, ...]) -> tuple[Input, ...]:
    """The file operands of a filter; standard input where there are none."""
    return tuple(open_file(invocation, word) for word in words or ("-",))


def all_of(inputs: Iterable[Input]) -> Truth:
    """The status of a filter: it fails if one of its files cannot be read."""
    status = Truth.YES
    for opened in inputs:
        status = status & opened.status
    return status


def _file(invocation: Invocation, inode: Inode) -> Stream:
    if isinstance(inode.content, Zeros):
        return Stream(inode.size, inode.content)
    data = invocation.view.read(inode, INLINE_LIMIT)
    return Stream(inode.size) if data is None else of_bytes(data)
