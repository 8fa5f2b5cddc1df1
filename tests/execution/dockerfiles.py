"""Dockerfiles run on a base that is empty and known: what is in the tree afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from layerlint.dockerfile.grammar import parse_all
from layerlint.dockerfile.parser import parse
from layerlint.execution.bases import find, triggers
from layerlint.execution.context import open_context
from layerlint.execution.interpreter import Options, run
from layerlint.execution.trace import Trace
from layerlint.filesystem.layer import Differ
from layerlint.filesystem.node import Directory, Inline, Kind
from layerlint.filesystem.tree import walk
from layerlint.graph import build_graph
from layerlint.source import SourceFile

MOUNT_POINTS = ("/dev", "/proc", "/sys")


def trace_of(
    text: str,
    context: Path | None = None,
    *,
    arguments: Mapping[str, str] | None = None,
    differ: Differ = Differ.BUILDKIT,
    target: str | None = None,
) -> Trace:
    document = parse(SourceFile("Dockerfile", text))
    instructions, problems = parse_all(document)
    assert problems == ()
    opened, notes = (None, ()) if context is None else open_context(context, context / "Dockerfile")
    graph = build_graph(
        document, instructions, build_arguments=arguments, target=target, image_triggers=triggers(find)
    )
    return run(document, instructions, graph, Options(context=opened, differ=differ, notes=notes))


def tree_of(trace: Trace) -> dict[str, str]:
    """Every path of the target: the text of a file (its size where that is not known), ``->`` a link, ``/``."""
    assert trace.target is not None
    found: dict[str, str] = {}
    for path, node in walk("/", trace.target.final.filesystem.root):
        if path == "/" or path in MOUNT_POINTS:
            continue
        if isinstance(node, Directory):
            found[path] = "/"
        elif node.kind is Kind.SYMLINK:
            found[path] = f"-> {node.target}"
        elif isinstance(node.content, Inline) and node.size.is_exact:
            found[path] = node.content.data.decode()
        elif node.size.is_exact:
            found[path] = f"{node.size.likely} bytes" if node.size.likely else ""
        else:
            found[path] = "unknown"
    return found


def modes_of(trace: Trace) -> dict[str, str]:
    """Every path of the target: mode, user and group."""
    assert trace.target is not None
    return {
        path: f"{node.mode:o} {node.uid}:{node.gid}"
        for path, node in walk("/", trace.target.final.filesystem.root)
        if path != "/" and path not in MOUNT_POINTS
    }


def gaps_of(trace: Trace) -> list[str]:
    return [gap.reason for step in trace.steps() for gap in step.not_understood]


def faults_of(trace: Trace) -> list[str]:
    return [fault.message for step in trace.steps() for fault in step.faults]


def files(folder: Path, texts: Mapping[str, str]) -> Path:
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder
