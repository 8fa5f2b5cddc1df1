"""``pnpm``: packages lie once in a store, and ``node_modules`` holds hard links to its files.

The bytes of both together are those of the packages; here they are ``node_modules``', and the store's are the files
that it has beside (1,300 to 1,700 bytes a package).  Figures: pnpm 9.15 on Debian 12, November 2026; of two
installs (68 and 276 packages).
"""

from __future__ import annotations

from collections.abc import Callable

from layerlint.commands import _npm_sizes as sizes
from layerlint.commands._known import is_absent
from layerlint.commands._node_places import (
    fill,
    filled,
    home,
    is_production,
    npm_registry,
    own_scripts,
    scaled,
    summary,
    variable,
)
from layerlint.commands._node_scripts import run_script, run_tool
from layerlint.commands._npm_line import Line, parse, split_spec
from layerlint.commands._npm_sizes import Amounts
from layerlint.commands._outcome import ANSWER, unmodelled
from layerlint.commands._package_json import manifest, pnpm_lock, project, with_workspaces
from layerlint.commands._paths import join
from layerlint.domain.size import ZERO, Size
from layerlint.domain.truth import Truth
from layerlint.effects import Effect, Invocation, Outcome, Remove, Stream, Write

_LOCKED = (200, 280, 380)
"""Bytes of ``pnpm-lock.yaml`` a package: 257 and 306; ``node_modules/.pnpm/lock.yaml`` is as large."""
_INDEXED = (800, 1_350, 2_000)
"""Of the store's index a package."""
_DOCUMENTS = (0.6, 1.5, 2.6)
"""Its copy of the registry's documents, of what npm keeps of them: 0.75 and 2.27 times as much."""


def pnpm(invocation: Invocation) -> Outcome:
    line = parse(invocation.argv[1:], values=_WITH_VALUE, aliases=_ALIASES)
    if line.has("version") or line.has("help") or (not line.verb and not line.partial):
        return ANSWER
    if not line.verb:
        return unmodelled("pnpm with words that are not known")
    given = line.value("dir") or line.value("prefix")
    place = project(invocation, None if given is None else invocation.path(given))
    if place is None:
        return unmodelled("pnpm: the working directory is not known")
    model = _VERBS.get(line.verb)
    return _script(invocation, line, place, line.verb) if model is None else model(invocation, line, place)


def _install(invocation: Invocation, line: Line, place: str) -> Outcome:
    return _installed(invocation, line, place, line.words)


def _installed(invocation: Invocation, line: Line, place: str, names: list[str]) -> Outcome:
    if line.is_global:
        return _globally(invocation, line, names)
    view = invocation.view
    modules = join(place, "node_modules")
    root = manifest(view, place)
    main, dev, locked = _amounts(invocation, line, place, names)
    present = filled(invocation, modules)
    if "dependencies" in present:
        main = sizes.NONE
    if "devDependencies" in present:
        dev = sizes.NONE
    effects: list[Effect] = []
    for name, amounts in {"dependencies": main, "devDependencies": dev}.items():
        if amounts.packages != ZERO:
            size, files, reason = amounts.bytes, amounts.files, amounts.reason
            effects.append(fill(invocation, modules, name, size, files, reason, f"npm:{name}"))
    fetched = main + dev
    if fetched.packages != ZERO:
        effects.append(Write(join(modules, ".pnpm/lock.yaml"), scaled(fetched.packages, *_LOCKED)))
        effects += _kept(invocation, line, fetched, locked=locked and not names)
        if not locked or names:
            effects.append(Write(join(place, "pnpm-lock.yaml"), scaled(fetched.packages, *_LOCKED)))
    if root is not None and not names and not line.has("ignore-scripts"):
        for script in own_scripts(set(root.scripts)):
            effects += run_script(invocation, place, f"pnpm {script}", root.scripts[script]).effects
    return Outcome(tuple(effects), stdout=Stream(Size(0, 500, None)))


