"""LuaRocks: Debian 12's 163 ``lua-…`` packages have a mean of 0.27 MB, half of them less than 0.13 MB."""

from __future__ import annotations

from layerlint.commands._outcome import SUCCESS
from layerlint.commands._paths import locate
from layerlint.commands._toolchain import ANSWER, Typical, first_word, home, scan
from layerlint.domain.size import Size
from layerlint.effects import Effect, Invocation, Outcome, Populate

_ROCK = Typical(15_000, 180_000, 400_000, 4_000_000)
_VALUES = frozenset(
    ("--tree", "--server", "--only-server", "--from", "--lua-version", "--lua-dir", "--to", "-p")
)


def luarocks(invocation: Invocation) -> Outcome:
    """Modules and the rock's own files under ``/usr/local``; lists of the server in ``~/.cache``."""
    line = scan(invocation.argv[1:], _VALUES)
    if line.verb not in ("install", "make", "build", "upgrade"):
        return SUCCESS if line.verb in ("remove", "config", "purge", "init") else ANSWER
    tree = locate(invocation, line.value("--tree") or "") or "/usr/local"
    if line.has("--local"):
        tree = f"{home(invocation)}/.luarocks"
    words = line.words[1:2] or ("rock",)
    effects: list[Effect] = []
    for word in words:
        name = first_word(word, "rock").rpartition("/")[2].removesuffix(".rockspec") or "rock"
        size = Size(_ROCK.low, 350_000, 8_000_000)
        effects.append(Populate(f"{tree}/share/lua", name, size, Size(2, 30, 600), label=f"luarocks:{name}"))
    cache = Populate(
        f"{home(invocation)}/.cache/luarocks", "manifest", Size(0, 3_000_000, 12_000_000), Size(0, 2, 6)
    )
    return Outcome((*effects, cache))
