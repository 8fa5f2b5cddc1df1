"""dd, after GNU coreutils 9.1."""

from __future__ import annotations

from layerlint.commands._amounts import amount, product
from layerlint.commands._outcome import FAILURE, unmodelled
from layerlint.commands._paths import locate
from layerlint.commands._streams import cut, open_file
from layerlint.domain.size import Size
from layerlint.domain.truth import Truth
from layerlint.effects import Effect, Invocation, Outcome, Resize, Stream, Write
from layerlint.filesystem.node import Inode, Kind, Zeros

_BLOCK = 512
_KEYS = frozenset(
    ("bs", "cbs", "conv", "count", "ibs", "if", "iflag", "iseek", "obs", "of", "oflag", "oseek", "seek", "skip",
     "status")
)  # fmt: skip


def dd(invocation: Invocation) -> Outcome:
    """Copy blocks: what is read from ``skip`` on, at most ``count`` blocks, written from ``seek`` on.

    Not known: conversions that change the length, data of an input that is not known.
    """
    given: dict[str, str] = {}
    for word in invocation.argv[1:]:
        if not isinstance(word, str):
            return unmodelled("dd: an operand is not known")
        key, equals, value = word.partition("=")
        if not equals or key not in _KEYS:
            return FAILURE
        given[key] = value
    block = product(given.get("bs", str(_BLOCK)))
    read = block if "bs" in given else product(given.get("ibs", str(_BLOCK)))
    write = block if "bs" in given else product(given.get("obs", str(_BLOCK)))
    skip = _blocks(given.get("skip", given.get("iseek", "0")), read, "skip_bytes" in given.get("iflag", ""))
    seek = _blocks(given.get("seek", given.get("oseek", "0")), write, "seek_bytes" in given.get("oflag", ""))
    count = (
        _blocks(given["count"], read, "count_bytes" in given.get("iflag", "")) if "count" in given else None
    )
    if not read or not write or skip is None or seek is None or (count is None and "count" in given):
        return FAILURE
    source = open_file(invocation, given.get("if", "-"))
    if source.status is Truth.NO:
        return FAILURE
    data = cut(source.stream, skip, count)
    conversions = given.get("conv", "").split(",")
    if {"ascii", "ebcdic", "ibm", "block", "unblock", "sync"} & set(conversions):
        data = Stream(Size(0, data.size.likely, None))
    if "of" not in given:
        return Outcome(stdout=data)
    path = locate(invocation, given["of"])
    if path is None:
        return FAILURE
    if path.startswith("/dev/"):
        return Outcome()
    appended = "append" in given.get("oflag", "")
    return Outcome(_written(invocation, path, data, seek, "notrunc" in conversions, appended))


def _blocks(text: str, block: int | None, in_bytes: bool) -> int | None:
    """A number of blocks in bytes; one that ends with ``B`` is in bytes (since coreutils 9.1)."""
    if text.endswith("B") and amount(text) is None and product(text[:-1]) is not None:
        return product(text[:-1])
    number = product(text)
    return None if number is None or block is None else number if in_bytes else number * block


def _written(
    invocation: Invocation, path: str, data: Stream, seek: int, keep: bool, append: bool
) -> tuple[Effect, ...]:
    old = invocation.view.lookup(path)
    before = old.size if isinstance(old, Inode) and old.kind is Kind.FILE else Size(0, 0, 0)
    if append:
        return (Write(path, data.size, data.content, append=True),)
    if not keep and seek == 0:
        return (Write(path, data.size, data.content),)
    end = data.size + Size.exact(seek)
    if not keep and isinstance(data.content, Zeros) and old is None:
        return (Write(path, end, Zeros()),)
    if not keep:
        return (Write(path, end),)
    high = None if end.high is None or before.high is None else max(end.high, before.high)
    return (Resize(path, Size(max(end.low, before.low), max(end.likely, before.likely), high)),)
