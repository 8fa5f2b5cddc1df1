"""truncate (GNU coreutils 9.1) and fallocate (util-linux 2.38)."""

from __future__ import annotations

import re

from layerlint.commands._amounts import amount
from layerlint.commands._known import is_absent
from layerlint.commands._options import Grammar, Options, parse
from layerlint.commands._outcome import FAILURE, unmodelled
from layerlint.commands._paths import locate, parent
from layerlint.domain.size import UNBOUNDED, ZERO, Size
from layerlint.domain.text import UNKNOWN
from layerlint.domain.truth import Truth
from layerlint.effects import Effect, Invocation, Outcome, Resize, Unmodelled
from layerlint.filesystem.node import Directory, Inode, Kind

_TRUNCATE = Grammar(
    "truncate", "cor:s:", {"io-blocks": "o", "no-create": "c", "reference": "r:", "size": "s:"}
)
_FALLOCATE = Grammar(
    "fallocate",
    "cdil:no:pvxz",
    {
        "collapse-range": "c",
        "dig-holes": "d",
        "insert-range": "i",
        "keep-size": "n",
        "length": "l:",
        "offset": "o:",
        "posix": "x",
        "punch-hole": "p",
        "verbose": "v",
        "zero-range": "z",
    },
)
_CHANGE = re.compile(r"\s*([-+<>/%]?)\s*(\S+)")


def truncate(invocation: Invocation) -> Outcome:
    """Set the length of files; a layer ships holes as zero bytes.

    Not known: lengths in I/O blocks (``-o``).
    """
    options = parse(_TRUNCATE, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    if options.has("o"):
        return unmodelled("option --io-blocks of truncate")
    reference = _size_of(invocation, locate(invocation, options.value("r") or UNKNOWN))
    if not options.has("r") and not options.has("s"):
        return FAILURE
    effects: list[Effect] = []
    status = Truth.YES if options.operands else Truth.NO
    for word in options.operands:
        path = locate(invocation, word)
        if path is None:
            effects.append(Unmodelled("truncate: which file it changes is not known"))
            continue
        if options.has("c") and is_absent(invocation.view, path):
            continue
        base = reference if options.has("r") else _size_of(invocation, path)
        size = _changed(options, base)
        if size is None or not _is_possible(invocation, path):
            status = Truth.NO
        else:
            effects.append(Resize(path, size))
    return Outcome(tuple(effects), status)


def _changed(options: Options, base: Size) -> Size | None:
    """The new length, from that of the file (or the reference); None if the operand is wrong."""
    given = options.value("s")
    if given is None:
        return base
    if given is UNKNOWN:
        return UNBOUNDED
    match = _CHANGE.fullmatch(given)
    number = None if match is None else amount(match[2])
    if match is None or number is None or (match[1] in ("/", "%") and not number):
        return None
    operator = match[1]

    def new(old: int) -> int:
        match operator:
            case "+":
                return old + number
            case "-":
                return max(old - number, 0)
            case "<":
                return min(old, number)
            case ">":
                return max(old, number)
            case "/":
                return old // number * number
            case "%":
                return -(-old // number) * number
            case _:
                return number

    high = number if not operator else None if base.high is None else new(base.high)
    return Size(new(base.low), new(base.likely), high)


def fallocate(invocation: Invocation) -> Outcome:
    """Allocate space, growing the file to it.  Holes that are dug do not matter to a layer."""
    options = parse(_FALLOCATE, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    if options.has("c", "i"):
        return unmodelled("fallocate: ranges that move data")
    if len(options.operands) != 1:
        return FAILURE
    path = locate(invocation, options.operands[0])
    texts = (options.value("l") or "0", options.value("o") or "0")
    if path is None or UNKNOWN in texts:
        return unmodelled("fallocate: what it allocates is not known")
    length, offset = (amount(text) if isinstance(text, str) else None for text in texts)
    if length is None or offset is None or not _is_possible(invocation, path):
        return FAILURE
    old = _size_of(invocation, path)
    if options.has("d", "p", "n"):
        return Outcome((Resize(path, old),))
    end = length + offset
    high = None if old.high is None else max(old.high, end)
    return Outcome((Resize(path, Size(max(old.low, end), max(old.likely, end), high)),))


def _is_possible(invocation: Invocation, path: str) -> bool:
    node = invocation.view.lookup(path)
    return not isinstance(node, Directory) and not is_absent(invocation.view, parent(path))


def _size_of(invocation: Invocation, path: str | None) -> Size:
    node = None if path is None else invocation.view.lookup(path)
    if isinstance(node, Inode) and node.kind is Kind.FILE:
        return node.size
    return ZERO if path is not None and is_absent(invocation.view, path) else UNBOUNDED
