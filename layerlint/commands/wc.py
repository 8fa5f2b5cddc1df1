"""wc, after GNU coreutils 9.1."""

from __future__ import annotations

from layerlint.commands._options import Grammar, parse
from layerlint.commands._streams import all_of, data_of, of_line, open_all
from layerlint.domain.size import Size
from layerlint.domain.truth import Truth
from layerlint.effects import Invocation, Outcome, Stream

_GRAMMAR = Grammar(
    "wc",
    "clLmw",
    {
        "bytes": "c",
        "chars": "m",
        "files0-from": "-:",
        "lines": "l",
        "max-line-length": "L",
        "total": "-:",
        "words": "w",
    },
)


def wc(invocation: Invocation) -> Outcome:
    """Count; one count of one known input is exact, wider tables are not followed."""
    options = parse(_GRAMMAR, invocation.argv[1:])
    if isinstance(options, Outcome):
        return options
    inputs = open_all(invocation, options.operands)
    asked = {key for key, _ in options.sequence if key}
    known = Stream(Size(0, 10 * len(inputs), 5000 * len(inputs)))
    if len(asked) == len(inputs) == 1 and inputs[0].status is Truth.YES:
        count = _count(asked.pop(), inputs[0].stream)
        if count is not None:
            name = options.operands[0] if options.operands else ""
            known = of_line(f"{count} {name}".rstrip()) if isinstance(name, str) else known
    return Outcome(status=all_of(inputs), stdout=known)


def _count(key: str, stream: Stream) -> int | None:
    if key == "c":
        return stream.size.low if stream.size.is_exact else None
    data = data_of(stream)
    if data is None:
        return None
    return {"l": data.count(b"\n"), "w": len(data.split())}.get(key)
