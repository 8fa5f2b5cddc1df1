"""Elixir and Erlang: ``mix``, ``rebar3``, ``elixir`` and ``erl``."""

from __future__ import annotations

from layerlint.commands._outcome import SUCCESS, unmodelled
from layerlint.commands._paths import join
from layerlint.commands._toolchain import (
    ANSWER,
    Typical,
    again,
    data,
    files,
    filled,
    here,
    home,
    program,
    scan,
    setting,
    variable,
)
from layerlint.domain.size import Size
from layerlint.domain.text import Text
from layerlint.domain.truth import Truth
from layerlint.effects import Effect, Invocation, Outcome, Populate

_HEX = Size(600_000, 1_200_000, 3_000_000)
"""``mix local.hex``: the archive of Hex, unpacked."""
_REBAR = Size(400_000, 1_200_000, 2_500_000)
"""``mix local.rebar``: rebar 2 (0.2 MB) and rebar3 (0.8 to 1.2 MB)."""
_NEEDS = "which packages mix.lock asks for is not known"
_BUILDS = "what the project builds is not known"
_SOURCE = Typical(25_000, 250_000, 550_000, 6_000_000)
_ARCHIVE = Typical(5_000, 60_000, 140_000, 2_000_000)
_COMPILED = Typical(20_000, 200_000, 450_000, 5_000_000)
"""A package unpacked, as an archive and compiled; of Debian 12's 97 packages half are below 0.2 MB."""
_PACKAGES = 40
"""Of a Phoenix application."""
_RELEASE = Size(0, 45_000_000, None)
"""With the run-time system: 15 MB of Erlang's, 7 MB of Elixir's, and the application."""


def mix(invocation: Invocation) -> Outcome:
    """``do a, b + c`` runs several tasks."""
    effects: list[Effect] = []
    status = Truth.YES
    for task in _tasks(invocation.argv[1:])[:50]:
        outcome = _task(invocation, task)
        effects += outcome.effects
        status = status & outcome.status
    return Outcome(tuple(effects), status, ANSWER.stdout)


def _tasks(words: tuple[Text, ...]) -> list[tuple[Text, ...]]:
    if words[:1] != ("do",):
        return [words]
    tasks: list[tuple[Text, ...]] = []
    task: list[Text] = []
    for word in words[1:]:
        ends = isinstance(word, str) and (word.endswith(",") or word == "+")
        kept = word.rstrip(",") if isinstance(word, str) and ends else word
        if kept not in ("", "+"):
            task.append(kept)
        if ends:
            tasks.append(tuple(task))
            task = []
    return [one for one in (*tasks, tuple(task)) if one]


def _task(invocation: Invocation, words: tuple[Text, ...]) -> Outcome:
    line = scan(words, frozenset(("--only", "--env", "--target", "--path", "--sha512")))
    mix_home = variable(invocation, "MIX_HOME") or f"{home(invocation)}/.mix"
    match line.verb:
        case "local.hex":
            return Outcome((Populate(join(mix_home, "archives"), "hex", _HEX, Size(50, 130, 300)),))
        case "local.rebar":
            return Outcome((Populate(mix_home, "rebar", _REBAR, Size(1, 2, 4)),))
        case "archive.install":
            size = Size(20_000, 250_000, 3_000_000)
            return Outcome((Populate(join(mix_home, "archives"), "archive", size, Size(3, 30, 300)),))
        case "deps.get" | "deps.update":
            return Outcome(_fetched(invocation))
        case "deps.compile":
            return Outcome(_compiled(invocation))
        case (
            "compile" | "ecto.create" | "ecto.migrate" | "test" | "phx.server" | "run" | "credo" | "dialyzer"
        ):
            ran = program(invocation, f"mix {line.verb}").effects if line.verb != "compile" else ()
            where, size = f"_build/{_environment(invocation)}/lib", Size(0, 1_500_000, None)
            own = filled(invocation, where, "application", size, Size(0, 120, None), _BUILDS)
            return Outcome((*_compiled(invocation), *own, *ran))
        case "phx.digest" | "phoenix.digest" | "assets.deploy":
            size = Size(0, 3_000_000, None)
            return Outcome(filled(invocation, "priv/static", "digest", size, Size(0, 60, None), _BUILDS))
        case "release" | "distillery.release":
            where = f"_build/{_environment(invocation)}/rel"
            released = filled(invocation, where, "release", _RELEASE, Size(0, 2500, None), _BUILDS)
            return Outcome((*_compiled(invocation), *released))
        case "phx.new" | "phoenix.new" | "new":
            name = line.known[1] if len(line.known) > 1 else "app"
            return Outcome(filled(invocation, name, "mix new", Size(3_000, 500_000, None), Size(5, 60, None)))
        case "deps.clean" | "clean" | "format":
            return SUCCESS
        case "" | "help" | "hex.info" | "deps" | "deps.tree":
            return ANSWER
        case _:
            return program(invocation, "mix")


