"""Stages and the edges between them: `build_graph` makes a `BuildGraph`."""

from layerlint.graph.arguments import PROXIES
from layerlint.graph.build import DEFAULT_PLATFORM, build_graph
from layerlint.graph.fragment import fragment_graph
from layerlint.graph.model import (
    BuildGraph,
    ContextRef,
    Edge,
    EdgeKind,
    ImageRef,
    Scratch,
    Source,
    Stage,
    StageRef,
)

__all__ = [
    "DEFAULT_PLATFORM",
    "PROXIES",
    "BuildGraph",
    "ContextRef",
    "Edge",
    "EdgeKind",
    "ImageRef",
    "Scratch",
    "Source",
    "Stage",
    "StageRef",
    "build_graph",
    "fragment_graph",
]
