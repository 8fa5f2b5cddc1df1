"""What a run leaves behind: for each step the state before, what it did, its layer, the state after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from layerlint._dataclass import dataclass, field
from layerlint.catalog.model import BaseImage
from layerlint.dockerfile.instructions import Instruction
from layerlint.dockerfile.syntax import Document, Problem
from layerlint.domain.size import Size
from layerlint.domain.text import Text
from layerlint.domain.truth import Truth
from layerlint.effects import Effect
from layerlint.execution.context import BuildContext
from layerlint.execution.packages import Applied
from layerlint.execution.packages.database import PackageDatabase
from layerlint.filesystem.accounting import Accounting
from layerlint.filesystem.layer import Differ, Layer
from layerlint.filesystem.union import FileSystem
from layerlint.graph import BuildGraph, Stage
from layerlint.source import Span


@dataclass(frozen=True, slots=True)
class State:
    """Everything that an instruction can read or change."""

    filesystem: FileSystem
    database: PackageDatabase | None
    """None where the base, and so its packages, are not known."""
    environment: Mapping[str, Text]
    """ENV (and the base image's)."""
    arguments: Mapping[str, Text]
    """ARG of the stage that have a value here."""
    declared: Mapping[str, bool]
    """The names of the ARG of the stage, also of those without a value."""
    workdir: str
    user: str
    """As in USER, ``user[:group]``; empty is root."""
    shell: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CommandRun:
    """One simple command of a RUN, as it was run."""

    argv: tuple[Text, ...]
    """After expansion; ``argv[0]`` is known."""
    text: str
    """Its source in one line."""
    span: Span
    word_spans: tuple[Span, ...]
    """Of the words of the source, in the Dockerfile."""
    effects: tuple[Effect, ...]
    status: Truth
    reached: Truth
    """YES if it runs on every path (or on the only likely one), MAYBE if in a branch not known."""
    applied: tuple[Applied, ...] = ()
    """Results of its package effects."""
    modelled: bool = True
    """There is a model of the command, or its script is known and was run instead."""

    @property
    def name(self) -> str:
        """The base name of the program."""
        return str(self.argv[0]).rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A command or instruction whose effects are not known in full, and why."""

    span: Span
    command: str
    reason: str
    bounded: bool = False
    """Its bytes are a guess with bounds, which the layer has."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that makes the real build fail at this step: a COPY of nothing, an unknown package."""

    span: Span
    message: str
    certain: bool
    ignored: bool = False
    """The source of a COPY is there, but its ``.dockerignore`` leaves it out."""


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction that was run."""

    stage: Stage
    instruction: Instruction
    before: State
    after: State
    layer: Layer | None
    """None for metadata; its ``index`` numbers the layers of the stage and of those it is FROM."""
    commands: tuple[CommandRun, ...] = ()
    not_understood: tuple[NotUnderstood, ...] = ()
    faults: tuple[Fault, ...] = ()
    refusals: tuple[Problem, ...] = ()
    """Why BuildKit refuses the instruction, now that its variables are known: no build begins."""

    @property
    def complete(self) -> bool:
        return not self.not_understood

    @property
    def bounded(self) -> bool:
        """Nothing may add more than the layer's bytes say."""
        return all(gap.bounded for gap in self.not_understood)


@dataclass(frozen=True, slots=True)
class Base:
    """What a stage stands on, at the end of its chain of stages."""

    reference: str
    source: str
    """``catalog``, ``image``, ``scratch`` or ``unknown``."""
    image: BaseImage | None
    filesystem: FileSystem
    bytes: Size

    @property
    def known(self) -> bool:
        """What it sets is known: user, shell, working directory."""
        return self.source != "unknown" and (self.image is None or self.image.assumed is None)

    @property
    def environment_known(self) -> bool:
        """Every variable that it sets is known."""
        return self.known and (self.image is None or self.image.environment_complete)


@dataclass(frozen=True, slots=True)
class StageTrace:
    """The run of one stage."""

    stage: Stage
    base: Base
    parent: StageTrace | None
    """The stage that it is FROM."""
    steps: tuple[Step, ...]
    final: State

    def chain(self) -> Iterator[Step]:
        """The steps of the stages that it is FROM, first to last, then its own."""
        stages, last = [self], self.parent
        while last is not None:
            stages.append(last)
            last = last.parent
        for stage in reversed(stages):
            yield from stage.steps

    def layers(self) -> tuple[Layer, ...]:
        return tuple(step.layer for step in self.chain() if step.layer is not None)


@dataclass(frozen=True, slots=True)
class Trace:
    """The run of a whole Dockerfile."""

    document: Document
    instructions: tuple[Instruction, ...]
    graph: BuildGraph
    stages: tuple[StageTrace, ...]
    """In the order of the file; of unreachable stages too."""
    target: StageTrace | None
    """None where the file has no stage."""
    accounting: Accounting | None
    """Of the target's chain on its base."""
    context: BuildContext | None
    differ: Differ
    platform: str
    notes: tuple[str, ...] = ()
    _layer_steps: list[tuple[Step, ...]] = field(default_factory=list, init=False, compare=False, repr=False)

    def steps(self) -> Iterator[Step]:
        """Every step of every stage, in the order of the file."""
        for stage in self.stages:
            yield from stage.steps

    def layer_steps(self) -> tuple[Step, ...]:
        """The target chain's steps that have a layer: position i has ``layer.index == i``."""
        if not self._layer_steps:
            chain = () if self.target is None else self.target.chain()
            self._layer_steps.append(tuple(step for step in chain if step.layer is not None))
        return self._layer_steps[0]
