"""Comments that describe an ARG or a stage (``docker build --call=outline``) begin with its name."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.check_directive import (
    ALL,
    EXPERIMENTAL,
    check_options,
    comment_value,
    parse_check_options,
)
from layerlint.dockerfile.instructions import Arg, From, Instruction
from layerlint.execution.trace import Trace


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    """BuildKit tries this out: it is told only where ``experimental=`` asks for it."""
    options, _, _ = check_options(trace.document.source.text, trace.graph.build_arguments)
    for instruction in trace.instructions:
        comments = instruction.node.comments
        names = _names(instruction)
        if not (_asked(options.experimental) or _asked(_of_comment(comments))):
            continue
        if comments and names and comments[-1].split(" ")[0] not in names:
            expected = names[0] if len(names) == 1 else "one of its names"
            values = {"keyword": instruction.node.keyword.upper(), "expected": expected}
            yield Observation(instruction.node.keyword_span, values)


def _names(instruction: Instruction) -> tuple[str, ...]:
    match instruction:
        case Arg(pairs=pairs):
            return tuple(pair.key.value for pair in pairs)
        case From(name=name) if name is not None:
            return (name.value.lower(),)
        case _:
            return ()


def _of_comment(comments: tuple[str, ...]) -> tuple[str, ...]:
    options = parse_check_options(comment_value(comments))
    return () if isinstance(options, str) else options.experimental


def _asked(names: tuple[str, ...]) -> bool:
    return any(name == ALL or name in EXPERIMENTAL for name in names)


CHECK = Check(NoParams, _run, ("keyword", "expected"))
