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
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Instruction,
    Label,
    Run,
    Shell,
    StopSignal,
    User,
    Volume,
    Workdir,
)
from layerlint.domain.truth import Truth
from layerlint.execution.trace import State, Trace
from layerlint.filesystem.node import HostFile, Inode
from layerlint.filesystem.tree import walk
from layerlint.report import Evidence
from layerlint.rootfs.candidates import is_known
from layerlint.rootfs.copied import is_static
from layerlint.rootfs.model import Reason
from layerlint.rootfs.products import ARCHIVERS, Product, written
from layerlint.rootfs.simulate import install
from layerlint.rootfs.stages import evidence_at, evidence_of
from layerlint.rootfs.starts import starts

TOOLCHAINS: Final = frozenset({"gcc", "golang", "gradle", "maven", "rust"})
"""Images that are there to build with."""
_BUILDERS: Final = ARCHIVERS | {"cargo", "gcc", "g++", "go", "javac", "make", "rustc", "cmake"}
_PATH: Final = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_BUILD_ONLY: Final = re.compile(
    r"(?:GO|CGO_|CARGO|RUST|MAVEN|MVN|GRADLE|DEBIAN_FRONTEND|CC\Z|CXX\Z|CFLAGS|CXXFLAGS|LDFLAGS|PATH\Z|JAVA_HOME)"
)
_CARRIED: Final = (Env, Expose, Label, StopSignal, Volume, Healthcheck, Cmd, Entrypoint, User, Shell, Workdir)
_SOURCES: Final[dict[str, frozenset[str]]] = {
    "c": frozenset({".c", ".cc", ".cmake", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".s"}),
    "go": frozenset({".go", ".mod", ".sum", ".work", ".proto"}),
    "java": frozenset({".gradle", ".java", ".kt", ".kts"}),
    "rust": frozenset({".lock", ".rs"}),
}
_NOT_READ: Final = frozenset(
    {"Cargo.toml", "Dockerfile", "LICENSE", "Makefile", "README", "gradle.properties", "gradlew", "mvnw", "mvnw.cmd",
     "gradlew.bat", "pom.xml", "rust-toolchain", "rust-toolchain.toml"}
)  # fmt: skip
"""Files that are for building and reading."""
_HARMLESS: Final = frozenset(
    {"apk", "apt", "apt-get", "cargo", "cd", "echo", "export", "gcc", "g++", "cc", "c++", "clang", "clang++", "git",
     "go", "gradle", "gradlew", "make", "mvn", "mvnw", "rm", "rustc", "rustup", "set", "strip", "true", "upx", "which"}
)  # fmt: skip
"""Commands that make nothing that the program reads later, beside the program."""
_TOOLS: Final = frozenset(
    {"autoconf", "automake", "binutils", "build-base", "build-essential", "bzr", "clang", "cmake", "curl", "g++",
     "gcc", "git", "gnupg", "gradle", "libtool", "make", "maven", "mercurial", "openssh", "openssh-client", "patch",
     "pkg-config", "pkgconf", "pkgconfig", "protobuf-compiler", "tar", "unzip", "upx", "wget", "xz"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Split:
    """One that can be drawn up: for `bases`, the one to be had first at the front."""

    product: Product
    bases: tuple[str, ...]
    doubts: tuple[Reason, ...]
    """What the program may need of what stays in the stage that builds it."""
    _pieces: tuple[str, str, str, str]
    """The stage that builds; what is said of the image; the COPY; what follows it."""

    def text(self, reference: str, manager: str | None = None, packages: Sequence[str] = ()) -> str:
        """The whole Dockerfile."""
        builds, said, copy, tail = self._pieces
        lines = [f"FROM {reference}", install(manager, packages), said, copy, tail]
        return builds + "\n\n" + "\n".join(line for line in lines if line) + "\n"


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
    runs = {posixpath.basename(each.words[0]) for each in found.programs}
    if runs & _BUILDERS:
        return None  # the toolchain is what it is for
    toolchain = toolchain and builds
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
    pieces = _pieces(trace, product, product.language != "java" and _started_by_name(trace))
    return Split(product, bases, tuple(_doubts(trace, product)), pieces)


def _product(trace: Trace, words: Sequence[str]) -> Product | None:
    assert trace.target is not None
    state = trace.target.final
    if words and posixpath.basename(words[0]) == "java":
        jar = next((b for a, b in pairwise(words) if a == "-jar"), None)
        return None if jar is None else written(trace.target, _absolute(state, jar))
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
    if is_static(product.step, product.command):
        yield "gcr.io/distroless/static-debian12"
        yield "scratch"
    if image is None or release is None:
        return
    if image.libc == "musl":
        yield f"alpine:{release}"
    elif image.distribution == "debian":
        if release == "bookworm":
            yield f"gcr.io/distroless/{'base' if product.language == 'go' else 'cc'}-debian12"
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


def _pieces(trace: Trace, product: Product, by_name: bool) -> tuple[str, str, str, str]:
    assert trace.target is not None
    text, steps = trace.document.source.text, [step.instruction for step in trace.target.steps]
    source = trace.target.stage.instruction
    last = max(n for n, each in enumerate(steps) if isinstance(each, Run | Copy | Add))
    name = _stage_name(trace, source)
    named = text[: source.image.span.end] + ("" if source.name is not None else f" AS {name}")
    builds = (named + text[source.image.span.end : steps[last].node.span.end]).rstrip("\n")
    said = [_source(text, each) for each in steps[: last + 1] if _is_carried(each)]
    workdir = trace.target.final.workdir
    if any(isinstance(each, Workdir) for each in steps[: last + 1]) and workdir not in ("", "/"):
        said.insert(0, f"WORKDIR {workdir}")
    place = f"/usr/local/bin/{posixpath.basename(product.path)}" if by_name else product.path
    copy = f"COPY --from={name} {product.path} {place}"
    return builds, "\n".join(said), copy, text[steps[last].node.span.end :].strip("\n")


def _is_carried(instruction: Instruction) -> bool:
    if isinstance(instruction, Workdir) or not isinstance(instruction, _CARRIED):
        return False
    return not (
        isinstance(instruction, Env) and all(_BUILD_ONLY.match(pair.key.value) for pair in instruction.pairs)
    )


def _source(text: str, instruction: Instruction) -> str:
    return text[instruction.node.span.start : instruction.node.span.end].strip("\n")


def _stage_name(trace: Trace, source: From) -> str:
    if source.name is not None:
        return source.name.value
    used = {stage.stage.instruction.name.value for stage in trace.stages if stage.stage.instruction.name}
    return next(name for n in range(len(used) + 1) if (name := f"build{n or ''}") not in used)


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
    kept = (_source(text, step.instruction) for step in trace.target.steps if _is_carried(step.instruction))
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
                if not package.automatic and not _is_tool(package.name)
            )
            if others:
                yield Reason(f"whether the program needs {', '.join(others[:4])} is not known", (at,))
            if command.name not in _HARMLESS and command is not product.command and not _moves(command.text):
                yield Reason(f"whether the program needs what `{at.text[:50]}` makes is not known", (at,))
    left = sorted(_left(trace, product))
    if left:
        names = ", ".join(name for name, _ in left[:3]) + (" …" if len(left) > 3 else "")
        yield Reason(
            f"whether the program reads {names} is not known", (Evidence(left[0][1], 0, left[0][0]),)
        )


def _moves(text: str) -> bool:
    return text.split(" ", 1)[0] in ("cp", "install", "mv")


def _is_tool(package: str) -> bool:
    plain = package.partition(":")[0]
    return plain in _TOOLS or plain.endswith(("-dev", "-headers", "-doc")) or plain in _DATA


_DATA: Final = frozenset({"ca-certificates", "tzdata"})
"""What the images that are proposed have, or are asked for."""


def _left(trace: Trace, product: Product) -> Iterator[tuple[str, str]]:
    """Files of the build context that are no sources of it: image path and name."""
    assert trace.target is not None
    for path, node in walk("/", trace.target.final.filesystem.root):
        if not isinstance(node, Inode) or not isinstance(node.content, HostFile):
            continue
        name = posixpath.basename(path)
        suffix = posixpath.splitext(name)[1].lower()
        built_in = product.language == "java" and "/src/" in path
        if built_in or suffix in _SOURCES[product.language] or suffix == ".md" or name.startswith("."):
            continue
        if name.partition(".")[0] not in ("Dockerfile", "LICENSE", "README") and name not in _NOT_READ:
            yield path, node.content.path.name
