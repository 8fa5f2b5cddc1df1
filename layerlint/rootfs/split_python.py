"""A split of an image of Python: packages are installed where the compilers are, and copied to where none is."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.catalog.distributions import normalised
from layerlint.dockerfile.instructions import Add, Arg, Copy, Env, Run, Workdir
from layerlint.domain.truth import Truth
from layerlint.effects import Populate
from layerlint.execution.trace import CommandRun, Step, Trace
from layerlint.rootfs.distributions import is_compiled
from layerlint.rootfs.model import Reason
from layerlint.rootfs.pieces import (
    CARRIED,
    HARMLESS,
    Pieces,
    is_for_building,
    is_tool,
    slim_variant,
    source,
    stage_name,
)
from layerlint.rootfs.program_names import PIP_LIKE
from layerlint.rootfs.stages import evidence_at

_SITE: Final = re.compile(r"(/[^\0]{0,200}?)/lib/python\d\.\d{1,2}/site-packages(?:/|\Z)")
_HEADERS_OF_C: Final = frozenset(
    {"build-base", "build-essential", "libc-dev", "libc6-dev", "linux-headers", "musl-dev"}
)
_COMPILERS: Final = frozenset({"clang", "cmake", "g++", "gcc", "gfortran", "make"})
_MAY_RUN: Final = frozenset(
    {"ca-certificates", "curl", "git", "gnupg", "openssh", "openssh-client", "tar", "tzdata", "unzip", "wget", "xz"}
)  # fmt: skip
"""Tools that a program of Python may start: the last stage keeps them."""
_INSTALLERS: Final = re.compile(r"(?:apt-utils|(?:py|python)[23]?-(?:pip|setuptools|wheel|virtualenv|venv))")
"""Of the distribution's own Python, or for installing alone."""
_ACCOUNTS: Final = frozenset({"addgroup", "adduser", "groupadd", "useradd"})
_CALLED: Final = {"default-libmysqlclient-dev": "libmariadb", "libmysqlclient-dev": "libmariadb"}
"""Headers to the library, where the name is another."""
_PYTHON: Final = ("python-dev", "python3-dev", "python2-dev")


@dataclass(frozen=True, slots=True)
class PythonSplit:
    reference: str
    """Of the last stage."""
    packages: tuple[str, ...]
    """Of the distribution, that were asked for and are no tools: the last stage gets them too."""
    pieces: Pieces
    doubts: tuple[Reason, ...]


def python_split(trace: Trace) -> PythonSplit | str | None:
    """A sentence says why none can be drawn up; None: nothing is compiled, and no tools are left."""
    assert trace.target is not None
    steps = trace.target.steps
    numbers = [number for number, step in enumerate(steps) if any(_folders(step))]
    tools = _tools(trace)
    names = {name for step in steps for name in _distributions(step)}
    if not numbers or not (tools or any(is_compiled(name) for name in names)):
        return None
    roots = sorted({root for number in numbers for root in _folders(steps[number])})
    if "/usr" in roots or len(roots) > 1:
        return f"packages are in {' and '.join(roots)}, where more is than is to be copied"
    reference = slim_variant(trace.target.base.reference)
    if reference is None:
        return f"no smaller base of {trace.target.base.reference} is known"
    last = numbers[-1]
    if any(isinstance(step.instruction, Copy) and step.instruction.from_ for step in steps[: last + 1]):
        return "files of another image lie below the packages"
    doubts = tuple(_doubts(trace, steps[: last + 1], names))
    return PythonSplit(
        reference, kept_packages(trace, steps[: last + 1]), _pieces(trace, last, roots[0]), doubts
    )


def _folders(step: Step) -> Iterator[str]:
    """Where distributions go to: ``/usr/local``, or the root of a virtual environment."""
    for command in step.commands:
        for effect in command.effects if command.reached is not Truth.NO else ():
            if isinstance(effect, Populate) and _is_pip(command, effect):
                found = _SITE.match(effect.directory + "/")
                if found is not None:
                    yield found[1]


def _is_pip(command: CommandRun, effect: Populate) -> bool:
    return (effect.label or "").startswith("pip:") or command.name in PIP_LIKE or "pip" in command.argv


def _distributions(step: Step) -> Iterator[str]:
    for command in step.commands:
        for effect in command.effects:
            if isinstance(effect, Populate) and (effect.label or "").startswith("pip:"):
                yield normalised((effect.label or "").removeprefix("pip:"))


def _named(trace: Trace, steps: Sequence[Step]) -> list[str]:
    """Packages that the steps ask for, and that the finished image has."""
    assert trace.target is not None
    database = trace.target.final.database
    if database is None:
        return []
    return sorted(
        {
            package.name
            for step in steps
            for command in step.commands
            for applied in command.applied
            for package in applied.installed
            if not package.automatic and package.name[:1] != "." and package.name in database.installed
        }
    )


def _tools(trace: Trace) -> list[str]:
    assert trace.target is not None
    return [name for name in _named(trace, trace.target.steps) if is_tool(name) and _compiles(name)]


