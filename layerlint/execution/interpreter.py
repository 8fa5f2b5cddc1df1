"""A whole Dockerfile run abstractly: every stage once, in the order of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from layerlint._dataclass import dataclass, field, replace
from layerlint.catalog.model import BaseImage
from layerlint.dockerfile.directives import takes_devices
from layerlint.dockerfile.instructions import Instruction, one_line
from layerlint.dockerfile.references import is_windows_image
from layerlint.dockerfile.syntax import Document
from layerlint.domain.credentials import redact
from layerlint.domain.size import UNBOUNDED, ZERO
from layerlint.domain.text import Text
from layerlint.execution import bases
from layerlint.execution.context import BuildContext
from layerlint.execution.instructions import Surroundings, execute
from layerlint.execution.packages.database import PackageDatabase
from layerlint.execution.trace import Base, StageTrace, State, Step, Trace
from layerlint.filesystem.accounting import account
from layerlint.filesystem.layer import Differ
from layerlint.filesystem.union import FileSystem
from layerlint.graph import (
    DEFAULT_PLATFORM,
    BuildGraph,
    ContextRef,
    ImageRef,
    Scratch,
    Stage,
    StageRef,
)
from layerlint.lookup import Lookup

_DEFAULT_SHELL = ("/bin/sh", "-c")

_WINDOWS_SHELL = ("cmd", "/S", "/C")
"""BuildKit's for images of Windows; what it runs is not modelled."""

_WINDOWS_USER = "ContainerAdministrator"
"""Server Core's; there is no root.  (Nano Server's is ContainerUser.)"""


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is given beside the text."""

    context: BuildContext | None = None
    contexts: Mapping[str, BuildContext] = field(default_factory=dict)
    differ: Differ = Differ.BUILDKIT
    platform: str = DEFAULT_PLATFORM
    find_base: Callable[[str], BaseImage | None] = bases.find
    notes: tuple[str, ...] = ()
    lookup: Callable[[str], Lookup] | None = None
    """What is known from outside, for a platform."""


def run(
    document: Document, instructions: Sequence[Instruction], graph: BuildGraph, options: Options
) -> Trace:
    """Run every stage, also those that a build of the target would leave out."""
    traces: list[StageTrace] = []
    notes = list(options.notes)

    def image(reference: Text) -> FileSystem:
        base = options.find_base(reference) if isinstance(reference, str) else None
        if base is not None and base.assumed is not None:
            notes.append(_taken_for(f"the image {reference}", base.assumed))
        return FileSystem.unknown() if base is None else base.filesystem

    def final(index: int) -> FileSystem:
        return traces[index].final.filesystem if index < len(traces) else FileSystem.unknown()

    devices = takes_devices(document.source.text)
    for stage in graph.stages:
        base, state, parent = _start(stage, traces, options, notes)
        notes += _triggers_noted(stage)
        around = Surroundings(
            graph, stage, document.escape, options.context, options.contexts, final, image,
            base.environment_known, options.differ, devices, _outside(options, stage),
        )  # fmt: skip
        count = 0 if parent is None else len(parent.layers())
        steps: list[Step] = []
        for instruction in (*stage.triggers, *stage.instructions):
            step = _without_refusals(execute(instruction, state, count, around), notes)
            steps.append(step)
            state = step.after
            count += step.layer is not None
        traces.append(StageTrace(stage, base, parent, tuple(steps), state))

    contexts = [context for context in (options.context, *options.contexts.values()) if context is not None]
    notes += [gap for context in contexts for gap in context.gaps()]
    target = traces[graph.target] if graph.target is not None else None
    accounting = None if target is None else account(target.base.filesystem, target.layers())
    return Trace(
        document, tuple(instructions), graph, tuple(traces), target, accounting, options.context,
        options.differ, options.platform, tuple(dict.fromkeys(notes)),
    )  # fmt: skip


def _outside(options: Options, stage: Stage) -> Lookup | None:
    platform = options.platform if stage.platform is None else stage.platform
    return None if options.lookup is None or not isinstance(platform, str) else options.lookup(platform)


def _start(
    stage: Stage, traces: Sequence[StageTrace], options: Options, notes: list[str]
) -> tuple[Base, State, StageTrace | None]:
    platform = options.platform if stage.platform is None else stage.platform
    windows = isinstance(platform, str) and platform.startswith("windows")
    match stage.base:
        case StageRef(index) if index < len(traces):
            parent = traces[index]
            return parent.base, parent.final, parent
        case Scratch():
            base = Base("scratch", "scratch", None, FileSystem.scratch(), ZERO)
            return base, _state(base), None
        case ContextRef(name):
            base = Base(name, "unknown", None, FileSystem.unknown(), UNBOUNDED)
            return base, _state(base, windows=windows), None
        case ImageRef(reference) if isinstance(reference, str):
            windows = windows or is_windows_image(reference)
            image = options.find_base(reference)
            if image is not None and windows is not (image.distribution == "windows"):
                image = None  # the tag has an image for Windows too, which is another
            if image is None:
                notes.append(f"the base image {reference} is not in the catalog: its files are not known")
                base = Base(reference, "unknown", None, FileSystem.unknown(), UNBOUNDED)
            else:
                source = "image" if image.measured else "catalog"
                base = Base(reference, source, image, image.filesystem, image.size)
                if image.index and not image.index_exact and image.assumed is None:
                    notes.append(_stand_in(image, image.index))
                if image.assumed is not None:
                    notes.append(_taken_for(f"the base image {reference}", image.assumed))
                elif not image.files_known:
                    notes.append(f"of the base image {reference} the size is known, but not its files")
            return base, _state(base, windows=windows), None
        case _:
            notes.append(f"the base image of stage {stage.label} depends on a value that is not known")
            base = Base("?", "unknown", None, FileSystem.unknown(), UNBOUNDED)
            return base, _state(base, windows=windows), None


def _taken_for(image: str, other: str) -> str:
    return f"{image} is taken for {other} with more in it, as most of its publisher's are: its own facts are not known"


def _stand_in(image: BaseImage, index: str) -> str:
    what = "packages" if image.measured else "files and packages"
    return f"for {what} of {image.reference}, of whose release there is no index, those of {index} stand in"


def _triggers_noted(stage: Stage) -> Iterator[str]:
    """What BuildKit refuses."""
    if not isinstance(stage.base, ImageRef):
        return
    for fault in stage.refused_triggers:
        yield f"a trigger of the base image {stage.base.reference} is not run: {fault}"


def _without_refusals(step: Step, notes: list[str]) -> Step:
    """What BuildKit refuses in a trigger of an image is no fault of the file."""
    if not step.refusals or not step.instruction.node.elsewhere:
        return step
    notes += [f"`{one_line(step.instruction)}` is refused: {redact(each.message)}" for each in step.refusals]
    return replace(step, refusals=())


def _state(base: Base, *, windows: bool = False) -> State:
    image = base.image
    if image is None:
        shell, user = (_WINDOWS_SHELL, _WINDOWS_USER) if windows else (_DEFAULT_SHELL, "")
        return State(base.filesystem, None, {}, {}, {}, "/", user, shell)
    return State(
        base.filesystem,
        PackageDatabase.from_base(image),
        dict(image.environment),
        {},
        {},
        image.workdir,
        image.user,
        image.shell or _DEFAULT_SHELL,
    )
