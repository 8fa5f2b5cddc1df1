"""The instruction graph: stages, what each stands on, and where it takes files from.

The rules are BuildKit's (dockerfile2llb): names are looked up in lower case among earlier stages,
``COPY --from`` takes an index too, ``RUN --mount=from=`` does not; a later stage of the same name wins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import Enum
from typing import TypeAlias

from layerlint._dataclass import dataclass
from layerlint.dockerfile.expand import expand
from layerlint.dockerfile.instructions import Arg, Copy, From, Instruction, Run
from layerlint.dockerfile.suggest import did_you_mean
from layerlint.dockerfile.syntax import Document, Problem, Word
from layerlint.domain.text import UNKNOWN, Text
from layerlint.source import Span

DEFAULT_PLATFORM = "linux/amd64"

PROXIES = frozenset({"ALL_PROXY", "FTP_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"})
"""Predefined ARGs, in lower case too; not set unless the builder has a proxy."""


@dataclass(frozen=True, slots=True)
class StageRef:
    """Another stage of the file, by its index."""

    index: int


@dataclass(frozen=True, slots=True)
class ImageRef:
    """An image outside the file; UNKNOWN where its name rests on a value that is not known."""

    reference: Text


@dataclass(frozen=True, slots=True)
class ContextRef:
    """A named build context (``--build-context name=…``)."""

    name: str


@dataclass(frozen=True, slots=True)
class Scratch:
    """``FROM scratch``: nothing."""


Source: TypeAlias = StageRef | ImageRef | ContextRef | Scratch


class EdgeKind(Enum):
    FROM = "from"
    COPY = "copy"
    MOUNT = "mount"


@dataclass(frozen=True, slots=True)
class Edge:
    """Stage ``stage`` needs ``source``; ``span`` is the word that says so."""

    kind: EdgeKind
    stage: int
    source: Source
    span: Span
    instruction: Instruction


@dataclass(frozen=True, slots=True)
class Stage:
    index: int
    name: str | None
    """In lower case, as BuildKit keeps it."""
    base: Source
    platform: Text | None
    instruction: From
    instructions: tuple[Instruction, ...]
    """Those behind FROM, up to the next FROM."""

    @property
    def label(self) -> str:
        return self.name if self.name is not None else str(self.index)


@dataclass(frozen=True, slots=True)
class BuildGraph:
    stages: tuple[Stage, ...]
    edges: tuple[Edge, ...]
    arguments: Mapping[str, Text | None]
    """Global ARGs (before the first FROM); None for one without a value."""
    predefined: Mapping[str, Text]
    """TARGETPLATFORM and its kin."""
    build_arguments: Mapping[str, str]
    target: int | None
    reachable: frozenset[int]
    """Stages that a build of the target builds."""
    problems: tuple[Problem, ...]
    """What makes BuildKit refuse the graph."""

    def sources(self, stage: int) -> tuple[Edge, ...]:
        return tuple(edge for edge in self.edges if edge.stage == stage)


def platform_arguments(platform: str) -> dict[str, Text]:
    """The predefined platform ARGs; the machine that builds is taken to be of the target's platform."""
    system, _, rest = platform.partition("/")
    architecture, _, variant = rest.partition("/")
    values: dict[str, Text] = {}
    for prefix in ("BUILD", "TARGET"):
        values[f"{prefix}PLATFORM"] = platform
        values[f"{prefix}OS"] = system
        values[f"{prefix}OSVERSION"] = ""
        values[f"{prefix}ARCH"] = architecture
        values[f"{prefix}VARIANT"] = variant
    return values


def build_graph(
    document: Document,
    instructions: Sequence[Instruction],
    *,
    build_arguments: Mapping[str, str] | None = None,
    contexts: Sequence[str] = (),
    target: str | None = None,
    platform: str = DEFAULT_PLATFORM,
) -> BuildGraph:
    """Link the instructions of a file.  Faults are in ``problems``; the rest is linked all the same."""
    given = dict(build_arguments or {})
    predefined = platform_arguments(platform)
    problems: list[Problem] = []
    arguments: dict[str, Text | None] = {}
    stages: list[Stage] = []
    names: dict[str, int] = {}
    bodies: list[list[Instruction]] = []

    for instruction in instructions:
        match instruction:
            case From():
                stage = _stage(
                    instruction,
                    len(stages),
                    names,
                    contexts,
                    arguments,
                    predefined,
                    document.escape,
                    problems,
                )
                stages.append(stage)
                bodies.append([])
                if stage.name is not None:
                    names[stage.name] = stage.index
            case Arg() if not stages:
                for pair in instruction.pairs:
                    arguments[pair.key.value] = _global_value(
                        pair.key.value, pair.value, arguments, predefined, given, document.escape
                    )
            case _ if stages:
                bodies[-1].append(instruction)
            case _:
                pass

    stages = [replace(stage, instructions=tuple(body)) for stage, body in zip(stages, bodies, strict=True)]
    edges = _edges(stages, names, contexts, problems)
    chosen = _target(stages, target, document, problems)
    reachable = _reachable(chosen, edges)
    problems.sort(key=lambda problem: problem.span)
    return BuildGraph(
        tuple(stages), tuple(edges), arguments, predefined, given, chosen, reachable, tuple(problems)
    )


