"""What stands in front of the first FROM, as one stage on a base that is not known.

BuildKit refuses such a file.  Still each instruction is read, run and judged: parts of Dockerfiles are
linted too, and one fault should hide no other.  The stage is in a graph of its own, so that the numbers
of the real stages (``COPY --from=0``) stay theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile

from layerlint.dockerfile.instructions import Arg, From, Instruction, UnknownInstruction
from layerlint.dockerfile.syntax import Node, SourceMap, Word
from layerlint.domain.text import UNKNOWN
from layerlint.graph.arguments import platform_arguments
from layerlint.graph.edges import link_stages
from layerlint.graph.model import BuildGraph, ImageRef, Stage
from layerlint.source import Span


def fragment_graph(
    instructions: Sequence[Instruction], build_arguments: Mapping[str, str], platform: str
) -> BuildGraph | None:
    """None where nothing but ARG stands in front of the first FROM."""
    leading = tuple(takewhile(_is_no_from, instructions))
    allowed = Arg | UnknownInstruction
    if not leading or (len(leading) < len(instructions) and all(isinstance(i, allowed) for i in leading)):
        return None
    stage = Stage(0, None, ImageRef(UNKNOWN), None, _no_from(leading[0].node), leading)
    edges = link_stages((stage,), {}, (), [])
    return BuildGraph(
        (stage,), tuple(edges), {}, platform_arguments(platform), dict(build_arguments), 0, frozenset({0}), ()
    )


def _is_no_from(instruction: Instruction) -> bool:
    return not isinstance(instruction, From)


def _no_from(first: Node) -> From:
    """Of no words, in front of the first instruction; see `Stage.is_fragment`."""
    span, line = Span(first.span.start, first.span.start), first.start_line
    node = Node(
        keyword="", keyword_span=span, span=span, start_line=line, end_line=line, flags=(), args=(),
        json=False, heredocs=(), comments=(), text="", map=SourceMap((0,), (span.start,)), rest=0,
    )  # fmt: skip
    return From(node, Word("", span), None, None)
