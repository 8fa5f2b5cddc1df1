"""Keywords in another case than the others of the file."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.syntax import Node
from layerlint.execution.trace import Trace


def _keywords(trace: Trace) -> Iterator[Node]:
    """Those that BuildKit counts: no global ARG, and nothing inside ONBUILD."""
    for stage in trace.graph.stages:
        yield stage.instruction.node
        for instruction in stage.instructions:
            yield instruction.node


def _inconsistent(trace: Trace, params: NoParams) -> Iterator[Observation]:
    """The majority decides among keywords of one case; upper case where there is none."""
    words = [node.keyword for node in _keywords(trace)]
    lower = sum(word == word.lower() for word in words)
    wanted = "lower" if lower > sum(word == word.upper() for word in words) else "upper"
    for node in _keywords(trace):
        right = node.keyword.lower() if wanted == "lower" else node.keyword.upper()
        if node.keyword != right:
            yield Observation(node.keyword_span, {"keyword": node.keyword, "case": wanted})


def _as(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for stage in trace.graph.stages:
        node = stage.instruction.node
        # A FROM of mixed case is told of by itself.
        if stage.instruction.name is None or node.keyword not in ("FROM", "from"):
            continue
        word = node.args[1]
        right = "as" if node.keyword == "from" else "AS"
        if word.value != right:
            yield Observation(word.span, {"keyword": word.value, "from": node.keyword})


AS = Check(NoParams, _as, ("keyword", "from"))
INCONSISTENT = Check(NoParams, _inconsistent, ("keyword", "case"))
