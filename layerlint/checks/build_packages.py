"""Compilers and headers that were installed for the build, and ship with a program that runs without them."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from layerlint._dataclass import dataclass
from layerlint.analysis.shipped import target_commands
from layerlint.analysis.start import starts_a_program, starts_one_of
from layerlint.analysis.wording import enumerate_names
from layerlint.checks.model import Check, Observation
from layerlint.domain.size import total
from layerlint.domain.units import Bytes
from layerlint.effects import MarkPackages, RemovePackages, RemoveUnused
from layerlint.execution.packages import Installed, PackageDatabase, apply
from layerlint.execution.trace import CommandRun, State, Trace

_COMPILERS = (
    "autoconf", "automake", "bison", "build-base", "build-essential", "clang", "clang-[0-9]*", "cmake", "flex", "g++",
    "g++-[0-9]*", "gcc", "gcc-[0-9]*", "gfortran", "go", "golang", "golang-go", "libtool", "make", "musl-dev",
    "ninja-build", "pkg-config", "pkgconf", "pkgconfig", "rustc", "*-dev", "*-headers",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Params:
    packages: tuple[str, ...] = _COMPILERS
    """Patterns of the names of packages that a program does not need to run."""
    excepted: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    """An image that starts one of them builds when it runs."""
    minimum: Bytes = 1048576
    """Of one command."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    if trace.target is None or not starts_a_program(trace) or starts_one_of(trace, params.programs):
        return
    state = trace.target.final
    database = state.database
    if database is None or not database.known:
        return
    came = {name: package for name, package in database.installed.items() if package.paths is not None}
    # What the image lists in a variable of its own it keeps for those who build on it (php: PHPIZE_DEPS).
    kept = {word for value in state.environment.values() if isinstance(value, str) for word in value.split()}
    tools = [
        name
        for name, package in came.items()
        if not package.automatic and name not in kept and _is_tool(name, params)
    ]
    gone = {package.name: package for package in _removed(state, database, tools) if package.name in came}
    for command in _installers(trace):
        mine = [
            package
            for result in command.applied
            for package in result.installed
            # A shared library may be what the program was linked with.
            if package.name in gone and not _is_library(package.name)
        ]
        named = [package.name for package in mine if package.name in tools]
        size = total(package.bytes for package in mine)
        if named and size.likely >= params.minimum:
            yield Observation(
                span=command.span,
                values={"command": command.text, "packages": enumerate_names(named, 4)},
                bytes=size,
            )


def _is_tool(name: str, params: Params) -> bool:
    if any(fnmatchcase(name, pattern) for pattern in params.excepted):
        return False
    return any(fnmatchcase(name, pattern) for pattern in params.packages)


def _is_library(name: str) -> bool:
    return name.startswith("lib") and not name.endswith("-dev")


def _installers(trace: Trace) -> Iterator[CommandRun]:
    for _, command in target_commands(trace):
        if any(result.installed for result in command.applied):
            yield command


def _removed(state: State, database: PackageDatabase, names: list[str]) -> tuple[Installed, ...]:
    """What would go with these packages, were they removed at the end, and nothing that others need."""
    if not names:
        return ()
    manager = database.manager
    if manager == "apk":
        effect = RemovePackages(manager, tuple(names))
        return apply(effect, state.filesystem, database, "").removed
    marked = apply(MarkPackages(manager, tuple(names), automatic=True), state.filesystem, database, "")
    before = apply(RemoveUnused(manager), state.filesystem, database, "").removed
    unused = {package.name for package in before}
    after = apply(RemoveUnused(manager), marked.filesystem, marked.database, "").removed
    return tuple(package for package in after if package.name not in unused)


CHECK = Check(Params, _run, ("command", "packages"), of_image=True)
