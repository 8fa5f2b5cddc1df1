"""Neighbouring COPY instructions to one directory that one instruction could be."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from layerlint.analysis.wording import name_lines
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.instructions import Add, Copy, Instruction
from layerlint.execution.trace import Trace


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for stage in trace.graph.stages:
        for kind, group in groupby(stage.instructions, _kind):
            instructions = list(group)
            if kind is not None and len(instructions) > 1:
                lines = name_lines(instruction.node.start_line for instruction in instructions[1:])
                span = instructions[0].node.keyword_span
                yield Observation(span, {"count": len(instructions), "lines": lines, "path": kind[1]})


def _kind(instruction: Instruction) -> tuple[str, str, tuple[str, ...]] | None:
    """What must be the same for one instruction to do: a file that gets a name of its own stands alone."""
    match instruction:
        case Copy(node=node, transfer=transfer, parents=False) | Add(node=node, transfer=transfer):
            path = transfer.destination.value
            if path.endswith("/") or path == ".":
                return node.keyword.upper(), path, tuple(sorted(flag.text for flag in node.flags))
        case _:
            pass
    return None


CHECK = Check(NoParams, _run, ("count", "lines", "path"))
