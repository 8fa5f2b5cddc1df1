"""The instruction graph: stages, what each stands on, and where it takes files from."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeAlias

from layerlint._dataclass import dataclass
from layerlint.dockerfile.instructions import From, Instruction
from layerlint.dockerfile.syntax import Problem
from layerlint.domain.text import Text
from layerlint.source import Span


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
    triggers: tuple[Instruction, ...] = ()
    """Out of ONBUILD in the stage that it is FROM, or of the image's configuration (`Node.elsewhere`): they run
    first."""
    refused_triggers: tuple[str, ...] = ()
    """Those of its image that BuildKit would not run, and why."""

    @property
    def label(self) -> str:
        return self.name if self.name is not None else str(self.index)

    @property
    def title(self) -> str:
        """As BuildKit calls it in messages."""
        return self.name if self.name is not None else f"stage-{self.index}"

    @property
    def is_fragment(self) -> bool:
        """Its FROM is not in the file: what it stands on, or lacks, is no fault of what there is."""
        return not self.instruction.node.keyword


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
