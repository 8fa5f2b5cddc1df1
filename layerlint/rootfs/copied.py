"""What ``COPY --from`` brings: compiled programs and what their builder linked them with, or a gap."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.dockerfile.instructions import Copy
from layerlint.domain.text import Text
from layerlint.domain.truth import Truth
from layerlint.execution.trace import CommandRun, StageTrace, Step, Trace
from layerlint.filesystem.layer import Entry, EntryKind
from layerlint.filesystem.node import HostFile, Inline, Inode
from layerlint.filesystem.tree import walk
from layerlint.graph import StageRef
from layerlint.programs.model import Need, NeedKind
from layerlint.rootfs.dotnet import is_portable, project
from layerlint.rootfs.facts import glibc_of
from layerlint.rootfs.model import Gap, GapKind, Requirement
from layerlint.rootfs.products import ARCHIVERS, folder_written, written
from layerlint.rootfs.program_names import NPM_LIKE, WEB_SERVERS
from layerlint.rootfs.stages import evidence_at, evidence_of, root_stage
from layerlint.rootfs.starts import Starts

_WEB_ROOTS: Final = (
    "/srv/",
    "/usr/local/apache2/htdocs/",
    "/usr/share/caddy/",
    "/usr/share/nginx/",
    "/var/www/",
)
_PIP: Final = re.compile(
    r"(?:^|[\s/])pip[23]?(?:\.\d{1,2})? (?:-\S{1,40} ){0,8}install\b|(?:-m venv|\bvirtualenv|\buv venv) "
)
"""In the text of a command."""
_COMPILERS: Final = frozenset({"c++", "cargo", "cc", "clang", "clang++", "g++", "gcc", "go", "rustc"})
_SUFFIXES: Final[Mapping[str, tuple[str, ...]]] = {
    "cargo": (".rs",),
    "go": (".go",),
    "rustc": (".rs",),
} | dict.fromkeys(ARCHIVERS, (".java", ".kt"))
"""Of the sources that are read of what a builder compiles."""
_DATA: Final = frozenset({".css", ".html", ".jpg", ".json", ".md", ".png", ".svg", ".txt", ".yaml", ".yml"})


@dataclass(frozen=True, slots=True)
class Part:
    """Needs and gaps of one kind."""

    needs: tuple[Requirement, ...] = ()
    gaps: tuple[Gap, ...] = ()


def from_stages(trace: Trace, found: Starts) -> Part:
    needs: list[Requirement] = []
    gaps: list[Gap] = []
    if trace.target is None:
        return Part()
    serves = any(started.name in WEB_SERVERS for started in found.programs)
    for step in trace.target.chain():
        if not isinstance(step.instruction, Copy) or step.instruction.from_ is None:
            continue
        unknown = [entry for entry in _unread(step) if not (serves and entry.path.startswith(_WEB_ROOTS))]
        stage = source_stage(trace, step)
        if stage is not None:
            unknown = [entry for entry in unknown if not brought_by_pip(stage, entry)]
        if not unknown:
            continue
        compiled = None if stage is None else _compiled(trace, stage, step)
        if compiled is None:
            names = ", ".join(sorted({posixpath.basename(entry.path) for entry in unknown})[:3])
            gaps.append(
                Gap(
                    f"what {names} needs, which another stage or image makes, is not known",
                    evidence_of(trace, step),
                )
            )
        else:
            needs += (Requirement(need, None) for need in compiled.needs)
            gaps += compiled.gaps
    return Part(tuple(needs), tuple(gaps))


def builders(trace: Trace) -> Iterator[StageTrace]:
    """The stages whose compilers make what the target copies, each once."""
    found: dict[int, StageTrace] = {}
    for step in () if trace.target is None else trace.target.chain():
        if isinstance(step.instruction, Copy) and step.instruction.from_ is not None:
            stage = source_stage(trace, step)
            if stage is not None and any(_unread(step)) and _compiled(trace, stage, step) is not None:
                found.setdefault(stage.stage.index, stage)
    yield from found.values()


def _reads_sources(stage: StageTrace, command: CommandRun) -> bool:
    """The sources are files of the build context, in a language that is read (`programs`)."""
    suffixes = _SUFFIXES.get(command.name, ())
    return bool(suffixes) and any(
        isinstance(node, Inode) and isinstance(node.content, HostFile) and path.endswith(suffixes)
        for path, node in walk("/", stage.final.filesystem.root)
    )


def _unread(step: Step) -> Iterator[Entry]:
    """Files whose data is not at hand, that are no distribution's (`distributions`) and may be programs."""
    for entry in () if step.layer is None else step.layer.entries:
        node = entry.node
        if entry.kind is not EntryKind.FILE or not isinstance(node, Inode):
            continue
        if isinstance(node.content, HostFile | Inline) or (node.label or "").startswith(("npm:", "pip:")):
            continue
        if posixpath.splitext(entry.path)[1] not in _DATA:
            yield entry


def brought_by_pip(stage: StageTrace, entry: Entry) -> bool:
    """It has the same path in the stage, where pip put it (`copied_packages`)."""
    node = stage.final.filesystem.lookup(entry.path)
    if not isinstance(node, Inode):
        return False
    return (node.label or "").startswith("pip:") or _PIP.search(node.because) is not None


def source_stage(trace: Trace, step: Step) -> StageTrace | None:
    for edge in trace.graph.edges:
        if edge.instruction is step.instruction and isinstance(edge.source, StageRef):
            return trace.stages[edge.source.index]
    return None


@dataclass(frozen=True, slots=True)
class _Compiled:
    needs: tuple[Need, ...]
    gaps: tuple[Gap, ...] = ()


