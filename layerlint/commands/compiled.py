"""Swift, Crystal, Nim, Dart and Flutter: what their tools fetch and build."""

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
from layerlint.domain.text import Text
from layerlint.effects import Invocation, Outcome, Populate, Write

_BUILDS = "what the project builds is not known"
_NEEDS = "which packages the project needs is not known"
_PROGRAM = Size(30_000, 3_000_000, 80_000_000)
_VALUES = frozenset(
    ("-c", "--configuration", "--product", "--target", "--package-path", "--build-path", "--scratch-path", "-Xswiftc",
     "-Xcc", "-Xlinker", "-o", "--output", "--threads", "-D", "-d", "--define", "--out", "--nimcache", "--jobs",
     "-j", "-p")
)  # fmt: skip


def _one(invocation: Invocation, line: Line, sources: tuple[Text, ...], *suffixes: str) -> Outcome:
    """A program beside the first source, or where ``-o`` says."""
    output = line.value("-o", "--output", "--out")
    if output is None:
        name = basename(first_word(sources[0] if sources else "", "main"))
        for suffix in suffixes:
            name = name.removesuffix(suffix)
        path = here(invocation, name or "main")
    else:
        path = locate(invocation, output)
    if path is None:
        return unmodelled("where the program is built to is not known")
    return Outcome((Write(path, _PROGRAM, mode=0o755),))


def swift(invocation: Invocation) -> Outcome:
    """``.build`` holds checkouts, objects and the program."""
    line = scan(invocation.argv[1:], _VALUES)
    if line.has("--version", "--show-bin-path", "-v") and line.verb in ("", "build") and not line.has("-c"):
        return ANSWER
    if line.has("--show-bin-path"):
        return ANSWER
    match line.verb:
        case "build" | "test" | "run":
            built = filled(
                invocation, ".build", "swift", Size(0, 150_000_000, None), Size(1, 2500, None), _BUILDS
            )
            ran = program(invocation, f"swift {line.verb}").effects if line.verb != "build" else ()
            return Outcome((*built, *ran))
        case "package":
            if line.words[1:2] in (("resolve",), ("update",)):
                return Outcome(
                    filled(
                        invocation,
                        ".build",
                        "packages",
                        Size(0, 50_000_000, None),
                        Size(0, 2000, None),
                        _NEEDS,
                    )
                )
            return SUCCESS
        case "":
            return ANSWER
        case _:
            return program(invocation, "swift")


def swiftc(invocation: Invocation) -> Outcome:
    line = scan(invocation.argv[1:], _VALUES)
    return _one(invocation, line, line.words, ".swift") if line.words else ANSWER


def crystal(invocation: Invocation) -> Outcome:
    """The compiler keeps a cache of objects for each program."""
    line = scan(invocation.argv[1:], _VALUES)
    cache = Populate(
        variable(invocation, "CRYSTAL_CACHE_DIR") or f"{home(invocation)}/.cache/crystal", "crystal",
        Size(0, 8_000_000, 200_000_000), Size(0, 200, 5000),
    )  # fmt: skip
    if line.verb in ("build", "compile"):
        outcome = _one(invocation, line, line.words[1:], ".cr")
        return Outcome((cache, *outcome.effects))
    if line.verb in ("spec", "run", "eval"):
        return Outcome((cache, *program(invocation, f"crystal {line.verb}").effects))
    return ANSWER


def shards(invocation: Invocation) -> Outcome:
    line = scan(invocation.argv[1:], _VALUES)
    if line.verb not in ("install", "build", "update", ""):
        return ANSWER
    fetched = (
        *filled(invocation, "lib", "shards", Size(0, 4_000_000, None), Size(0, 300, None), _NEEDS),
        Populate(
            f"{home(invocation)}/.cache/shards",
            "repositories",
            Size(0, 8_000_000, None),
            Size(0, 400, None),
            _NEEDS,
        ),
    )
    if line.verb != "build":
        return Outcome(fetched)
    return Outcome(
        (
            *fetched,
            *filled(invocation, "bin", "shards build", Size(0, 8_000_000, None), Size(0, 1, None), _BUILDS),
        )
    )


def nim(invocation: Invocation) -> Outcome:
    """``nim c``: its C files and objects go to ``~/.cache/nim``."""
    line = scan(invocation.argv[1:], _VALUES)
    if line.verb not in ("c", "cc", "cpp", "compile", "js"):
        return ANSWER
    cache = Populate(
        f"{home(invocation)}/.cache/nim", "nimcache", Size(50_000, 3_000_000, 100_000_000), Size(5, 40, 1000)
    )
    return Outcome((cache, *_one(invocation, line, line.words[-1:], ".nim").effects))


def nimble(invocation: Invocation) -> Outcome:
    line = scan(invocation.argv[1:], _VALUES - {"-d", "-p"})
    if line.verb in ("install", "build", "develop", "refresh"):
        size = Size(0, 5_000_000, None)
        fetched = Populate(f"{home(invocation)}/.nimble", "packages", size, Size(1, 200, None), _NEEDS)
        return Outcome(
            (fetched, *filled(invocation, "", "nimble", Size(0, 500_000, None), Size(0, 1, None), _BUILDS))
        )
    return program(invocation, "nimble") if line.words else ANSWER


def dart(invocation: Invocation) -> Outcome:
    line = scan(invocation.argv[1:], _VALUES)
    match line.words[:2]:
        case ("pub", "get" | "upgrade" | "global"):
            return pub(invocation)
        case ("compile", _):
            return _one(invocation, line, line.words[2:], ".dart")
        case ("--version",) | ():
            return ANSWER
        case _:
            return program(invocation, "dart")


def pub(invocation: Invocation) -> Outcome:
    """``~/.pub-cache``, of Dart and of Flutter."""
    cache = variable(invocation, "PUB_CACHE") or f"{home(invocation)}/.pub-cache"
    return Outcome(
        (
            Populate(cache, "packages", Size(0, 40_000_000, None), Size(0, 2500, None), _NEEDS),
            *filled(invocation, ".dart_tool", "pub", Size(0, 40_000, 5_000_000), Size(0, 3, 50)),
        )
    )


def flutter(invocation: Invocation) -> Outcome:
    """The SDK fetches its engine into ``bin/cache`` when it first runs."""
    line = scan(invocation.argv[1:], _VALUES)
    root = variable(invocation, "FLUTTER_HOME") or variable(invocation, "FLUTTER_ROOT") or "/flutter"
    reason = "which artifacts are there is not known"
    size = Size(0, 350_000_000, None)
    engine = Populate(join(root, "bin/cache"), "engine", size, Size(0, 1500, None), reason)
    match line.verb:
        case "build":
            built = filled(
                invocation, "build", "flutter", Size(0, 60_000_000, None), Size(0, 500, None), _BUILDS
            )
            return Outcome((engine, *pub(invocation).effects, *built))
        case "pub" | "packages":
            return Outcome((engine, *pub(invocation).effects))
        case _:
            return Outcome((engine,), stdout=ANSWER.stdout)
