"""``yarn``: yarn 1 (classic), and from 2 on (berry) where the project asks for it.

Figures: yarn 1.22.22 on Debian 12, November 2026; of two installs (68 and 306 packages).
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
from layerlint.commands._package_json import is_berry, manifest, project, with_workspaces, yarn_lock
from layerlint.commands._paths import join
from layerlint.domain.size import ZERO, Size
from layerlint.domain.truth import Truth
from layerlint.effects import Effect, Invocation, Outcome, Populate, Remove, Stream, Write
from layerlint.filesystem.node import Inode

_LOCKED = (250, 340, 450)
"""Bytes of ``yarn.lock`` a package: 322 and 357."""
_STATE = (120, 172, 250)
"""Of ``node_modules/.yarn-integrity`` a package: 168 and 176."""
_DESCRIBED = (4_000, 8_600, 12_000)
"""Of ``.yarn-metadata.json`` in the cache, which holds the readme: 9,013 and 8,198."""


def yarn(invocation: Invocation) -> Outcome:
    line = parse(invocation.argv[1:], values=_WITH_VALUE, aliases=_ALIASES)
    if line.has("version") or line.has("help"):
        return ANSWER
    if line.verb == "global":
        inner = line.words[0] if line.words else ""
        line.verb, line.words = _ALIASES.get(inner, inner), line.words[1:]
        return _globally(invocation, line)
    if line.verb == "" and line.partial:
        return unmodelled("yarn with words that are not known")
    place = project(invocation, None if (given := line.value("cwd")) is None else invocation.path(given))
    if place is None:
        return unmodelled("yarn: the working directory is not known")
    model = _VERBS.get(line.verb or "install")
    if model is None:
        return _script(invocation, line, place, line.verb)
    return model(invocation, line, place)


# ------------------------------------------------------------------------- installs


def _install(invocation: Invocation, line: Line, place: str) -> Outcome:
    return _installed(invocation, line, place, [])


def _add(invocation: Invocation, line: Line, place: str) -> Outcome:
    names = [*line.words, *([""] if line.partial else [])]
    return _installed(invocation, line, place, names)


def _installed(invocation: Invocation, line: Line, place: str, names: list[str]) -> Outcome:
    view = invocation.view
    modules = join(place, line.value("modules-folder") or "node_modules")
    root = manifest(view, place)
    lock = yarn_lock(view, place, root)
    present = filled(invocation, modules)
    omits = _is_production(invocation, line)
    named = dict(map(split_spec, names))
    registry = npm_registry(invocation, line.value("registry"))
    main = dev = sizes.NONE
    added = sizes.looked_up(invocation, named, registry) if names else sizes.NONE
    if lock is not None:
        main = sizes.locked(invocation, (p for p in lock.packages if not p.dev), registry)
        dev = sizes.locked(invocation, (p for p in lock.packages if p.dev), registry)
        if omits and not lock.knows_dev:
            main = main.or_nothing()
    elif root is not None:
        whole = with_workspaces(view, place, root)
        main = sizes.looked_up(invocation, {**whole.dependencies, **named}, registry)
        dev = sizes.looked_up(invocation, {**whole.dev, **whole.dependencies, **named}, registry).without(
            main
        )
        if "dependencies" not in present:
            added = sizes.NONE  # It is one of the dependencies that come.
    elif not is_absent(view, join(place, "package.json")) and not present:
        main = sizes.of_project()
    if "dependencies" in present:
        main = sizes.NONE
    if "devDependencies" in present:
        dev = sizes.NONE
    # Yarn 1 fetches the development packages too, whether it places them or not.
    fetched = main + dev + added
    if omits:
        dev = sizes.NONE
    effects: list[Effect] = []
    berry = is_berry(view, place)
    parts = {"dependencies": main, "devDependencies": dev, _title(names): added}
    if not berry or _links_modules(invocation, place):
        for name, amounts in parts.items():
            if amounts.packages != ZERO:
                effects.append(_filled(invocation, modules, name, amounts))
    if fetched.packages != ZERO:
        effects += _kept(invocation, line, place, fetched, berry=berry)
        if not berry:
            state = scaled((main + dev + added).packages, *_STATE)
            effects.append(Write(join(modules, ".yarn-integrity"), state))
        if (names or lock is None) and not (line.has("pure-lockfile") or line.has("no-lockfile")):
            effects.append(_lock_file(invocation, place, added if lock is not None else fetched))
    if names:
        effects.append(_saved(invocation, place, names))
    if root is not None and not names and not line.has("ignore-scripts"):
        for script in own_scripts(set(root.scripts)):
            effects += run_script(invocation, place, f"yarn {script}", root.scripts[script]).effects
    return Outcome(tuple(effects), stdout=Stream(Size(0, 500, None)))


def _globally(invocation: Invocation, line: Line) -> Outcome:
    """As root under ``/usr/local/share/.config``: yarn takes the data directory of a system for root's own."""
    root = invocation.user == 0
    base = "/usr/local/share/.config" if root else join(home(invocation), ".config")
    modules = join(base, "yarn/global/node_modules")
    if line.verb in ("remove", "uninstall"):
        title = _title(line.words)
        if title in filled(invocation, modules):
            return Outcome((Remove(summary(modules, title)),), stdout=ANSWER.stdout)
        gap = fill(
            invocation, modules, "yarn global remove", ZERO, ZERO, f"the files of {title} are not known"
        )
        return Outcome((gap,), stdout=ANSWER.stdout)
    if line.verb not in ("add", "upgrade"):
        return ANSWER
    names = [*line.words, *(["?"] if line.partial else [])]
    if not names:
        return ANSWER
    amounts = sizes.looked_up(
        invocation, dict(map(split_spec, names)), npm_registry(invocation, line.value("registry")), tools=True
    )
    effects: list[Effect] = [_filled(invocation, modules, _title(names), amounts)]
    effects.append(Write(join(modules, ".yarn-integrity"), scaled(amounts.packages, *_STATE)))
    effects.append(Write(join(base, "yarn/global/yarn.lock"), scaled(amounts.packages, *_LOCKED)))
    effects.append(Write(join(base, "yarn/global/package.json"), Size(20, 60, 2000)))
    effects += _kept(invocation, line, "/", amounts, berry=False)
    return Outcome(tuple(effects), stdout=ANSWER.stdout)