def _compiled(trace: Trace, stage: StageTrace, step: Step) -> _Compiled | None:
    """What the copied programs need, if the builder's compilers made them; None if that is not known."""
    assert isinstance(step.instruction, Copy)
    needs: list[Need] = []
    gaps: list[Gap] = []
    for word in step.instruction.transfer.sources:
        brought = _of_node(trace, stage, step, word.value)
        if brought is not None:
            needs += brought.needs
            gaps += brought.gaps
            continue
        builds = list(_builds(stage, word.value))
        if not builds:
            return None
        for maker, command in builds:
            place = evidence_at(trace, command.span, command.text)
            if not _reads_sources(stage, command):
                gaps.append(Gap(_unread_sources(maker, command), place))
            if command.name in ARCHIVERS or (command.name == "dotnet" and is_portable(command)):
                continue
            if is_static(maker, command):
                continue
            base = root_stage(stage).base
            libc = base.image.libc if base.image is not None and base.known else None
            if libc is None:
                gaps.append(Gap("the C library that it is linked with is not known", place, GapKind.LIBC))
                continue
            version = glibc_of(base.image) if libc == "glibc" else ""
            why = f"{command.name} links it with the C library of {base.reference}"
            needs.append(Need(NeedKind.LIBC, libc, place, version=version or "", because=why))
            if command.name in ("cargo", "rustc", "c++", "g++", "clang++"):
                needs.append(Need(NeedKind.LIBRARY, "libgcc_s.so.1", place, because=why))
            if command.name in ("c++", "g++", "clang++"):
                needs.append(Need(NeedKind.LIBRARY, "libstdc++.so.6", place, because=why))
            if command.name not in ("go",) and _links_more(command.argv):
                gaps.append(
                    Gap("the libraries that it is linked with are not known by their versions", place)
                )
    return _Compiled(tuple(dict.fromkeys(needs)), tuple(dict.fromkeys(gaps)))


def _of_node(trace: Trace, stage: StageTrace, step: Step, source: str) -> _Compiled | None:
    """Packages of a project of Node.js, or what its build writes; None where it is neither for certain."""
    if not any(command.name in NPM_LIKE for each in stage.chain() for command in each.commands):
        return None
    from layerlint.rootfs.node_builds import Build, builds
    from layerlint.rootfs.node_project import OWN_LIBRARIES, scripted

    path = posixpath.normpath(posixpath.join("/", source))
    if posixpath.basename(path) != "node_modules":
        made = (written for each in builds(stage) if isinstance(each, Build) for written in each.written)
        known = any(path == written.folder or path.startswith(f"{written.folder}/") for written in made)
        return _Compiled(()) if known else None
    names = scripted(stage.final.filesystem, posixpath.dirname(path))
    if names is None:
        return None
    place = evidence_of(trace, step)
    base = root_stage(stage).base
    libc = base.image.libc if base.image is not None and base.known else None
    others = [name for name in names if name not in OWN_LIBRARIES]
    more = " …" if len(others) > 4 else ""
    text = f"which libraries {', '.join(others[:4])}{more} needs, whose install script may compile it, is not known"
    gaps = (Gap(text, place),) if others else ()
    if libc is None:
        return _Compiled((), gaps) if not names else None
    because = f"{', '.join(names[:3])} is installed for the C library of {base.reference}"
    return _Compiled((Need(NeedKind.LIBC, libc, place, because=because),) if names else (), gaps)


def _unread_sources(step: Step, command: CommandRun) -> str:
    made = None
    if command.name == "dotnet":
        made = project(step, [str(word) for word in command.argv], step.before.workdir)
    if made is None or not made.references:
        return "what the sources that it is compiled from need is not known"
    more = " …" if len(made.references) > 3 else ""
    return f"what {', '.join(made.references[:3])}{more} and the sources that use it need is not known"


def _builds(stage: StageTrace, source: str) -> Iterator[tuple[Step, CommandRun]]:
    """The compilers' runs that make the file of that path; of cargo, that of the stage."""
    product = written(stage, source) or folder_written(stage, source)
    if product is not None:
        yield product.step, product.command
        return
    name = posixpath.basename(source)
    for step in stage.chain():
        for command in step.commands:
            if command.name not in _COMPILERS or command.reached is Truth.NO:
                continue
            output = _output(command.argv)
            if command.name == "cargo":
                if ("build" in command.argv and "/release/" in source) or "install" in command.argv:
                    yield step, command
            elif output is not None and posixpath.basename(output) == name:
                yield step, command


def _output(argv: Sequence[Text]) -> str | None:
    for position, word in enumerate(argv):
        if word == "-o" and position + 1 < len(argv):
            value = argv[position + 1]
            return value if isinstance(value, str) else None
    return None


def _links_more(argv: Sequence[Text]) -> bool:
    return any(
        not isinstance(word, str) or (word.startswith("-l") and word not in ("-lm", "-lpthread", "-ldl"))
        for word in argv
    )


def is_static(step: Step, command: CommandRun) -> bool:
    """It links nothing that the image must have."""
    words = [word for word in command.argv if isinstance(word, str)]
    base = step.before.database
    if command.name == "go":
        cgo = step.before.environment.get("CGO_ENABLED", step.before.arguments.get("CGO_ENABLED"))
        if "CGO_ENABLED=0" in command.text or cgo == "0":
            return True
        # Without a C compiler Go builds without cgo (go.dev/doc/go1.20#cgo).
        return (
            base is not None
            and base.manager == "apk"
            and not {"gcc", "build-base", "clang"} & base.installed.keys()
        )
    if command.name in ("cargo", "rustc"):
        return any("-musl" in word for word in words) or (base is not None and base.manager == "apk")
    return "-static" in words or "-static-pie" in words
