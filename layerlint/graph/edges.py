"""What each stage needs: the edges of the graph, and what is wrong with them.

The rules are BuildKit's (dockerfile2llb): ``--from`` of COPY takes a name in any case or an index,
``from=`` of a mount names only; both see every stage of the file, but use those above alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.dockerfile.instructions import Copy, Instruction, Run
from layerlint.dockerfile.references import reference_error
from layerlint.dockerfile.syntax import Problem, Word
from layerlint.domain.text import UNKNOWN, Text
from layerlint.graph.model import (
    ContextRef,
    Edge,
    EdgeKind,
    ImageRef,
    Scratch,
    Source,
    Stage,
    StageRef,
)
from layerlint.source import Span

_INDEX = pattern(r"[+-]?[0-9]{1,18}\Z")
"""What ``strconv.Atoi`` takes, short of its overflow."""


def image_source(reference: Text, names: Mapping[str, int], contexts: Sequence[str]) -> Source:
    """What a FROM stands on; ``names`` are those of the stages above."""
    if not isinstance(reference, str):
        return ImageRef(UNKNOWN)
    if reference in contexts and reference != "scratch":
        return ContextRef(reference)
    if reference in names:
        return StageRef(names[reference])
    return Scratch() if reference == "scratch" else ImageRef(reference)


def image_problem(reference: str) -> str | None:
    """Why BuildKit refuses the name of an image."""
    error = reference_error(reference)
    return None if error is None else f'failed to parse stage name "{reference}": {error}'


@dataclass(frozen=True, slots=True)
class _Need:
    """A ``--from`` or ``from=``: of which stage, whose words, and what would be wrong if it came too late."""

    kind: EdgeKind
    stage: Stage
    name: str
    span: Span
    instruction: Instruction
    too_late: str


def link_stages(
    stages: Sequence[Stage], names: Mapping[str, int], contexts: Sequence[str], problems: list[Problem]
) -> list[Edge]:
    """The edges in the order of the file; ``names`` holds the last stage of each name."""
    edges: list[Edge] = []
    late: list[tuple[Edge, str]] = []
    for stage in stages:
        edges.append(
            Edge(EdgeKind.FROM, stage.index, stage.base, stage.instruction.image.span, stage.instruction)
        )
        for need in _needs(stage):
            source = _source(need, names, contexts, len(stages), problems)
            if source is None:
                continue
            edge = Edge(need.kind, stage.index, source, need.span, need.instruction)
            if isinstance(source, StageRef) and source.index >= stage.index:
                late.append((edge, need.too_late))
            else:
                edges.append(edge)
    in_circles = _circles(stages, edges, [edge for edge, _ in late], problems)
    for edge, message in late:
        if (edge.stage, edge.source) not in in_circles:
            problems.append(Problem(message, edge.span))
    return edges


def _needs(stage: Stage) -> Iterator[_Need]:
    """Names in an ONBUILD trigger are those of the stage that runs it."""
    for instruction in (*stage.triggers, *stage.instructions):
        match instruction:
            case Copy(from_=Word(value, span)) if value and "$" not in value:
                message = f'cannot copy from stage "{value}", it needs to be defined before current stage'
                yield _Need(EdgeKind.COPY, stage, value, span, instruction, f'{message} "{stage.title}"')
            case Run(mounts=mounts):
                for mount in mounts:
                    if mount.from_:
                        message = f'cannot mount from stage "{mount.from_}" to "{mount.target}", '
                        message += "stage needs to be defined before current command"
                        yield _Need(EdgeKind.MOUNT, stage, mount.from_, mount.from_span, instruction, message)
            case _:
                pass


def _source(
    need: _Need, names: Mapping[str, int], contexts: Sequence[str], count: int, problems: list[Problem]
) -> Source | None:
    """None where there is no such thing: ``problems`` says so."""
    name = need.name
    if name in contexts and name != "scratch":
        return ContextRef(name)
    if need.kind is EdgeKind.COPY and _INDEX.match(name):
        index = int(name)
        if 0 <= index < count:
            return StageRef(index)
        problems.append(Problem(f"invalid stage index {index}", need.span))
        return None
    if name.lower() in names:
        return StageRef(names[name.lower()])
    if name == "scratch":
        return Scratch()
    message = image_problem(name)
    if message is not None:
        problems.append(Problem(message, need.span))
        return None
    return ImageRef(name)


def _circles(
    stages: Sequence[Stage], edges: Sequence[Edge], late: Sequence[Edge], problems: list[Problem]
) -> set[tuple[int, Source]]:
    """Report each circle of copies and mounts once, at the first word of it; the needs that are in one.

    A stage that is FROM another adds nothing: FROM sees the stages above only.
    """
    needs: dict[int, list[tuple[Edge, int]]] = {stage.index: [] for stage in stages}
    for edge in (*edges, *late):
        if edge.kind is not EdgeKind.FROM and isinstance(edge.source, StageRef):
            needs[edge.stage].append((edge, edge.source.index))
    found: set[tuple[int, Source]] = set()
    done: set[int] = set()
    for stage in stages if late else ():
        path: list[tuple[Edge, int]] = []
        on_path = {stage.index: 0}
        todo = [iter(needs[stage.index])] if stage.index not in done else []
        done.add(stage.index)
        while todo:
            following = next(todo[-1], None)
            if following is None:
                todo.pop()
                if path:
                    on_path.pop(path.pop()[1])
                continue
            edge, index = following
            if index in on_path:
                circle = [*(each for each, _ in path[on_path[index] :]), edge]
                found |= {(each.stage, each.source) for each in circle}
                message = f"circular dependency detected on stage: {stages[index].title}"
                problems.append(Problem(message, circle[0].span))
            elif index not in done:
                done.add(index)
                path.append((edge, index))
                on_path[index] = len(path)
                todo.append(iter(needs[index]))
    return found


def reachable(target: int | None, edges: Sequence[Edge]) -> frozenset[int]:
    """The stages that a build of the target builds."""
    if target is None:
        return frozenset()
    needs: dict[int, list[int]] = {}
    for edge in edges:
        if isinstance(edge.source, StageRef):
            needs.setdefault(edge.stage, []).append(edge.source.index)
    seen, todo = {target}, [target]
    while todo:
        for index in needs.get(todo.pop(), ()):
            if index not in seen:
                seen.add(index)
                todo.append(index)
    return frozenset(seen)
