"""Julia: packages that ``-e`` adds, and their registry."""

from __future__ import annotations

from layerlint.commands._toolchain import ANSWER, first_word, home, program, scan, setting
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN
from layerlint.effects import Effect, Invocation, Outcome, Populate

_REGISTRY = Size(1_000_000, 25_000_000, 180_000_000)
"""A git clone or, from Julia 1.7 on, one archive."""
_PACKAGES = Size(100_000, 90_000_000, None)
_COMPILED = Size(0, 60_000_000, None)
_VALUES = frozenset(("-e", "--eval", "-E", "--print", "-L", "-J", "-t", "-p", "-C", "--cpu-target"))
_CHANGES = ("Pkg", "add(", "instantiate", "precompile", "develop")


def julia(invocation: Invocation) -> Outcome:
    line = scan(invocation.argv[1:], _VALUES)
    if line.has("--version", "-v", "--help"):
        return ANSWER
    texts = [value for name, value in line.options if name in ("-e", "--eval", "-E", "--print")]
    if not texts:
        return program(
            invocation, first_word(line.words[0] if line.words else "", "julia").rpartition("/")[2] or "julia"
        )
    if not any(text is UNKNOWN or any(word in text for word in _CHANGES) for text in texts):
        return ANSWER
    depot = setting(invocation, "JULIA_DEPOT_PATH").split(":")[0]
    if not depot.startswith("/"):
        depot = f"{home(invocation)}/.julia"
    reason = "what the packages need is not known"
    effects: tuple[Effect, ...] = (
        Populate(f"{depot}/registries", "General", _REGISTRY, Size(1, 2, 60_000)),
        Populate(f"{depot}/packages", "packages", _PACKAGES, Size(5, 2500, None), reason),
        Populate(f"{depot}/compiled", "packages", _COMPILED, Size(0, 60, None), reason),
    )
    return Outcome(effects)
