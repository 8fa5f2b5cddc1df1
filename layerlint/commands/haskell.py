"""Haskell: ``stack``, ``cabal`` and ``ghc``.

Debian 12's 1,071 ``libghc-…-dev`` have a mean of 4.0 MB (static and shared libraries), half below 0.8 MB.
"""

from __future__ import annotations

from layerlint.commands._outcome import SUCCESS, unmodelled
from layerlint.commands._paths import basename, join, locate
from layerlint.commands._toolchain import (
    ANSWER,
    Line,
    filled,
    first_word,
    here,
    home,
    program,
    scan,
    variable,
)
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN
from layerlint.effects import Effect, Invocation, Outcome, Populate, Write
from layerlint.filesystem.node import Directory

_NEEDS = "which packages the project needs is not known"
_COMPILER = Size(900_000_000, 1_900_000_000, 4_000_000_000)
"""GHC as ``stack setup`` unpacks it, with profiling libraries and documents; its archive (0.2 GB) is deleted."""
_STACK_INDEX = Size(100_000_000, 500_000_000, 1_200_000_000)
"""Hackage's index in ``~/.stack/pantry`` or ``indices``, as a tar and a database."""
_CABAL_INDEX = Size(60_000_000, 700_000_000, 1_300_000_000)
"""``01-index.tar`` (0.3 GB in 2016, 0.9 GB in 2024) with its ``.gz``."""
_LIBRARIES = Size(0, 250_000_000, None)
_WORK = Size(0, 60_000_000, None)
_PROGRAM = Size(800_000, 15_000_000, 150_000_000)
_VALUES = frozenset(
    ("--resolver", "--stack-yaml", "--stack-root", "--local-bin-path", "--ghc-options", "--flag", "--work-dir",
     "-j", "--jobs", "--compiler", "--snapshot", "--install-ghc-options", "--prefix", "--installdir",
     "--bindir", "--constraint", "-w", "--with-compiler", "--project-file", "--sandbox", "--ghc-option",
     "--install-method", "--allow-newer", "-f", "--package-env", "--store-dir", "--builddir", "--target", "-o",
     "-O")
)  # fmt: skip


def _new(invocation: Invocation, path: str, size: Size) -> Size:
    """What an earlier step left is not made again."""
    return Size(0, 0, size.high) if isinstance(invocation.view.lookup(path), Directory) else size


# ------------------------------------------------------------------------------ stack


def stack(invocation: Invocation) -> Outcome:
    line = scan(invocation.argv[1:], _VALUES)
    root = variable(invocation, "STACK_ROOT") or f"{home(invocation)}/.stack"
    match line.verb:
        case "setup" | "upgrade" | "ghc" | "runghc" | "script":
            return Outcome(_prepared(invocation, root, line))
        case "update":
            index = _new(invocation, f"{root}/pantry", _STACK_INDEX)
            return Outcome((Populate(f"{root}/pantry", "hackage", index, Size(1, 5, 20)),))
        case "build" | "install" | "test" | "bench" | "haddock":
            return _stack_build(invocation, root, line)
        case "exec" | "run":
            return program(invocation, f"stack {line.verb}")
        case "new" | "init" | "config" | "unpack":
            return Outcome(
                filled(invocation, "", f"stack {line.verb}", Size(0, 2_000, None), Size(0, 1, None))
            )
        case "clean" | "purge":
            return SUCCESS
        case _:
            return ANSWER


def _prepared(invocation: Invocation, root: str, line: Line) -> tuple[Effect, ...]:
    compiler = Size(0, 0, 0) if line.has("--system-ghc") else _new(invocation, f"{root}/programs", _COMPILER)
    index = _new(invocation, f"{root}/pantry", _STACK_INDEX)
    return (
        Populate(f"{root}/programs", "ghc", compiler.or_nothing(), Size(0, 9000, 20_000)),
        Populate(f"{root}/pantry", "hackage", index.or_nothing(), Size(1, 5, 20)),
    )


