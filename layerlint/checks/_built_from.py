"""The stages that are built from a stage: what they set is as good as set there."""

from __future__ import annotations

from layerlint.execution.trace import StageTrace, Trace
from layerlint.graph import EdgeKind, StageRef


def heirs(trace: Trace, stage: StageTrace, kinds: tuple[EdgeKind, ...] = (EdgeKind.FROM,)) -> set[int]:
    """Its own index, and those of the stages that are FROM it (or take files from it), at any distance."""
    found = {stage.stage.index}
    for edge in trace.graph.edges:  # in the order of the file: what is built on comes first
        if edge.kind in kinds and isinstance(edge.source, StageRef) and edge.source.index in found:
            found.add(edge.stage)
    return found