def _filled(invocation: Invocation, modules: str, name: str, amounts: Amounts) -> Populate:
    return fill(invocation, modules, name, amounts.bytes, amounts.files, amounts.reason, f"npm:{name}")


def _kept(
    invocation: Invocation, line: Line, place: str, fetched: Amounts, *, berry: bool
) -> tuple[Effect, ...]:
    """Yarn 1 keeps each package unpacked, its tarball and its document; also those for other platforms.

    Berry keeps zip archives, as small as a tarball or stored as they are (``compressionLevel``).
    """
    cache = cache_folder(invocation, line, place, berry=berry)
    if berry:
        unpacked = fetched.bytes.high
        high = None if unpacked is None else max(unpacked, fetched.tarballs.likely) * 12 // 10
        size = Size(fetched.tarballs.low, max(fetched.tarballs.likely, fetched.bytes.likely * 6 // 10), high)
        return (fill(invocation, cache, "yarn", size, fetched.packages),)
    size = fetched.bytes + fetched.tarballs + fetched.foreign + scaled(fetched.packages, *_DESCRIBED)
    count = fetched.files + fetched.packages + fetched.packages
    return (fill(invocation, cache, "yarn", size, count),)


def cache_folder(invocation: Invocation, line: Line, place: str, *, berry: bool) -> str:
    given = line.value("cache-folder") or variable(invocation, "YARN_CACHE_FOLDER")
    located = None if given is None else invocation.path(given)
    if located is not None:
        return join("/", located)
    if berry:
        local = join(place, ".yarn/cache")
        there = invocation.view.lookup(local) is not None
        return local if there else join(home(invocation), ".yarn/berry/cache")
    root = invocation.user == 0
    return "/usr/local/share/.cache/yarn/v6" if root else join(home(invocation), ".cache/yarn/v6")


def _lock_file(invocation: Invocation, place: str, listed: Amounts) -> Write:
    path = join(place, "yarn.lock")
    node = invocation.view.lookup(path)
    before = node.size if isinstance(node, Inode) else ZERO
    return Write(path, before + scaled(listed.packages, *_LOCKED))


def _saved(invocation: Invocation, place: str, names: list[str]) -> Write:
    path = join(place, "package.json")
    node = invocation.view.lookup(path)
    before = node.size if isinstance(node, Inode) else Size.exact(5)
    more = sum(len(name) for name in names) + 18 * len(names)
    return Write(path, before + Size(0, more, more + 60))


def _links_modules(invocation: Invocation, place: str) -> bool:
    """``nodeLinker: node-modules``; else the packages stay in their archives (Plug'n'Play)."""
    node = invocation.view.lookup(join(place, ".yarnrc.yml"))
    data = invocation.view.read(node) if isinstance(node, Inode) else None
    return data is None or b"node-modules" in data or b"pnpm" in data


def _is_production(invocation: Invocation, line: Line) -> bool:
    for name in ("production", "prod"):
        if name in line.options:
            return line.has(name)
    return is_production(invocation)


def _title(names: list[str]) -> str:
    return " ".join(split_spec(name)[0] for name in names)[:80] or "yarn"


# --------------------------------------------------------------------- other commands


def _remove(invocation: Invocation, line: Line, place: str) -> Outcome:
    modules = join(place, "node_modules")
    title = _title(line.words)
    if title in filled(invocation, modules):
        return Outcome((Remove(summary(modules, title)),), stdout=ANSWER.stdout)
    gap = fill(invocation, modules, "yarn remove", ZERO, ZERO, f"the files of {title} are not known")
    return Outcome((gap,), stdout=ANSWER.stdout)


def _cache(invocation: Invocation, line: Line, place: str) -> Outcome:
    if line.words[:1] != ["clean"]:
        return ANSWER
    folder = cache_folder(invocation, line, place, berry=is_berry(invocation.view, place))
    # Yarn 1 deletes what is in it and makes the folder anew.
    return Outcome((Remove(folder, recursive=True),), stdout=ANSWER.stdout)


def _clean(invocation: Invocation, line: Line, place: str) -> Outcome:
    """``autoclean`` removes readmes, tests and the like by its list: an eighth or so, at most a half."""
    modules = join(place, "node_modules")
    gap = fill(invocation, modules, "yarn autoclean", ZERO, ZERO, "which files it removes is not known")
    return Outcome((gap,), stdout=ANSWER.stdout)


def _changed(invocation: Invocation, line: Line, place: str) -> Outcome:
    called = f"yarn {line.verb}"
    gap = fill(
        invocation,
        join(place, "node_modules"),
        called,
        Size(0, 100_000, None),
        Size(0, 1, None),
        f"what {called} does is not known",
    )
    return Outcome((gap,), stdout=ANSWER.stdout)


def _run(invocation: Invocation, line: Line, place: str) -> Outcome:
    if not line.words:
        return unmodelled("yarn run: a script that is not known") if line.partial else ANSWER
    name, line.words = line.words[0], line.words[1:]
    return _script(invocation, line, place, name)


def _script(invocation: Invocation, line: Line, place: str, name: str) -> Outcome:
    """A script of the project, else a program of its packages."""
    root = manifest(invocation.view, place)
    called = f"yarn {name}"
    if root is not None and name not in root.scripts:
        return run_tool(invocation, place, [name, *line.words], called)
    found = {} if root is None else root.scripts
    outcome = run_script(invocation, place, called, found.get(name))
    for hook in (f"pre{name}", f"post{name}"):
        if hook in found:
            more = run_script(invocation, place, called, found[hook])
            outcome = Outcome((*outcome.effects, *more.effects), stdout=outcome.stdout)
    return outcome


def _dlx(invocation: Invocation, line: Line, place: str) -> Outcome:
    return run_tool(invocation, place, line.words, f"yarn dlx {(line.words or [''])[0]}")


def _workspace(invocation: Invocation, line: Line, place: str) -> Outcome:
    called = " ".join(["yarn", line.verb, *line.words])[:60]
    gap = fill(invocation, place, called, Size(0, 2_000_000, None), reason=f"what {called} does is not known")
    return Outcome((gap,), stdout=ANSWER.stdout)


def _config(invocation: Invocation, line: Line, place: str) -> Outcome:
    """``config set`` adds a line to ``~/.yarnrc``."""
    if line.words[:1] != ["set"] or is_berry(invocation.view, place):
        return ANSWER
    more = sum(len(word) + 3 for word in line.words[1:])
    path = join(home(invocation), ".yarnrc")
    # The file starts with a notice of 77 bytes and lists when a version was last looked for.
    head = 120 if is_absent(invocation.view, path) else 0
    return Outcome((Write(path, Size(more, more + head, more + 400), append=True),), stdout=ANSWER.stdout)


def _set(invocation: Invocation, line: Line, place: str) -> Outcome:
    """``set version`` puts a bundle of yarn into ``.yarn/releases``: 2.2 to 2.9 MB for versions 3 and 4."""
    bundle = fill(
        invocation, join(place, ".yarn/releases"), "yarn", Size(0, 2_700_000, 5_500_000), Size(0, 1, 1)
    )
    return Outcome((bundle, Write(join(place, ".yarnrc.yml"), Size(30, 60, 2000))), Truth.YES, ANSWER.stdout)


def _answer(invocation: Invocation, line: Line, place: str) -> Outcome:
    return ANSWER


_WITH_VALUE = frozenset(
    (
        "cache-folder", "cwd", "global-folder", "https-proxy", "modules-folder", "mutex", "network-concurrency",
        "network-timeout", "otp", "prefix", "preferred-cache-folder", "proxy", "registry", "use-yarnrc",
    )
)  # fmt: skip
_ALIASES = {"i": "install", "rm": "remove", "up": "upgrade", "uninstall": "remove"}
_VERBS: dict[str, Callable[[Invocation, Line, str], Outcome]] = {
    "add": _add,
    "audit": _answer,
    "autoclean": _clean,
    "bin": _answer,
    "cache": _cache,
    "check": _answer,
    "config": _config,
    "dedupe": _changed,
    "dlx": _dlx,
    "exec": _dlx,
    "generate-lock-entry": _answer,
    "global": _answer,
    "help": _answer,
    "info": _answer,
    "init": _changed,
    "install": _install,
    "licenses": _answer,
    "link": _answer,
    "list": _answer,
    "login": _answer,
    "outdated": _answer,
    "plugin": _set,
    "policies": _set,
    "rebuild": _changed,
    "remove": _remove,
    "run": _run,
    "set": _set,
    "unlink": _answer,
    "upgrade": _changed,
    "version": _answer,
    "versions": _answer,
    "why": _answer,
    "workspace": _workspace,
    "workspaces": _workspace,
}
