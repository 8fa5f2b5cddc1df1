"""What the final image and its building need of the base, each with the line that proves it."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from layerlint._dataclass import dataclass, replace
from layerlint.dockerfile.instructions import Env, OnBuild, Run, User
from layerlint.domain.truth import Truth
from layerlint.execution.trace import CommandRun, Step, Trace
from layerlint.filesystem.node import HostFile, Inode
from layerlint.filesystem.tree import walk
from layerlint.programs.model import Need, NeedKind, ProgramFacts, ProgramFile
from layerlint.report import Confidence, Evidence
from layerlint.rootfs import copied, distributions
from layerlint.rootfs.copied_packages import from_packages
from layerlint.rootfs.model import At, Gap, GapKind, Requirement, Requirements
from layerlint.rootfs.program_names import (
    BUILD_PROGRAMS,
    BUILTINS,
    NPM_LIKE,
    PACKAGE_MANAGERS,
    PIP_LIKE,
    SHELLS,
    is_interpreter,
)
from layerlint.rootfs.stages import evidence_at, evidence_of, root_stage, standing_on
from layerlint.rootfs.starts import Starts, started_paths, starts

MAX_FILES = 20_000
"""Files of the context that are looked at as programs; with more, a gap says so."""
_SOURCES = (".cts", ".go", ".java", ".kt", ".mts", ".rs", ".ts")
_MANIFESTS = frozenset({"Cargo.lock", "Cargo.toml", "build.gradle", "build.gradle.kts", "go.mod", "pom.xml"})
"""What is read of a stage that compiles."""
_PLAIN_LOCALES = frozenset({"", "C", "C.UTF-8", "C.utf8", "POSIX"})
_UTC = frozenset({"", "UTC", "Etc/UTC", "GMT", "UTC0"})


@dataclass(frozen=True, slots=True)
class Reading:
    """How the program's files are read: as `programs.scan` takes it."""

    jobs: int = 0
    progress: Callable[[int, int], None] | None = None
    cache: Path | None = None


def requirements(trace: Trace, reading: Reading | None = None) -> Requirements:
    """Of the target stage, and of the steps of every stage that stands on the same FROM."""
    if trace.target is None:
        return Requirements((), (), ())
    needs: list[Requirement] = []
    gaps: list[Gap] = []
    for at, step in standing_on(trace, root_stage(trace.target)):
        needs += _of_step(trace, at, step)
        gaps += _gaps_of(trace, step)
    found = starts(trace)
    needs += (Requirement(need, None) for need in _of_starts(found))
    gaps += _of_context(trace)
    needs += (Requirement(need, None) for need in _of_variables(trace))
    gaps += (Gap(text, place) for text, place in found.unknown)
    if found.inherited:
        gaps.append(Gap("the file starts no program of its own: what the image is for is not known"))
    parts = copied.from_stages(trace, found), distributions.installed(trace), from_packages(trace)
    for part in parts:
        needs += part.needs
        gaps += part.gaps
    files, more = program_files(trace)
    gaps += more
    facts = scan(trace, files, found, reading)
    if facts is None:
        if files:
            gaps.append(Gap("what the program's sources need was not looked at"))
    else:
        needs += (Requirement(need, None) for need in facts.needs)
        gaps += (Gap(text) for text in facts.gaps)
    return Requirements(_in_order(needs), tuple(dict.fromkeys(gaps)), files)


def _in_order(needs: Sequence[Requirement]) -> tuple[Requirement, ...]:
    def key(requirement: Requirement) -> tuple[object, ...]:
        need = requirement.need
        at = requirement.at or At(-1, -1)
        return (requirement.at is not None, need.kind.value, need.name, at, need.evidence)

    return tuple(sorted(dict.fromkeys(needs), key=key))


# -------------------------------------------------------------------------- steps


def _of_step(trace: Trace, at: At, step: Step) -> Iterator[Requirement]:
    place = evidence_of(trace, step)
    match step.instruction:
        case Run(exec_form=None):
            if step.before.shell:
                yield Requirement(_shell(step.before.shell[0], place), at)
        case User():
            name = step.after.user.partition(":")[0]
            if name and not name.isdecimal() and name != "root" and name != "?":
                yield Requirement(Need(NeedKind.USER, name, place), None)
        case _:
            pass
    guarded: set[str] = set()
    for number, command in enumerate(step.commands):
        if command.name == "which":
            guarded.update(str(word) for word in command.argv[1:])
        # ``if command -v X; then X``: it is needed by nobody where it is not.
        if command.reached is Truth.YES or (command.reached is Truth.MAYBE and command.name not in guarded):
            exact = replace(at, command=number, text=command.text)
            yield from (Requirement(need, exact) for need in _of_command(trace, command))


def _shell(path: str, place: Evidence) -> Need:
    return Need(NeedKind.SHELL, path.rpartition("/")[2], place)


