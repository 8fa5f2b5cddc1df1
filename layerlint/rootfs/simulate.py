"""A Dockerfile with another base, run from the beginning: its trace, and what that saves."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate

from layerlint.dockerfile.grammar import parse_all
from layerlint.dockerfile.parser import parse
from layerlint.domain.size import ZERO, Size
from layerlint.execution.bases import find, triggers
from layerlint.execution.context import BuildContext
from layerlint.execution.interpreter import Options, run
from layerlint.execution.trace import Trace
from layerlint.filesystem.node import Inode
from layerlint.filesystem.tree import walk
from layerlint.graph import build_graph
from layerlint.report import Edit
from layerlint.rootfs.stages import root_stage
from layerlint.source import SourceFile, Span


def edited(
    trace: Trace,
    reference: str,
    manager: str | None = None,
    packages: Sequence[str] = (),
    rewritten: Sequence[tuple[Span, str]] = (),
) -> str:
    """The text with the base of the target replaced, packages installed behind its FROM, and other RUN lines."""
    assert trace.target is not None
    text = trace.document.source.text
    instruction = root_stage(trace.target).stage.instruction
    image = instruction.image.span
    end = instruction.node.span.end
    added = install(manager, packages)
    behind = text[image.end : end]
    if added:
        behind = behind.rstrip("\n") + "\n" + added + ("\n" if behind.endswith("\n") else "")
    edits = [(Span(image.start, end), reference + behind), *rewritten]
    for place, new in sorted(edits, reverse=True):
        text = text[: place.start] + new + text[place.end :]
    return text


def install(manager: str | None, packages: Sequence[str]) -> str:
    names = " ".join(packages)
    if not packages:
        return ""
    if manager == "apk":
        return f"RUN apk add --no-cache {names}"
    return (
        f"RUN apt-get update && apt-get install -y --no-install-recommends {names} "
        "&& rm -rf /var/lib/apt/lists/*"
    )


def diff(trace: Trace, text: str) -> str:
    """The lines that change, as a unified diff without context."""
    name = trace.document.source.path
    before = trace.document.source.text.splitlines()
    lines = difflib.unified_diff(before, text.splitlines(), name, name, n=0, lineterm="")
    return "\n".join(lines)


def edits(before: str, after: str) -> tuple[Edit, ...]:
    """Whole lines that take the place of others, in ascending order."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = list(accumulate(map(len, old), initial=0))
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return tuple(
        Edit(starts[one], starts[other], "".join(new[first:last]))
        for tag, one, other, first, last in matcher.get_opcodes()
        if tag != "equal"
    )


def rerun(trace: Trace, text: str) -> Trace:
    """The trace of another text of the same file, for the same target."""
    assert trace.target is not None
    document = parse(SourceFile(trace.document.source.path, text))
    instructions, _ = parse_all(document)
    stage = trace.target.stage
    graph = build_graph(
        document,
        instructions,
        build_arguments=trace.graph.build_arguments,
        target=None if stage.index == len(trace.stages) - 1 else stage.label,
        platform=trace.platform,
        image_triggers=triggers(find),
    )
    context = trace.context
    if context is not None:
        # With a budget of its own: what is left of the first run's may be nothing.
        context = BuildContext(context.root, context.ignore, context.ignore_file)
    return run(
        document, instructions, graph, Options(context=context, differ=trace.differ, platform=trace.platform)
    )


def image_bytes(trace: Trace) -> Size:
    return ZERO if trace.accounting is None else trace.accounting.image


def saved(before: Trace, after: Trace) -> Size | None:
    """How much smaller the image gets; what is as uncertain in both cancels.  None where it gets no smaller."""
    one, other = dict(_uncertain(before)), dict(_uncertain(after))
    both = {key for key in one if other.get(key) == one[key]}
    larger, smaller = image_bytes(before), image_bytes(after)
    low = larger.low - (smaller.high or 0) if smaller.high is not None else None
    high = None if larger.high is None else larger.high - smaller.low
    slack = sum((one[key].high or one[key].likely) - one[key].low for key in both)
    likely = larger.likely - smaller.likely
    if likely <= 0:
        return None
    low = 0 if low is None else max(0, min(likely, low + slack))
    if high is not None:
        high = max(likely, high - slack)
    return Size(low, likely, high)


def _uncertain(trace: Trace) -> Iterator[tuple[str, Size]]:
    """Files of the image whose size is known within bounds only, by their path, and how often it came before."""
    if trace.target is None:
        return
    for path, node in walk("/", trace.target.base.filesystem.root):
        if isinstance(node, Inode) and not node.size.is_exact and node.size.high is not None:
            yield f"base {path}", node.size
    seen: Counter[str] = Counter()
    for layer in reversed(trace.target.layers()):
        for entry in layer.entries:
            if not entry.bytes.is_exact and entry.bytes.high is not None:
                seen[entry.path] += 1
                yield f"{seen[entry.path]} {entry.path}", entry.bytes
