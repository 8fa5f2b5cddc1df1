"""One instruction run on a state: the step that it makes."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping, Sequence

from layerlint._dataclass import dataclass, replace
from layerlint.dockerfile.conversion import conversion_problems
from layerlint.dockerfile.expand import expand, expand_heredoc
from layerlint.dockerfile.instructions import (
    Add,
    Arg,
    Copy,
    Env,
    Instruction,
    KeyValue,
    Run,
    Shell,
    UnknownInstruction,
    User,
    Workdir,
    one_line,
)
from layerlint.dockerfile.syntax import Word
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.versions import versioned
from layerlint.execution.accounts import of_user
from layerlint.execution.context import BuildContext
from layerlint.execution.run import run_instruction
from layerlint.execution.trace import NotUnderstood, State, Step
from layerlint.execution.transfer import Operands, transfer
from layerlint.filesystem.apply import apply, commit
from layerlint.filesystem.differ import diff
from layerlint.filesystem.layer import Differ
from layerlint.filesystem.node import Directory
from layerlint.filesystem.tree import MAX_DEPTH, split
from layerlint.filesystem.union import FileSystem
from layerlint.graph import (
    PROXIES,
    BuildGraph,
    ContextRef,
    EdgeKind,
    ImageRef,
    Scratch,
    Source,
    Stage,
    StageRef,
)
from layerlint.lookup import Lookup
from layerlint.shell.render import shorten

_UNKNOWN_WORKDIR = "?"
"""Stands for the working directory behind a WORKDIR that is not known."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an instruction can reach beside the state."""

    graph: BuildGraph
    stage: Stage
    escape: str
    context: BuildContext | None
    contexts: Mapping[str, BuildContext]
    """Named ones."""
    stages: Callable[[int], FileSystem]
    """The final file system of a stage."""
    image: Callable[[Text], FileSystem]
    """The file system of an image that files are copied from."""
    known_base: bool
    """Every variable of the base image is known."""
    differ: Differ
    devices: bool
    """The frontend takes ``RUN --device``."""
    outside: Lookup | None = None
    """What is known from outside."""

    def files(self, source: Source | None) -> BuildContext | FileSystem | None:
        """What ``--from`` or ``from=`` names; None for no context."""
        match source:
            case None:
                return self.context
            case StageRef(index):
                return self.stages(index)
            case ContextRef(name):
                return self.contexts.get(name)
            case ImageRef(reference):
                return self.image(reference)
            case Scratch():
                return FileSystem.scratch()


def lookup(state: State, *, known_base: bool) -> Callable[[str], Text | None]:
    """Variables as instructions expand them; one of an unknown base may be set to anything."""

    def look(name: str) -> Text | None:
        if name in state.arguments:
            return state.arguments[name]
        if name in state.environment:
            return state.environment[name]
        return None if known_base or name in state.declared else UNKNOWN

    return look


def execute(instruction: Instruction, state: State, index: int, around: Surroundings) -> Step:
    """Run one instruction.  ``index`` is the number of its layer, if it makes one."""
    look = lookup(state, known_base=around.known_base)
    refusals = conversion_problems(instruction, look, around.escape, state.workdir, devices=around.devices)
    step = _execute(instruction, state, index, around, look)
    return replace(step, refusals=refusals) if refusals else step


def _execute(
    instruction: Instruction,
    state: State,
    index: int,
    around: Surroundings,
    look: Callable[[str], Text | None],
) -> Step:
    def text(word: Word) -> Text:
        return expand(word.value, look, around.escape).text

    def metadata(after: State) -> Step:
        return Step(around.stage, instruction, state, after, None)

    match instruction:
        case Env(pairs=pairs):
            return metadata(_env(state, pairs, text))
        case Arg(pairs=pairs):
            return metadata(_arg(state, pairs, around))
        case User(user=user):
            value = text(user)
            return metadata(replace(state, user=value if isinstance(value, str) else "?"))
        case Shell(words=words):
            return metadata(replace(state, shell=tuple(word.value for word in words)))
        case Workdir(path=path):
            return _workdir(instruction, state, index, around, text(path))
        case Copy() | Add():
            return _transfer(instruction, state, index, around, text, look)
        case Run():
            filesystem, database, notes = run_instruction(
                instruction,
                state,
                index,
                one_line(instruction),
                look,
                around.known_base,
                around.escape,
                _mount_sources(instruction, around),
                around.outside,
            )
            layer, filesystem = commit(state.filesystem, filesystem, around.differ, index)
            after = replace(state, filesystem=filesystem, database=database)
            return Step(
                around.stage, instruction, state, after, layer,
                tuple(notes.commands), tuple(notes.gaps), tuple(notes.faults),
            )  # fmt: skip
        case UnknownInstruction(node=node):
            gap = NotUnderstood(node.keyword_span, node.keyword, "the instruction is not valid")
            return Step(around.stage, instruction, state, state, None, (), (gap,))
        case _:
            return metadata(state)


def _env(state: State, pairs: Sequence[KeyValue], text: Callable[[Word], Text]) -> State:
    """All values are expanded with the variables as they were before the line."""
    changes: dict[str, Text] = {}
    for pair in pairs:
        key = text(pair.key)
        if isinstance(key, str) and pair.value is not None:
            changes[key] = text(pair.value)
    new = versioned(state.environment).having(changes)
    arguments = state.arguments
    if any(name in new for name in arguments):
        arguments = {name: value for name, value in arguments.items() if name not in new}
    return replace(state, environment=new, arguments=arguments)


