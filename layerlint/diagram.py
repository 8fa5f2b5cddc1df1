"""The instruction graph as text, JSON, Graphviz dot or Mermaid."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, assert_never

from layerlint.dockerfile.instructions import Instruction
from layerlint.domain.credentials import redact
from layerlint.domain.text import Text
from layerlint.graph import BuildGraph, ContextRef, Edge, EdgeKind, ImageRef, Scratch, Source, Stage, StageRef
from layerlint.source import SourceFile


def _shown(text: Text) -> str:
    return redact(text) if isinstance(text, str) else "(not known)"


def _name(source: Source, graph: BuildGraph) -> str:
    match source:
        case StageRef(index):
            return f"stage {graph.stages[index].label}"
        case ImageRef(reference):
            return f"image {_shown(reference)}"
        case ContextRef(name):
            return f"context {name}"
        case Scratch():
            return "scratch"
        case _:
            assert_never(source)


def text(source: SourceFile, graph: BuildGraph) -> str:
    """One block a stage: its base, what it takes, its instructions."""
    lines = [source.path]
    for stage in graph.stages:
        marks = []
        if stage.index == graph.target:
            marks.append("target")
        if stage.index not in graph.reachable:
            marks.append("not built")
        note = f"  ({', '.join(marks)})" if marks else ""
        lines.append(f"stage {stage.label} on {_name(stage.base, graph)}{note}")
        edges = {
            id(edge.instruction): edge
            for edge in graph.sources(stage.index)
            if edge.kind is not EdgeKind.FROM
        }
        # Triggers of a stage are written where they stand; those of an image stand nowhere else.
        brought = (each for each in stage.triggers if each.node.elsewhere)
        for instruction in (*brought, *stage.instructions):
            words = redact(" ".join(instruction.node.text.split()))
            words = f"ONBUILD {words}" if instruction.node.elsewhere else words
            line = f"  {instruction.node.start_line:>4}  {words if len(words) <= 80 else words[:79] + '…'}"
            edge = edges.get(id(instruction))
            lines.append(line if edge is None else f"{line}  <- {_name(edge.source, graph)}")
    return "\n".join(lines) + "\n"


def to_json(source: SourceFile, graph: BuildGraph) -> str:
    """Schema ``layerlint.graph/1``: stages and edges by index."""
    document: dict[str, Any] = {
        "schema": "layerlint.graph/1",
        "dockerfile": source.path,
        "target": graph.target,
        "stages": [_stage(stage, graph) for stage in graph.stages],
        "edges": [_edge(edge, source) for edge in graph.edges],
        "arguments": {
            name: value if isinstance(value, str | None) else None for name, value in graph.arguments.items()
        },
        "problems": [
            {"line": line, "column": column, "message": redact(problem.message)}
            for problem in graph.problems
            for line, column in (source.position(problem.span.start),)
        ],
    }
    return json.dumps(document) + "\n"


def _stage(stage: Stage, graph: BuildGraph) -> dict[str, Any]:
    node = stage.instruction.node
    return {
        "index": stage.index,
        "name": stage.name,
        "line": node.start_line,
        "platform": stage.platform if isinstance(stage.platform, str) else None,
        "reachable": stage.index in graph.reachable,
        "triggers": [_instruction(each) for each in stage.triggers],
        "instructions": [_instruction(each) for each in stage.instructions],
    }


def _instruction(instruction: Instruction) -> dict[str, Any]:
    node = instruction.node
    return {
        "keyword": node.keyword.upper(),
        "line": node.start_line,
        "end_line": node.end_line,
        "text": redact(" ".join(node.text.split())),
    }


def _edge(edge: Edge, source: SourceFile) -> dict[str, Any]:
    match edge.source:
        case StageRef(index):
            target: dict[str, Any] = {"stage": index}
        case ImageRef(reference):
            target = {"image": redact(reference) if isinstance(reference, str) else None}
        case ContextRef(name):
            target = {"context": name}
        case Scratch():
            target = {"image": "scratch"}
        case _:
            assert_never(edge.source)
    line, column = source.position(edge.span.start)
    return {"kind": edge.kind.value, "stage": edge.stage, "source": target, "line": line, "column": column}


def _nodes(graph: BuildGraph) -> tuple[dict[str, str], list[tuple[str, str, str]]]:
    """Node identifiers to labels, and the arrows (from what is needed to who needs it)."""
    labels = {f"s{stage.index}": stage.label for stage in graph.stages}
    outside: dict[str, str] = {}
    arrows: list[tuple[str, str, str]] = []
    for edge in graph.edges:
        if isinstance(edge.source, StageRef):
            origin = f"s{edge.source.index}"
        else:
            label = _name(edge.source, graph).removeprefix("image ")
            origin = outside.setdefault(label, f"i{len(outside)}")
        arrows.append((origin, f"s{edge.stage}", edge.kind.value))
    return labels | {identifier: label for label, identifier in outside.items()}, list(dict.fromkeys(arrows))


def dot(source: SourceFile, graph: BuildGraph) -> str:
    labels, arrows = _nodes(graph)
    lines = ["digraph {", "  rankdir=LR"]
    for identifier, label in labels.items():
        shape = "box" if identifier.startswith("s") else "ellipse"
        lines.append(f"  {identifier} [label={_quoted(label)}, shape={shape}]")
    for origin, end, kind in arrows:
        style = ' [style=dashed, label="' + kind + '"]' if kind != "from" else ""
        lines.append(f"  {origin} -> {end}{style}")
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(label: str) -> str:
    return '"' + label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def mermaid(source: SourceFile, graph: BuildGraph) -> str:
    labels, arrows = _nodes(graph)
    lines = ["flowchart LR"]
    for identifier, label in labels.items():
        safe = label.replace("&", "#amp;").replace('"', "#quot;").replace("<", "#lt;").replace("\n", " ")
        left, right = ("[", "]") if identifier.startswith("s") else ("([", "])")
        lines.append(f'  {identifier}{left}"{safe}"{right}')
    for origin, end, kind in arrows:
        lines.append(f"  {origin} --> {end}" if kind == "from" else f"  {origin} -. {kind} .-> {end}")
    return "\n".join(lines) + "\n"


DIAGRAMS: Final[Mapping[str, Callable[[SourceFile, BuildGraph], str]]] = {
    "dot": dot,
    "json": to_json,
    "mermaid": mermaid,
    "text": text,
}