def _compiles(name: str) -> bool:
    return name.endswith("-dev") or name in _HEADERS_OF_C or name in _COMPILERS


def kept_packages(trace: Trace, steps: Sequence[Step]) -> tuple[str, ...]:
    return tuple(
        name
        for name in _named(trace, steps)
        if (not is_tool(name) or name in _MAY_RUN) and _INSTALLERS.fullmatch(name) is None
    )


# ---------------------------------------------------------------------------- the text


def _pieces(trace: Trace, last: int, root: str) -> Pieces:
    assert trace.target is not None
    steps = [step.instruction for step in trace.target.steps]
    text, first = trace.document.source.text, trace.target.stage.instruction
    name = stage_name(trace, first)
    named = text[: first.image.span.end] + ("" if first.name is not None else f" AS {name}")
    builds = (named + text[first.image.span.end : steps[last].node.span.end]).rstrip("\n")
    kept = [line for step in trace.target.steps[: last + 1] for line in _kept(text, step)]
    folders = [root]
    if root == "/usr/local":
        version = _version(trace.target.steps[last])
        folders = [f"/usr/local/lib/{version}/site-packages", "/usr/local/bin"]
    copies = "\n".join(f"COPY --from={name} {folder} {folder}" for folder in folders)
    return Pieces(builds, "\n".join(kept), copies, text[steps[last].node.span.end :].strip("\n"))


def _version(step: Step) -> str:
    """``python3.12``, as the folder is called."""
    return next(
        posixpath.basename(effect.directory.partition("/site-packages")[0])
        for command in step.commands
        for effect in command.effects
        if isinstance(effect, Populate) and _is_pip(command, effect) and _SITE.match(effect.directory + "/")
    )


def _kept(text: str, step: Step) -> Iterator[str]:
    if _is_kept(step):
        yield source(text, step.instruction)
    elif accounts := kept_accounts(step):
        yield f"RUN {' && '.join(accounts)}"


def kept_accounts(step: Step) -> list[str]:
    """The commands that make a user or a group."""
    return [command.text for command in step.commands if _makes_account(command)]


def _makes_account(command: CommandRun) -> bool:
    known = all(isinstance(word, str) for word in command.argv)
    return command.name in _ACCOUNTS and known and command.reached is Truth.YES


def _is_kept(step: Step) -> bool:
    match step.instruction:
        case Env():
            return not all(
                is_for_building(pair.key.value) and pair.key.value != "PATH"
                for pair in step.instruction.pairs
            )
        case Arg() | Copy() | Add() | Workdir():
            return True
        case Run():
            return _is_plain(step)
        case _:
            return isinstance(step.instruction, CARRIED)


def _is_plain(step: Step) -> bool:
    """It installs nothing: a user is made, a folder.  What installs stays in the stage that builds."""
    return (
        not any(
            command.applied or command.name in HARMLESS or command.name in PIP_LIKE or "pip" in command.argv
            for command in step.commands
        )
        and not any(_folders(step))
        and "venv" not in {str(word) for each in step.commands for word in each.argv}
    )


# ---------------------------------------------------------------------------- doubts


def _doubts(trace: Trace, steps: Sequence[Step], names: set[str]) -> Iterator[Reason]:
    for step in steps:
        for command in step.commands:
            if command.reached is Truth.NO:
                continue
            at = evidence_at(trace, command.span, command.text)
            effects = [
                each for each in command.effects if isinstance(each, Populate) and _is_pip(command, each)
            ]
            if any(each.label is None and each.reason for each in effects):
                yield Reason(f"what `{at.text[:60]}` installs, and needs, is not known", (at,))
            headers = sorted(
                package.name
                for applied in command.applied
                for package in applied.installed
                if not package.automatic
                and package.name.endswith("-dev")
                and not _is_explained(package.name, names)
            )
            if headers:
                text = (
                    f"whether a package is linked with the libraries of {', '.join(headers[:4])} is not known"
                )
                yield Reason(text, (at,))
            known = (
                _makes_account(command)
                or command.name in HARMLESS
                or command.name in PIP_LIKE
                or effects
                or command.applied
            )
            if not known and not _is_plain(step) and "pip" not in command.argv and "venv" not in command.argv:
                yield Reason(f"whether the program needs what `{at.text[:50]}` makes is not known", (at,))


def _is_explained(headers: str, names: set[str]) -> bool:
    """They are Python's or the compiler's own, or those of a package whose library is asked for (`python_native`)."""
    from layerlint.programs.python_native import NEEDS

    plain = _CALLED.get(headers, headers.removesuffix("-dev"))
    if headers in _HEADERS_OF_C or headers in _PYTHON or re.fullmatch(r"python3\.\d{1,2}-dev", headers):
        return True
    libraries = {need.name.partition(".so")[0] for name in names for need in NEEDS.get(name, ())}
    return any(library.rstrip("-.0123456789") == plain.rstrip("-.0123456789") for library in libraries)
