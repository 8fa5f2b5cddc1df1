"""A split into stages: today's file builds, and what is run is copied to a base without the toolchain.

It is drawn up only where what is run can be told: a program that one run of a compiler certainly writes.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.catalog import recipes
from layerlint.dockerfile.instructions import (
    Add,
    Arg,
    Copy,
    Env,
    Instruction,
    Run,
    Workdir,
)
from layerlint.domain.truth import Truth
from layerlint.execution.trace import State, Trace
from layerlint.filesystem.node import HostFile, Inode
from layerlint.filesystem.tree import walk
from layerlint.report import Evidence
from layerlint.rootfs import dotnet
from layerlint.rootfs.candidates import is_known
from layerlint.rootfs.copied import is_static
from layerlint.rootfs.model import Reason
from layerlint.rootfs.pieces import CARRIED, HARMLESS, Pieces, is_for_building, is_tool, source, stage_name
from layerlint.rootfs.products import ARCHIVERS, Product, written
from layerlint.rootfs.simulate import install
from layerlint.rootfs.stages import evidence_at, evidence_of
from layerlint.rootfs.starts import Starts, starts

TOOLCHAINS: Final = frozenset({"gcc", "golang", "gradle", "maven", "rust", *dotnet.SDKS})
"""Images that are there to build with."""
_BUILDERS: Final = ARCHIVERS | {"cargo", "dotnet", "gcc", "g++", "go", "javac", "make", "rustc", "cmake"}
_PATH: Final = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_SOURCES: Final[dict[str, frozenset[str]]] = {
    "c": frozenset({".c", ".cc", ".cmake", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".s"}),
    "dotnet": frozenset(
        {
            ".cs",
            ".cshtml",
            ".csproj",
            ".fs",
            ".fsproj",
            ".props",
            ".razor",
            ".resx",
            ".sln",
            ".targets",
            ".vb",
            ".vbproj",
        }
    ),
    "go": frozenset({".go", ".mod", ".sum", ".work", ".proto"}),
    "java": frozenset({".gradle", ".java", ".kt", ".kts"}),
    "rust": frozenset({".lock", ".rs"}),
}
_NOT_READ: Final = frozenset(
    {"Cargo.toml", "Dockerfile", "LICENSE", "Makefile", "README", "gradle.properties", "gradlew", "mvnw", "mvnw.cmd",
     "gradlew.bat", "pom.xml", "rust-toolchain", "rust-toolchain.toml"}
)  # fmt: skip
"""Files that are for building and reading."""


@dataclass(frozen=True, slots=True)
class Split:
    """One that can be drawn up: for `bases`, the one to be had first at the front."""

    bases: tuple[str, ...]
    doubts: tuple[Reason, ...]
    """What the program may need of what stays in the stage that builds it."""
    _pieces: Pieces
    _manager: str | None = None
    _packages: tuple[str, ...] = ()
    """Of the distribution, that the last stage gets whatever is found to be missing."""

    def text(self, reference: str, manager: str | None = None, packages: Sequence[str] = ()) -> str:
        """The whole Dockerfile."""
        pieces, names = self._pieces, sorted({*self._packages, *packages})
        added = install(manager or self._manager, names)
        lines = [f"FROM {reference}", added, pieces.said, pieces.copies, pieces.tail]
        return pieces.builds + "\n\n" + "\n".join(line for line in lines if line) + "\n"


def split(trace: Trace) -> Split | str | None:
    """A sentence says why none can be drawn up though the base is there to build with; None: nothing to split."""
    target = trace.target
    if target is None or target.base.image is None:
        return None
    repository, tag = recipes.split(target.base.reference)
    toolchain = repository in TOOLCHAINS or (
        repository in ("eclipse-temurin", "openjdk") and "jre" not in tag
    )
    if target.parent is not None or target.stage.index != len(trace.stages) - 1:
        return None
    found = starts(trace)
    builds = any(command.name in _BUILDERS for step in target.steps for command in step.commands)
    runs = {posixpath.basename(each.words[0]) for each in found.programs if not _starts_assembly(each.words)}
    if runs & _BUILDERS:
        return None  # the toolchain is what it is for
    toolchain = toolchain and builds
    if repository == "python":
        return None if found.inherited else _of_python(trace)
    if repository == "node":
        return None if found.inherited else _of_node(trace, found)
    if found.inherited:
        return "the file does not say what the image runs" if toolchain else None
    product = next((p for p in (_product(trace, each.words) for each in found.programs) if p), None)
    if product is None:
        why = "which command of the file writes what the image runs is not known"
        return why if toolchain and found.programs else None
    if any(isinstance(step.instruction, Arg) for step in target.steps) and _uses_arguments(trace):
        return "what the image says of itself depends on an ARG of the stage that builds"
    bases = tuple(reference for reference in _bases(product, trace) if is_known(reference))
    if not bases:
        return f"no base for what {product.command.name} makes on {target.base.reference} is known"
    pieces = _pieces(trace, product, product.language not in ("dotnet", "java") and _started_by_name(trace))
    return Split(bases, tuple(_doubts(trace, product)), pieces)


def _of_python(trace: Trace) -> Split | str | None:
    from layerlint.rootfs.split_python import python_split

    found = python_split(trace)
    if found is None or isinstance(found, str):
        return found
    assert trace.target is not None
    manager = None if trace.target.base.image is None else trace.target.base.image.manager
    return Split((found.reference,), found.doubts, found.pieces, manager, found.packages)


def _of_node(trace: Trace, programs: Starts) -> Split | str | None:
    from layerlint.rootfs.split_node import node_split

    found = node_split(trace, programs)
    if found is None or isinstance(found, str):
        return found
    assert trace.target is not None
    manager = None if trace.target.base.image is None else trace.target.base.image.manager
    return Split((found.reference,), found.doubts, found.pieces, manager, found.packages)


def _product(trace: Trace, words: Sequence[str]) -> Product | None:
    assert trace.target is not None
    state = trace.target.final
    if words and posixpath.basename(words[0]) == "java":
        jar = next((b for a, b in pairwise(words) if a == "-jar"), None)
        return None if jar is None else written(trace.target, _absolute(state, jar))
    if _starts_assembly(words):
        return written(trace.target, _absolute(state, words[1]))
    if not words:
        return None
    if "/" in words[0]:
        return written(trace.target, _absolute(state, words[0]))
    path = state.environment.get("PATH")
    folders = path.split(":") if isinstance(path, str) else [*_PATH, "/go/bin", "/usr/local/cargo/bin"]
    if trace.target.base.reference.startswith("golang"):
        folders.append("/go/bin")
    found = (written(trace.target, f"{folder}/{words[0]}") for folder in folders if folder.startswith("/"))
    return next((product for product in found if product is not None), None)


def _starts_assembly(words: Sequence[str]) -> bool:
    return (
        posixpath.basename(words[0]) == "dotnet" and len(words) > 1 and words[1].endswith(".dll")
        if words
        else False
    )


def _absolute(state: State, path: str) -> str:
    return posixpath.normpath(posixpath.join(state.workdir, path))


def _started_by_name(trace: Trace) -> bool:
    return not any("/" in each.words[0] and _product(trace, each.words) for each in starts(trace).programs)


def _bases(product: Product, trace: Trace) -> Iterator[str]:
    assert trace.target is not None
    image = trace.target.base.image
    release = None if image is None else image.release
    if product.language == "java":
        version = _java(trace.target.base.reference)
        if version is not None:
            yield f"eclipse-temurin:{version}-jre"
        return
    if product.language == "dotnet":
        words = [str(word) for word in product.command.argv]
        project = dotnet.project(product.step, words, product.step.before.workdir)
        yield from dotnet.runtimes(trace.target.base.reference, project)
        return
    if is_static(product.step, product.command):
        yield "gcr.io/distroless/static-debian13"
        yield "scratch"
    if image is None or release is None:
        return
    if image.libc == "musl":
        yield f"alpine:{release}"
    elif image.distribution == "debian":
        if release == "bookworm":
            yield f"gcr.io/distroless/{'base' if product.language == 'go' else 'cc'}-debian13"
        yield f"debian:{release}-slim"
    elif image.distribution == "ubuntu":
        yield f"ubuntu:{release}"


def _java(reference: str) -> str | None:
    repository, tag = recipes.split(reference)
    found = re.search(r"(?:temurin|openjdk|jdk|java)-?(\d{1,2})(?!\d)", tag)
    if found is None and repository in ("eclipse-temurin", "openjdk"):
        found = re.match(r"(\d{1,2})(?!\d)", tag)
    return None if found is None else found[1]


# ---------------------------------------------------------------------------- the text


def _pieces(trace: Trace, product: Product, by_name: bool) -> Pieces:
    assert trace.target is not None
    text, steps = trace.document.source.text, [step.instruction for step in trace.target.steps]
    first = trace.target.stage.instruction
    last = max(n for n, each in enumerate(steps) if isinstance(each, Run | Copy | Add))
    name = stage_name(trace, first)
    named = text[: first.image.span.end] + ("" if first.name is not None else f" AS {name}")
    builds = (named + text[first.image.span.end : steps[last].node.span.end]).rstrip("\n")
    said = [source(text, each) for each in steps[: last + 1] if _is_carried(each)]
    workdir = trace.target.final.workdir
    if any(isinstance(each, Workdir) for each in steps[: last + 1]) and workdir not in ("", "/"):
        said.insert(0, f"WORKDIR {workdir}")
    place = f"/usr/local/bin/{posixpath.basename(product.path)}" if by_name else product.path
    place = product.folder or place
    copy = f"COPY --from={name} {product.folder or product.path} {place}"
    return Pieces(builds, "\n".join(said), copy, text[steps[last].node.span.end :].strip("\n"))


def _is_carried(instruction: Instruction) -> bool:
    if isinstance(instruction, Workdir) or not isinstance(instruction, CARRIED):
        return False
    return not (
        isinstance(instruction, Env) and all(is_for_building(pair.key.value) for pair in instruction.pairs)
    )


def _uses_arguments(trace: Trace) -> bool:
    """An instruction that the image keeps has a variable of ARG."""
    assert trace.target is not None
    text = trace.document.source.text
    names = {
        pair.key.value
        for step in trace.target.steps
        if isinstance(step.instruction, Arg)
        for pair in step.instruction.pairs
    }
    kept = (source(text, step.instruction) for step in trace.target.steps if _is_carried(step.instruction))
    return any(f"${name}" in line or f"${{{name}" in line for line in kept for name in names)


# ---------------------------------------------------------------------------- doubts


def _doubts(trace: Trace, product: Product) -> Iterator[Reason]:
    """What stays behind and may be read by the program."""
    assert trace.target is not None
    for step in trace.target.steps:
        place = evidence_of(trace, step)
        if isinstance(step.instruction, Copy | Add):
            if isinstance(step.instruction, Copy) and step.instruction.from_ is not None:
                yield Reason("whether the program reads what another image gives is not known", (place,))
            elif trace.context is None:
                yield Reason("which files of the build context the program reads is not known", (place,))
        for command in step.commands:
            if command.reached is Truth.NO:
                continue
            at = evidence_at(trace, command.span, command.text)
            others = sorted(
                package.name
                for applied in command.applied
                for package in applied.installed
                if not package.automatic and package.name[:1] != "." and not is_tool(package.name)
            )
            if others:
                yield Reason(f"whether the program needs {', '.join(others[:4])} is not known", (at,))
            if command.name not in HARMLESS and command is not product.command and not _moves(command.text):
                yield Reason(f"whether the program needs what `{at.text[:50]}` makes is not known", (at,))
    left = sorted(_left(trace, product))
    if left:
        names = ", ".join(name for name, _ in left[:3]) + (" …" if len(left) > 3 else "")
        yield Reason(
            f"whether the program reads {names} is not known", (Evidence(left[0][1], 0, left[0][0]),)
        )


def _moves(text: str) -> bool:
    return text.split(" ", 1)[0] in ("cp", "install", "mv")


def _left(trace: Trace, product: Product) -> Iterator[tuple[str, str]]:
    """Files of the build context that are no sources of it: image path and name."""
    assert trace.target is not None
    for path, node in walk("/", trace.target.final.filesystem.root):
        if not isinstance(node, Inode) or not isinstance(node.content, HostFile):
            continue
        name = posixpath.basename(path)
        suffix = posixpath.splitext(name)[1].lower()
        # ``dotnet publish`` copies settings and ``wwwroot`` of a web project.
        built_in = (product.language == "java" and "/src/" in path) or (
            product.language == "dotnet" and (suffix == ".json" or "/wwwroot/" in path)
        )
        if built_in or suffix in _SOURCES[product.language] or suffix == ".md" or name.startswith("."):
            continue
        if name.partition(".")[0] not in ("Dockerfile", "LICENSE", "README") and name not in _NOT_READ:
            yield path, node.content.path.name
