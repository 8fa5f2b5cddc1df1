"""Triggers of ONBUILD that a base image brings: BuildKit reads each as a file of one instruction.

They stand in no text of ours, so all of their spans are one empty place, in front of the image's name in FROM.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from layerlint._dataclass import replace
from layerlint.dockerfile.grammar import parse_instruction
from layerlint.dockerfile.instructions import From, Instruction, UnknownInstruction
from layerlint.dockerfile.parser import parse
from layerlint.dockerfile.syntax import Node, Problem, SourceMap
from layerlint.domain.credentials import redact
from layerlint.graph.model import Stage
from layerlint.source import SourceFile, Span

MAX_TRIGGERS: Final = 128
"""Of one image: each may be a layer, and Docker's driver takes no more of these."""
MAX_TEXT: Final = 1 << 18
"""Characters of one trigger; here-documents are part of it."""

_FORBIDDEN: Final = ("FROM", "MAINTAINER", "ONBUILD")
_SHOWN: Final = 80


def read_triggers(texts: Sequence[str], source: From) -> tuple[tuple[Instruction, ...], tuple[str, ...]]:
    """The instructions in the order in which they run, and which of them BuildKit refuses, and why.

    One that it refuses is an `UnknownInstruction`, if it is an instruction at all.
    """
    found: list[Instruction] = []
    faults: list[str] = []
    for text in texts[:MAX_TRIGGERS]:
        instruction, fault = _read(text)
        if instruction is not None:
            found.append(_placed(instruction, place_of(source), source.node))
        if fault is not None:
            faults.append(f"`{_shown(text)}`: {redact(fault)}")
    if len(texts) > MAX_TRIGGERS:
        faults.append(f"{len(texts) - MAX_TRIGGERS} of {len(texts)}: there are more than {MAX_TRIGGERS}")
    return tuple(found), tuple(faults)


def place_of(source: From) -> Span:
    """Where the triggers of its image are said to stand; no words of a file have an empty span there."""
    return Span(source.image.span.start, source.image.span.start)


def at_images(problems: Iterable[Problem], stages: Iterable[Stage]) -> list[Problem]:
    """Faults of triggers of images are those of the words that name these; any others stay."""
    sources = {
        place_of(stage.instruction): stage.instruction
        for stage in stages
        if any(trigger.node.elsewhere for trigger in stage.triggers)
    }
    return [_at_image(problem, sources.get(problem.span)) for problem in problems]


def _at_image(problem: Problem, source: From | None) -> Problem:
    if source is None:
        return problem
    return replace(problem, message=f"{problem.message} (a trigger of its image)", span=source.image.span)


def _read(text: str) -> tuple[Instruction | None, str | None]:
    if len(text) > MAX_TEXT:
        return None, f"longer than {MAX_TEXT} characters"
    document = parse(SourceFile("ONBUILD", text))
    nodes = document.nodes
    if len(nodes) != 1:
        return (
            UnknownInstruction(nodes[0]) if nodes else None
        ), "onbuild trigger should be a single expression"
    (node,) = nodes
    if (keyword := node.keyword.upper()) in _FORBIDDEN:
        return UnknownInstruction(node), f"{keyword} isn't allowed as an ONBUILD trigger"
    instruction, problems = parse_instruction(node)
    first = next(iter((*document.problems, *problems)), None)
    if first is None:
        return instruction, None
    return UnknownInstruction(node), first.message


def _shown(text: str) -> str:
    line = redact(" ".join(text[: 4 * _SHOWN].split()))
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def _placed(value: Any, place: Span, source: Node) -> Any:
    """The instruction, or a part of it, with all of its spans at a place.  Recursion as deep as the classes are."""
    match value:
        case Span():
            return place
        case SourceMap():
            return SourceMap((0,), (place.start,), place)
        case tuple():
            return tuple(_placed(each, place, source) for each in value)
        case None | str() | int() | bool():
            return value
        case _:
            parts = {name: _placed(getattr(value, name), place, source) for name in value.__match_args__}
            if isinstance(value, Node):
                parts |= {"start_line": source.start_line, "end_line": source.end_line}
            return replace(value, **parts)