def _arg(state: State, pairs: Sequence[KeyValue], around: Surroundings) -> State:
    graph = around.graph
    for pair in pairs:
        name = pair.key.value
        if name in graph.build_arguments:
            value: Text | None = graph.build_arguments[name]
        elif pair.value is not None:
            value = expand(pair.value.value, lookup(state, known_base=around.known_base), around.escape).text
        elif name in graph.arguments:
            value = graph.arguments[name]
        else:
            value = graph.predefined.get(name, None if name.upper() in PROXIES else UNKNOWN)
        declared = versioned(state.declared).having({name: True})
        arguments = state.arguments if value is None else versioned(state.arguments).having({name: value})
        state = replace(state, arguments=arguments, declared=declared)
    return state


def _workdir(instruction: Workdir, state: State, index: int, around: Surroundings, path: Text) -> Step:
    """BuildKit gives every WORKDIR a layer, unless it comes to ``/``."""
    workdir = _resolved(state.workdir, path)
    if workdir == "/":
        return Step(around.stage, instruction, state, replace(state, workdir="/"), None)
    filesystem = state.filesystem.at_layer(index)
    gaps: tuple[NotUnderstood, ...] = ()
    if workdir is None:
        gaps = (NotUnderstood(instruction.path.span, one_line(instruction), "where it leads is not known"),)
        filesystem, workdir = filesystem.disturb(), _UNKNOWN_WORKDIR
    elif not isinstance(filesystem.lookup(workdir), Directory):
        filesystem = _directories(filesystem, workdir, one_line(instruction), state.user, around.differ)
    layer, filesystem = commit(state.filesystem, filesystem, around.differ, index)
    after = replace(state, workdir=workdir, filesystem=filesystem)
    return Step(around.stage, instruction, state, after, layer, (), gaps)


def _resolved(workdir: str, path: Text) -> str | None:
    """Where a WORKDIR leads, ``/`` in front; None where that is not known or deeper than a tree can be."""
    if not isinstance(path, str):
        return None
    path = path.replace("\\", "/") if path[1:2] == ":" else path
    if workdir == _UNKNOWN_WORKDIR and not path.startswith("/"):
        return None
    resolved = "/" + posixpath.normpath(posixpath.join(workdir, path)).lstrip("/")
    parts = split(resolved)
    return None if parts is None or len(parts) > MAX_DEPTH else resolved


def _directories(filesystem: FileSystem, path: str, label: str, user: str, differ: Differ) -> FileSystem:
    """With BuildKit they belong to USER, with the older builders to root."""
    uid, gid = of_user(filesystem, user) if differ is Differ.BUILDKIT else (0, 0)
    made = ""
    for name in path.strip("/").split("/"):
        made += f"/{name}"
        if filesystem.lookup(made) is None:
            filesystem = filesystem.make_directory(
                made,
                label,
                uid=uid if isinstance(uid, int) else None,
                gid=gid if isinstance(gid, int) else None,
            )
    return filesystem


def _transfer(
    instruction: Copy | Add,
    state: State,
    index: int,
    around: Surroundings,
    text: Callable[[Word], Text],
    look: Callable[[str], Text | None],
) -> Step:
    form = instruction.transfer
    operands = Operands(
        tuple((text(word), word.span) for word in form.sources),
        text(form.destination),
        None if form.chown is None else text(form.chown),
        None if form.chmod is None else text(form.chmod),
        tuple(
            (heredoc, expand_heredoc(_body(heredoc.content, heredoc.chomp), look).text if heredoc.expand
             else _body(heredoc.content, heredoc.chomp))
            for heredoc in form.heredocs
        ),
    )  # fmt: skip
    origin = around.files(_copy_source(instruction, around))
    label = shorten(one_line(instruction), 200)
    # BuildKit makes a linked layer on nothing and lays it over what is there; with --chmod it does not.
    linked = form.link and form.chmod is None and around.differ is Differ.BUILDKIT
    below = FileSystem.scratch() if linked else state.filesystem
    outcome = transfer(
        instruction, operands, below.at_layer(index), origin, accounts=state.filesystem,
        workdir=state.workdir if state.workdir.startswith("/") else "/", label=label, outside=around.outside,
    )  # fmt: skip
    if linked:
        layer = diff(below, outcome.filesystem, around.differ, index)
        filesystem = apply(state.filesystem, layer).at_layer(index)
        filesystem = filesystem.disturb() if outcome.filesystem.disturbed else filesystem
    else:
        layer, filesystem = commit(below, outcome.filesystem, around.differ, index)
    after = replace(state, filesystem=filesystem)
    return Step(
        around.stage, instruction, state, after, layer, (), tuple(outcome.gaps), tuple(outcome.faults)
    )


def _body(content: str, chomp: bool) -> str:
    """``<<-`` takes the tabs in front of each line away."""
    if not chomp:
        return content
    return "".join(line.lstrip("\t") for line in content.splitlines(keepends=True))


def _copy_source(instruction: Copy | Add, around: Surroundings) -> Source | None:
    if not isinstance(instruction, Copy) or instruction.from_ is None:
        return None
    for edge in around.graph.sources(around.stage.index):
        if edge.kind is EdgeKind.COPY and edge.instruction is instruction:
            return edge.source
    return ImageRef(UNKNOWN)


def _mount_sources(instruction: Run, around: Surroundings) -> Mapping[str, BuildContext | FileSystem | None]:
    """For each ``from=`` name of the mounts what it is; the empty name is the build context."""
    found: dict[str, BuildContext | FileSystem | None] = {"": around.context}
    for edge in around.graph.sources(around.stage.index):
        if edge.kind is EdgeKind.MOUNT and edge.instruction is instruction:
            for mount in instruction.mounts:
                if mount.from_ and mount.from_span == edge.span:
                    found[mount.from_] = around.files(edge.source)
    return found