def _of_command(trace: Trace, command: CommandRun) -> Iterator[Need]:
    name, path = command.name, str(command.argv[0])
    if name == "which" and command.text.startswith("command"):
        return
    if name in BUILTINS or "://" in path:
        return  # of a script that is piped into a shell, the address stands for the program
    if "/" in path and not path.startswith("/"):
        return  # of the step's own folder: no base has it
    place = evidence_at(trace, command.span, command.text)
    confidence = Confidence.HIGH if command.reached is Truth.YES else Confidence.MEDIUM
    if name in PACKAGE_MANAGERS:
        yield Need(NeedKind.PACKAGE_MANAGER, PACKAGE_MANAGERS[name], place, confidence)
    elif name in SHELLS:
        yield _shell(name, place)
    else:
        kind = NeedKind.INTERPRETER if is_interpreter(name) else NeedKind.BINARY
        yield Need(kind, path, place, confidence)


def _gaps_of(trace: Trace, step: Step) -> Iterator[Gap]:
    commands = {command.text: command for command in step.commands}
    for gap in step.not_understood:
        known = commands.get(gap.command)
        if known is not None and known.name in PIP_LIKE | NPM_LIKE:
            continue  # looked at package by package (`distributions`)
        place = evidence_at(trace, gap.span, gap.command)
        yield Gap(gap.reason or f"what `{place.text}` does is not known", place)
    for fault in step.faults:
        if fault.certain:
            place = evidence_at(trace, fault.span, fault.message)
            yield Gap(f"the build fails: {fault.message}", place, GapKind.BUILD)
    for command in step.commands:
        if command.name in BUILD_PROGRAMS and command.reached is not Truth.NO:
            place = evidence_at(trace, command.span, command.text)
            yield Gap(f"what `{command.name}` starts in its turn is not known", place)


# ---------------------------------------------------------------------- finished image


def _of_starts(found: Starts) -> Iterator[Need]:
    for name, place in found.shells:
        yield _shell(name, place)
    for started in found.programs:
        confidence = Confidence.MEDIUM if started.interpreted else Confidence.HIGH
        if started.name in SHELLS:
            yield Need(NeedKind.SHELL, started.name, started.evidence, confidence)
        else:
            kind = NeedKind.INTERPRETER if is_interpreter(started.name) else NeedKind.BINARY
            yield Need(kind, started.words[0], started.evidence, confidence)


def _of_variables(trace: Trace) -> Iterator[Need]:
    assert trace.target is not None
    for step in trace.target.chain():
        if not isinstance(step.instruction, Env):
            continue
        for pair in step.instruction.pairs:
            name, value = pair.key.value, step.after.environment.get(pair.key.value)
            if not isinstance(value, str) or trace.target.final.environment.get(name) != value:
                continue
            if name in ("LANG", "LC_ALL", "LC_CTYPE") and value not in _PLAIN_LOCALES:
                yield Need(NeedKind.LOCALE, value, evidence_of(trace, step))
            if name == "TZ" and value not in _UTC:
                yield Need(NeedKind.TIME_ZONES, value, evidence_of(trace, step))


# ------------------------------------------------------------------------ context files


def _of_context(trace: Trace) -> Iterator[Gap]:
    """Files that a RUN or a mount brings, whose needs are read nowhere."""
    if trace.target is None:
        return
    for step in trace.target.chain():
        if isinstance(step.instruction, OnBuild):
            yield Gap("an image that is FROM this one runs more: ONBUILD", evidence_of(trace, step))
        elif step.instruction.node.elsewhere:
            yield Gap(
                "the base image brings a trigger of ONBUILD, which no other runs", evidence_of(trace, step)
            )


def program_files(trace: Trace) -> tuple[tuple[ProgramFile, ...], tuple[Gap, ...]]:
    """Files of the build context in the finished image, and sources of what it is compiled from elsewhere."""
    if trace.target is None or trace.context is None:
        return (), ()
    found: dict[str, ProgramFile] = {}
    trees = [(trace.target.final.filesystem, False)]
    trees += ((stage.final.filesystem, True) for stage in copied.builders(trace))
    for filesystem, builder in trees:
        for path, node in walk("/", filesystem.root):
            if not isinstance(node, Inode) or not isinstance(node.content, HostFile):
                continue
            if builder and posixpath.basename(path) not in _MANIFESTS and not path.endswith(_SOURCES):
                continue
            try:
                name = node.content.path.relative_to(trace.context.root).as_posix()
            except ValueError:
                continue  # of a named context
            if len(found) >= MAX_FILES:
                text = f"only {MAX_FILES:,} files of the build context were looked at"
                return tuple(found.values()), (Gap(text),)
            found.setdefault(path, ProgramFile(path, name, node.content.path))
    return tuple(found.values()), ()


def host_files(trace: Trace, most: int) -> int:
    """How many files of the build context the finished image has, counted up to a number."""
    if trace.target is None:
        return 0
    nodes = (node for _, node in walk("/", trace.target.final.filesystem.root))
    found = (node for node in nodes if isinstance(node, Inode) and isinstance(node.content, HostFile))
    return sum(1 for _ in islice(found, most))


def scan(
    trace: Trace, files: Sequence[ProgramFile], found: Starts, reading: Reading | None = None
) -> ProgramFacts | None:
    """What the program's own files need; None where they cannot be read here."""
    try:
        from layerlint.programs.scan import scan as scan_files  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return None
    if trace.target is None:
        return None
    final = trace.target.final
    paths = tuple(dict.fromkeys(started_paths(found, final.filesystem, final.workdir)))
    how = reading or Reading()
    facts: ProgramFacts = scan_files(
        files, entry_points=paths, jobs=how.jobs, progress=how.progress, cache=how.cache
    )
    return facts