def _amounts(
    invocation: Invocation, line: Line, place: str, names: list[str]
) -> tuple[Amounts, Amounts, bool]:
    """Of the packages that are needed always and for development alone, and whether a lock says so."""
    view = invocation.view
    named = dict(map(split_spec, names))
    registry = npm_registry(invocation, line.value("registry"))
    omits = line.has("prod") or line.has("production") or (is_production(invocation) and not line.has("dev"))
    lock = pnpm_lock(view, place)
    root = manifest(view, place)
    if lock is not None:
        main = sizes.locked(invocation, (p for p in lock.packages if not p.dev), registry)
        dev = sizes.locked(invocation, (p for p in lock.packages if p.dev), registry)
        if omits and not lock.knows_dev:
            main = main.or_nothing()
        main += sizes.looked_up(invocation, named, registry) if named else sizes.NONE
    elif root is not None:
        whole = with_workspaces(view, place, root)
        main = sizes.looked_up(invocation, {**whole.dependencies, **named}, registry)
        dev = sizes.looked_up(invocation, {**whole.dev, **whole.dependencies, **named}, registry).without(
            main
        )
    elif is_absent(view, join(place, "package.json")):
        main, dev = sizes.looked_up(invocation, named, registry) if named else sizes.NONE, sizes.NONE
    else:
        main, dev = sizes.of_project(), sizes.NONE
    return main, sizes.NONE if omits else dev, lock is not None


def _kept(invocation: Invocation, line: Line, fetched: Amounts, *, locked: bool) -> list[Effect]:
    effects: list[Effect] = [
        fill(
            invocation,
            _store(invocation, line),
            "pnpm",
            scaled(fetched.packages, *_INDEXED),
            fetched.packages,
        )
    ]
    if not locked and fetched.metadata != ZERO:
        cache = join(home(invocation), ".cache/pnpm")
        size = scaled(fetched.metadata, *_DOCUMENTS)
        effects.append(fill(invocation, cache, "pnpm", size, fetched.packages))
    return effects


def _data(invocation: Invocation) -> str:
    given = variable(invocation, "PNPM_HOME")
    located = None if given is None else invocation.path(given)
    return join(home(invocation), ".local/share/pnpm") if located is None else join("/", located)


def _store(invocation: Invocation, line: Line) -> str:
    given = line.value("store-dir") or variable(invocation, "npm_config_store_dir", "NPM_CONFIG_STORE_DIR")
    located = None if given is None else invocation.path(given)
    return join(_data(invocation), "store") if located is None else join("/", located)


def _globally(invocation: Invocation, line: Line, names: list[str]) -> Outcome:
    names = [*names, *(["?"] if line.partial else [])]
    if not names:
        return ANSWER
    amounts = sizes.looked_up(
        invocation, dict(map(split_spec, names)), npm_registry(invocation, line.value("registry")), tools=True
    )
    title = " ".join(split_spec(name)[0] for name in names)[:80]
    modules = join(_data(invocation), "global/5/node_modules")
    put = fill(invocation, modules, title, amounts.bytes, amounts.files, amounts.reason, f"npm:{title}")
    return Outcome((put, *_kept(invocation, line, amounts, locked=False)), stdout=ANSWER.stdout)


def _fetch(invocation: Invocation, line: Line, place: str) -> Outcome:
    """Fills the store from the lock alone; the install after it links, so the bytes are counted here."""
    main, dev, _ = _amounts(invocation, line, place, [])
    amounts = main + dev
    if amounts.packages == ZERO:
        return ANSWER
    modules = join(place, "node_modules")
    effects: list[Effect] = [
        fill(invocation, modules, name, part.bytes, part.files, part.reason, f"npm:{name}")
        for name, part in {"dependencies": main, "devDependencies": dev}.items()
        if part.packages != ZERO
    ]
    return Outcome((*effects, *_kept(invocation, line, amounts, locked=True)), stdout=ANSWER.stdout)