def _global_value(
    name: str,
    default: Word | None,
    arguments: Mapping[str, Text | None],
    predefined: Mapping[str, Text],
    given: Mapping[str, str],
    escape: str,
) -> Text | None:
    if name in given:
        return given[name]
    if default is None:
        # It is there to be given: until it is, its value is not known.
        return predefined.get(name, None if name.upper() in PROXIES else UNKNOWN)
    return expand(default.value, _lookup(arguments, predefined), escape).text


def _lookup(
    arguments: Mapping[str, Text | None], predefined: Mapping[str, Text]
) -> Callable[[str], Text | None]:
    def lookup(name: str) -> Text | None:
        return arguments[name] if name in arguments else predefined.get(name)

    return lookup


def _stage(
    instruction: From,
    index: int,
    names: Mapping[str, int],
    contexts: Sequence[str],
    arguments: Mapping[str, Text | None],
    predefined: Mapping[str, Text],
    escape: str,
    problems: list[Problem],
) -> Stage:
    lookup = _lookup(arguments, predefined)
    image = expand(instruction.image.value, lookup, escape)
    if image.error is not None:
        problems.append(Problem(image.error, instruction.image.span))
    elif image.text == "":
        problems.append(
            Problem(f"base name ({instruction.image.value}) should not be blank", instruction.image.span)
        )
    reference: Text = UNKNOWN if image.error is not None else image.text
    platform = (
        None if instruction.platform is None else expand(instruction.platform.value, lookup, escape).text
    )
    name = None if instruction.name is None else instruction.name.value.lower()
    return Stage(index, name, _image(reference, names, contexts), platform, instruction, ())


def _image(reference: Text, names: Mapping[str, int], contexts: Sequence[str]) -> Source:
    if not isinstance(reference, str):
        return ImageRef(UNKNOWN)
    if reference in contexts and reference != "scratch":
        return ContextRef(reference)
    if reference in names:
        return StageRef(names[reference])
    return Scratch() if reference == "scratch" else ImageRef(reference)


def _edges(
    stages: Sequence[Stage], names: Mapping[str, int], contexts: Sequence[str], problems: list[Problem]
) -> list[Edge]:
    edges: list[Edge] = []
    known: dict[str, int] = {}
    for stage in stages:
        edges.append(
            Edge(EdgeKind.FROM, stage.index, stage.base, stage.instruction.image.span, stage.instruction)
        )
        # The stage's own name is known inside it, so that a reference to itself is seen as a circle.
        visible = dict(known)
        if stage.name is not None:
            known[stage.name] = stage.index
        for instruction in stage.instructions:
            match instruction:  # names in an ONBUILD trigger are those of the child build
                case Copy(from_=Word() as word):
                    source = _copy_source(word, stage, visible, names, contexts, len(stages), problems)
                    if source is not None:
                        edges.append(Edge(EdgeKind.COPY, stage.index, source, word.span, instruction))
                case Run(mounts=mounts):
                    for mount in mounts:
                        if not mount.from_:
                            continue
                        name = mount.from_.lower()
                        if name not in contexts and name not in visible and name in names:
                            problems.append(
                                Problem(
                                    f'cannot mount from stage "{mount.from_}" to "{mount.target}", '
                                    "stage needs to be defined before current command",
                                    mount.span,
                                )
                            )
                            continue
                        source = _image(name if name in visible else mount.from_, visible, contexts)
                        edges.append(Edge(EdgeKind.MOUNT, stage.index, source, mount.span, instruction))
                case _:
                    pass
    return edges


def _copy_source(
    word: Word,
    stage: Stage,
    visible: Mapping[str, int],
    names: Mapping[str, int],
    contexts: Sequence[str],
    count: int,
    problems: list[Problem],
) -> Source | None:
    text = word.value
    if text in contexts:
        return ContextRef(text)
    if text.lstrip("+-").isdecimal() and text.isascii():
        index = int(text[:10])
        if not 0 <= index < stage.index:
            reason = (
                f"circular dependency detected on stage: {stage.label}"
                if index == stage.index
                else f"invalid stage index {text}"
                if not 0 <= index < count
                else f'cannot copy from stage "{text}", it needs to be defined before current stage "{stage.label}"'
            )
            problems.append(Problem(reason, word.span))
            return None
        return StageRef(index)
    name = text.lower()
    if name in visible:
        return StageRef(visible[name])
    if name == stage.name:
        problems.append(Problem(f"circular dependency detected on stage: {stage.label}", word.span))
        return None
    if name in names:
        problems.append(
            Problem(
                f'cannot copy from stage "{text}", it needs to be defined before current stage "{stage.label}"',
                word.span,
            )
        )
        return None
    return Scratch() if text == "scratch" else ImageRef(text)


def _target(
    stages: Sequence[Stage], target: str | None, document: Document, problems: list[Problem]
) -> int | None:
    if not stages:
        return None
    if target is None:
        return len(stages) - 1
    matching = [stage.index for stage in stages if stage.name == target.lower()]
    if matching:
        return matching[-1]
    known = [stage.name for stage in stages if stage.name is not None]
    problems.append(
        Problem(f'target stage "{target}" could not be found{did_you_mean(target, known)}', Span(0, 0))
    )
    return None


def _reachable(target: int | None, edges: Sequence[Edge]) -> frozenset[int]:
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
