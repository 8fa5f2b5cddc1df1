"""OCaml: ``opam`` and ``dune``.

Debian 12's 278 ``lib…-ocaml-dev`` have a mean of 6.2 MB, half of them less than 0.9 MB.
"""

from __future__ import annotations

from layerlint.commands._outcome import SUCCESS
from layerlint.commands._toolchain import (
    ANSWER,
    Line,
    Typical,
    filled,
    first_word,
    home,
    program,
    scan,
    variable,
)
from layerlint.domain.size import Size
from layerlint.effects import Effect, Invocation, Outcome, Populate, Remove

_NEEDS = "what the packages need is not known"
_BUILDS = "what the project builds is not known"
_PACKAGE = Typical(50_000, 900_000, 6_200_000, 30_000_000)
_REPOSITORY = Size(5_000_000, 60_000_000, 400_000_000)
"""opam's list of all packages: a small file for each of their versions."""
_COMPILER = Size(100_000_000, 260_000_000, 900_000_000)
"""A switch with a compiler that was built, and its sources."""
_VALUES = frozenset(
    ("-j", "--jobs", "--root", "--switch", "--comp", "-c", "--compiler", "-k", "--kind", "--packages")
)


def opam(invocation: Invocation) -> Outcome:
    line = scan(invocation.argv[1:], _VALUES)
    root = variable(invocation, "OPAMROOT") or f"{home(invocation)}/.opam"
    match line.words[:2]:
        case ("init", *_):
            made: list[Effect] = [Populate(f"{root}/repo", "opam", _REPOSITORY, Size(20, 30_000, 80_000))]
            if not line.has("--bare"):
                made.append(Populate(root, "switch", _COMPILER.or_nothing(), Size(0, 3000, 12_000)))
            return Outcome(tuple(made))
        case ("switch", *rest):
            if rest[:1] in ([], ["list"], ["show"], ["set"]):
                return ANSWER
            return Outcome((Populate(root, "switch", _COMPILER.or_nothing(), Size(0, 3000, 12_000)),))
        case ("update" | "repository" | "repo", *_):
            return Outcome((Populate(f"{root}/repo", "opam", Size(0, 3_000_000, None), Size(0, 500, None)),))
        case ("install" | "reinstall" | "upgrade" | "pin", *_):
            return Outcome(_installed(root, line))
        case ("depext", *_):
            reason = "which packages of the system are installed is not known"
            return Outcome(
                (Populate("/usr", "opam depext", Size(0, 50_000_000, None), Size(0, 500, None), reason),)
            )
        case ("clean", *_):
            return Outcome(
                (Remove(f"{root}/download-cache", recursive=True), Remove(f"{root}/log", recursive=True))
            )
        case ("exec", *_) | ("config", "exec"):
            return program(invocation, "opam exec")
        case ("remove" | "uninstall" | "unpin" | "option" | "lock", *_):
            return SUCCESS
        case _:
            return ANSWER


def _installed(root: str, line: Line) -> tuple[Effect, ...]:
    if line.verb == "pin" and (line.has("-n", "--no-action") or line.words[1:2] == ("list",)):
        return ()
    words = line.words[1:] if line.verb != "pin" else line.words[2:3] or line.words[1:2]
    effects: list[Effect] = []
    for word in (words or ("packages",))[:300]:
        name = first_word(word, "package").rpartition("/")[2] or "package"
        size = Size(_PACKAGE.low, 12_000_000, None)
        effects.append(Populate(root, name, size, Size(3, 250, None), _NEEDS, f"opam:{name}"))
    effects.append(
        Populate(f"{root}/download-cache", "archives", Size(0, 3_000_000, None), Size(0, 20, None), _NEEDS)
    )
    return tuple(effects)


def dune(invocation: Invocation) -> Outcome:
    line = scan(
        invocation.argv[1:], frozenset(("-p", "--profile", "-j", "--root", "--only-packages", "--prefix"))
    )
    if line.verb in ("exec", "runtest", "test"):
        return program(invocation, f"dune {line.verb}")
    if line.verb not in ("build", "install"):
        return ANSWER
    return Outcome(
        filled(invocation, "_build", "dune", Size(0, 25_000_000, None), Size(0, 600, None), _BUILDS)
    )
