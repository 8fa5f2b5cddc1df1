"""The parts that the text of a split is put together from, and what stays in the stage that builds."""

from __future__ import annotations

import re
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.catalog import recipes
from layerlint.dockerfile.instructions import (
    Cmd,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Instruction,
    Label,
    Shell,
    StopSignal,
    User,
    Volume,
    Workdir,
)
from layerlint.execution.trace import Trace
from layerlint.rootfs.candidates import candidates

_BUILD_ONLY: Final = re.compile(
    r"(?:GO|CGO_|CARGO|RUST|MAVEN|MVN|GRADLE|DEBIAN_FRONTEND|CC\Z|CXX\Z|CFLAGS|CXXFLAGS|LDFLAGS|PATH\Z|JAVA_HOME)"
)
CARRIED: Final = (Env, Expose, Label, StopSignal, Volume, Healthcheck, Cmd, Entrypoint, User, Shell, Workdir)
"""What the last stage says of the image again."""
HARMLESS: Final = frozenset(
    {"apk", "apt", "apt-get", "autogen.sh", "autoreconf", "c++", "cargo", "cc", "cd", "clang", "clang++", "cmake",
     "configure", "dotnet", "echo", "export", "g++", "gcc", "git", "go", "gradle", "gradlew", "make", "meson", "mvn",
     "mvnw", "ninja", "rm", "rustc", "rustup", "set", "strip", "true", "upx", "which"}
)  # fmt: skip
"""Commands that make nothing that the program reads later, beside the program."""
_TOOLS: Final = frozenset(
    {"autoconf", "automake", "binutils", "build-base", "build-essential", "bzr", "clang", "cmake", "curl", "g++",
     "gcc", "git", "gnupg", "gradle", "libtool", "make", "maven", "mercurial", "openssh", "openssh-client", "patch",
     "pkg-config", "pkgconf", "pkgconfig", "protobuf-compiler", "tar", "unzip", "upx", "wget", "xz"}
)  # fmt: skip

_DATA: Final = frozenset({"ca-certificates", "tzdata"})
"""What the images that are proposed have, or are asked for."""


@dataclass(frozen=True, slots=True)
class Pieces:
    builds: str
    """The stage that builds, from the beginning of the file."""
    said: str
    """What stands behind the FROM of the last stage."""
    copies: str
    """``COPY --from`` lines."""
    tail: str
    """What follows them, as it stands in the file."""


def is_for_building(variable: str) -> bool:
    return _BUILD_ONLY.match(variable) is not None


def source(text: str, instruction: Instruction) -> str:
    return text[instruction.node.span.start : instruction.node.span.end].strip("\n")


def stage_name(trace: Trace, first: From) -> str:
    if first.name is not None:
        return first.name.value
    used = {stage.stage.instruction.name.value for stage in trace.stages if stage.stage.instruction.name}
    return next(name for n in range(len(used) + 1) if (name := f"build{n or ''}") not in used)


def is_tool(package: str) -> bool:
    plain = package.partition(":")[0]
    return plain in _TOOLS or plain.endswith(("-dev", "-headers", "-doc")) or plain in _DATA


def slim_variant(reference: str) -> str | None:
    """The reference itself where it is one, or of Alpine; None where none is known."""
    _, tag = recipes.split(reference)
    if "slim" in tag or "alpine" in tag:
        return reference
    return next(
        (each.reference for each in candidates(reference, "", "") if each.what == "slim variant"), None
    )