def _stack_build(invocation: Invocation, root: str, line: Line) -> Outcome:
    prepared = _prepared(invocation, root, line)
    snapshots = _new(invocation, f"{root}/snapshots", _LIBRARIES)
    effects: list[Effect] = [
        *prepared,
        Populate(
            f"{root}/snapshots", "packages", Size(0, snapshots.likely, None), Size(0, 4000, None), _NEEDS
        ),
    ]
    only = line.has("--only-dependencies", "--dependencies-only", "--only-snapshot")
    packages = line.words[1:] if line.verb == "install" or line.has("--copy-bins") else ()
    if not only:
        effects += filled(invocation, ".stack-work", "stack", _WORK, Size(0, 400, None), _NEEDS)
    if line.verb == "install" or line.has("--copy-bins"):
        binaries = (
            locate(invocation, line.value("--local-bin-path") or "") or f"{home(invocation)}/.local/bin"
        )
        count = max(1, min(len(packages), 100))
        size = Size(0, _PROGRAM.likely * count, None)
        effects.append(Populate(binaries, "stack install", size, Size(0, count, None), _NEEDS))
    return Outcome(tuple(effects))


# ------------------------------------------------------------------------------ cabal


def cabal(invocation: Invocation) -> Outcome:
    line = scan(invocation.argv[1:], _VALUES)
    root = variable(invocation, "CABAL_DIR") or f"{home(invocation)}/.cabal"
    verb = line.verb.removeprefix("new-").removeprefix("v2-").removeprefix("v1-")
    match verb:
        case "update":
            size = _new(invocation, f"{root}/packages", _CABAL_INDEX)
            return Outcome((Populate(f"{root}/packages", "hackage", size, Size(1, 8, 30)),))
        case "install" | "build" | "test" | "bench" | "haddock":
            return _cabal_build(invocation, root, line, verb)
        case "run" | "exec" | "repl":
            return program(invocation, f"cabal {verb}")
        case "configure" | "sandbox" | "init" | "freeze" | "get" | "unpack" | "copy" | "register":
            return Outcome(filled(invocation, "", f"cabal {verb}", Size(0, 20_000, None), Size(0, 3, None)))
        case "clean":
            return SUCCESS
        case _:
            return ANSWER


def _cabal_build(invocation: Invocation, root: str, line: Line, verb: str) -> Outcome:
    store = Size(0, 120_000_000, None)
    effects: list[Effect] = [
        Populate(f"{root}/store", "packages", store, Size(0, 2000, None), _NEEDS),
        Populate(f"{root}/packages", "archives", Size(0, 5_000_000, None), Size(0, 40, None), _NEEDS),
    ]
    only = line.has("--only-dependencies", "--dependencies-only", "--lib")
    if verb != "install":
        effects += filled(
            invocation, "dist-newstyle", "cabal", _WORK.or_nothing(), Size(0, 200, None), _NEEDS
        )
    elif not only:
        given = line.value("--installdir", "--bindir")
        prefix = line.value("--prefix")
        directory = locate(invocation, given or "") or (
            join(path, "bin") if (path := locate(invocation, prefix or "")) is not None else f"{root}/bin"
        )
        size = Size(0, _PROGRAM.likely, None)
        effects.append(Populate(directory, "cabal install", size, Size(0, 1, None), _NEEDS))
    return Outcome(tuple(effects))


def ghc(invocation: Invocation) -> Outcome:
    """The program and, beside each source, an object and an interface file."""
    line = scan(invocation.argv[1:], _VALUES | {"-odir", "-hidir", "-outputdir", "-package"})
    sources = [w for w in line.words if w is UNKNOWN or w.endswith((".hs", ".lhs"))]
    if not sources:
        return ANSWER
    directory = here(invocation)
    if directory is None:
        return unmodelled("ghc: the working directory is not known")
    output = line.value("-o")
    name = basename(first_word(sources[0], "main")).removesuffix(".lhs").removesuffix(".hs")
    path = locate(invocation, output) if output is not None else join(directory, name or "main")
    objects = Populate(directory, "ghc", Size(1_000, 60_000, None), Size(2, 2 * len(sources), None))
    made = () if path is None else (Write(path, _PROGRAM, mode=0o755),)
    return Outcome((*made, objects))