def _deploy(invocation: Invocation, line: Line, place: str) -> Outcome:
    """Copies one workspace with its dependencies."""
    target = None if not line.words else invocation.path(line.words[-1])
    if target is None:
        return unmodelled("pnpm deploy: where to is not known")
    amounts = sizes.of_project().or_nothing()
    put = fill(
        invocation,
        target,
        "pnpm deploy",
        amounts.bytes,
        amounts.files,
        "which packages it deploys is not known",
    )
    return Outcome((put,), stdout=ANSWER.stdout)


def _prune(invocation: Invocation, line: Line, place: str) -> Outcome:
    modules = join(place, "node_modules")
    if "devDependencies" in filled(invocation, modules) and (line.has("prod") or is_production(invocation)):
        return Outcome((Remove(summary(modules, "devDependencies")),), stdout=ANSWER.stdout)
    return ANSWER


def _remove(invocation: Invocation, line: Line, place: str) -> Outcome:
    gap = fill(
        invocation,
        join(place, "node_modules"),
        "pnpm remove",
        ZERO,
        ZERO,
        "which files it removes is not known",
    )
    return Outcome((gap,), stdout=ANSWER.stdout)


def _changed(invocation: Invocation, line: Line, place: str) -> Outcome:
    called = f"pnpm {line.verb}"
    size, count = Size(0, 100_000, None), Size(0, 1, None)
    modules = join(place, "node_modules")
    gap = fill(invocation, modules, called, size, count, f"what {called} does is not known")
    return Outcome((gap,), stdout=ANSWER.stdout)


def _run(invocation: Invocation, line: Line, place: str) -> Outcome:
    if not line.words:
        return unmodelled("pnpm run: a script that is not known") if line.partial else ANSWER
    name, line.words = line.words[0], line.words[1:]
    return _script(invocation, line, place, name)


def _script(invocation: Invocation, line: Line, place: str, name: str) -> Outcome:
    root = manifest(invocation.view, place)
    called = f"pnpm {name}"
    if root is not None and name not in root.scripts:
        return run_tool(invocation, place, [name, *line.words], called)
    return run_script(invocation, place, called, None if root is None else root.scripts.get(name))


def _exec(invocation: Invocation, line: Line, place: str) -> Outcome:
    return run_tool(invocation, place, line.words, f"pnpm {(line.words or [''])[0]}")


def _answer(invocation: Invocation, line: Line, place: str) -> Outcome:
    """``store prune`` too: what is linked stays, and the rest is not told apart."""
    return ANSWER


def _setup(invocation: Invocation, line: Line, place: str) -> Outcome:
    return Outcome((Write(join(home(invocation), ".bashrc"), Size(100, 150, 300), append=True),), Truth.YES)


_WITH_VALUE = frozenset(
    (
        "C", "cache-dir", "child-concurrency", "dir", "filter", "filter-prod", "lockfile-dir", "loglevel",
        "network-concurrency", "node-linker", "package-import-method", "prefix", "registry", "reporter",
        "store-dir", "virtual-store-dir", "workspace-concurrency",
    )
)  # fmt: skip
_ALIASES = {
    "c": "config", "ci": "install", "i": "install", "rb": "rebuild", "rm": "remove", "run-script": "run",
    "t": "test", "un": "remove", "uninstall": "remove", "up": "update", "upgrade": "update",
}  # fmt: skip
_VERBS: dict[str, Callable[[Invocation, Line, str], Outcome]] = {
    "add": _install,
    "approve-builds": _answer,
    "audit": _answer,
    "bin": _answer,
    "config": _answer,
    "deploy": _deploy,
    "dlx": _exec,
    "env": _changed,
    "exec": _exec,
    "fetch": _fetch,
    "help": _answer,
    "import": _answer,
    "init": _changed,
    "install": _install,
    "list": _answer,
    "outdated": _answer,
    "prune": _prune,
    "rebuild": _changed,
    "remove": _remove,
    "root": _answer,
    "run": _run,
    "setup": _setup,
    "store": _answer,
    "update": _changed,
    "why": _answer,
}