def _environment(invocation: Invocation) -> str:
    given = setting(invocation, "MIX_ENV")
    return given if given and "/" not in given and "\0" not in given else "dev"


def _count(invocation: Invocation) -> int | None:
    path = here(invocation, "mix.lock")
    text = None if path is None else data(invocation, path)
    return None if text is None else text.count("{:hex,") + text.count("{:git,")


def _fetched(invocation: Invocation) -> tuple[Effect, ...]:
    count = _count(invocation)
    number, reason = (_PACKAGES, _NEEDS) if count is None else (count, "")
    source, archives = _SOURCE.of(number), _ARCHIVE.of(number)
    if count is None:
        source, archives = Size(0, source.likely, None), Size(0, archives.likely, None)
    hex_home = variable(invocation, "HEX_HOME") or f"{home(invocation)}/.hex"
    index = Populate(hex_home, "cache.ets", Size(0, 300_000, 5_000_000), Size(0, 1, 3))
    return (
        *filled(invocation, "deps", "packages", source, files(number, 40), reason),
        Populate(join(hex_home, "packages"), "archives", archives, files(number, 1), reason),
        index,
    )


def _compiled(invocation: Invocation) -> tuple[Effect, ...]:
    """Packages under ``_build``, unless an earlier step compiled them."""
    below = f"_build/{_environment(invocation)}/lib"
    path = here(invocation, below)
    if path is not None and invocation.view.lookup(path) is not None:
        return ()
    count = _count(invocation)
    number, reason = (_PACKAGES, _NEEDS) if count is None else (count, "")
    size = _COMPILED.of(number)
    if count is None:
        size = Size(0, size.likely, None)
    return filled(invocation, below, "packages", size, files(number, 25), reason)


def rebar(invocation: Invocation) -> Outcome:
    verb = scan(invocation.argv[1:], frozenset(("-c", "-d", "-o"))).verb
    if verb in ("", "version", "help", "tree", "deps"):
        return ANSWER
    if here(invocation) is None:
        return unmodelled(_BUILDS)
    cache = Populate(
        f"{home(invocation)}/.cache/rebar3", "rebar3", Size(0, 3_000_000, None), Size(0, 60, None), _NEEDS
    )
    built = filled(invocation, "_build", "rebar3", Size(0, 9_000_000, None), Size(0, 600, None), _BUILDS)
    if verb in ("release", "tar"):
        built += filled(invocation, "_build/default/rel", "release", _RELEASE, Size(0, 1500, None), _BUILDS)
    return Outcome((cache, *built))


def script(invocation: Invocation) -> Outcome:
    """elixir, erl, escript: with ``-e`` or ``-eval`` they are taken to print."""
    line = scan(
        invocation.argv[1:], frozenset(("-e", "--eval", "-eval", "-S", "-r", "-pa", "-name", "-sname"))
    )
    if line.value("-S") == "mix":
        return mix(again(invocation, "mix", line.words))
    evaluated = line.value("-e", "--eval", "-eval")
    prints = isinstance(evaluated, str) and not any(
        word in evaluated for word in ("write", "file:", "File.", "cmd(")
    )
    if prints or line.has("--version", "-v", "-version", "+V"):
        return ANSWER
    return program(invocation, str(invocation.argv[0]).rpartition("/")[2] or "erl")
