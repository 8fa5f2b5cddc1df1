"""What ``npm install`` and ``npm ci`` write.

An install without a lock reads the document of every name and keeps it in ``~/.npm/_cacache`` beside the tarballs;
each command leaves a log.  Figures: npm 9.2, 10.8 and 11.19 on Debian 12, November 2026.
"""

from __future__ import annotations

from layerlint.commands import _npm_sizes as sizes
from layerlint.commands._known import is_absent
from layerlint.commands._node_places import (
    fill,
    filled,
    is_production,
    npm_cache,
    npm_prefix,
    npm_registry,
    npm_setting,
    own_scripts,
    scaled,
)
from layerlint.commands._node_scripts import run_script
from layerlint.commands._npm_line import Line, split_spec
from layerlint.commands._npm_sizes import Amounts
from layerlint.commands._outcome import unmodelled
from layerlint.commands._package_json import manifest, npm_lock, project, with_workspaces
from layerlint.commands._paths import join
from layerlint.domain.size import ZERO, Size
from layerlint.domain.truth import Truth
from layerlint.effects import Effect, Invocation, Outcome, Populate, Remove, Stream, Symlink, Write
from layerlint.filesystem.node import Inode

_LOG = Size(1_000, 1_600, 4_000)
"""Of a command that fetches nothing."""
_LOGGED = (400, 780, 1_000)
"""Bytes of log a package of the tree: 588 to 890 in sixteen installs."""
_LOGGED_WITH_LOCK = (100, 300, 750)
"""No document is read then: 277 to 660 in three installs."""
_LOCKED = (350, 460, 560)
"""Bytes of ``package-lock.json`` a package: 435 to 500, and as much in ``node_modules/.package-lock.json``."""
_INDEXED = (500, 564, 650)
"""Bytes of the cache's index an entry: 117,883 for 209, more with a longer name of the registry."""


def install(invocation: Invocation, line: Line) -> Outcome:
    if line.has("dry-run"):
        return Outcome(stdout=Stream(Size(0, 2000, None)))
    if line.is_global:
        return install_globally(invocation, line)
    place = project(invocation, given_directory(invocation, line))
    if place is None:
        return unmodelled("npm: the working directory is not known")
    names = [word for word in line.words if word != "."]
    if line.partial:
        names.append("")
    return _install_here(invocation, line, place, names)


def ci(invocation: Invocation, line: Line) -> Outcome:
    """``npm ci``: the lock says all, and ``node_modules`` is made anew."""
    place = project(invocation, given_directory(invocation, line))
    if place is None:
        return unmodelled("npm: the working directory is not known")
    view = invocation.view
    if all(is_absent(view, join(place, n)) for n in ("package-lock.json", "npm-shrinkwrap.json")):
        return Outcome((log(invocation, line, ZERO),), Truth.NO)
    modules = join(place, "node_modules")
    cleared = () if is_absent(view, modules) else (Remove(modules, recursive=True),)
    installed = _install_here(invocation, line, place, [], anew=True)
    return Outcome((*cleared, *installed.effects), installed.status, installed.stdout)


def _install_here(
    invocation: Invocation, line: Line, place: str, names: list[str], *, anew: bool = False
) -> Outcome:
    view = invocation.view
    modules = join(place, "node_modules")
    root = manifest(view, place)
    lock = npm_lock(view, place) if not line.has("no-package-lock") else None
    present = frozenset() if anew else filled(invocation, modules)
    omits = omits_dev(invocation, line)
    registry = npm_registry(invocation, line.value("registry"))
    added = sizes.looked_up(invocation, dict(map(split_spec, names)), registry) if names else sizes.NONE
    main = dev = sizes.NONE
    if "dependencies" in present:
        pass
    elif lock is not None:
        main = sizes.locked(invocation, (p for p in lock.packages if not p.dev), registry)
        dev = sizes.locked(invocation, (p for p in lock.packages if p.dev), registry)
    elif root is not None:
        whole = with_workspaces(view, place, root)
        named = dict(map(split_spec, names))
        main = sizes.looked_up(invocation, {**whole.dependencies, **named}, registry)
        both = sizes.looked_up(invocation, {**whole.dev, **whole.dependencies, **named}, registry)
        dev = both.without(main)
        added = sizes.NONE
    elif not present and not is_absent(view, join(place, "package.json")):
        main = sizes.of_project()
        added = sizes.NONE if not names else added
    if present and "devDependencies" in present:
        dev = sizes.NONE
    if not present and not anew and view.presence(modules) is Truth.YES:
        # It came with a COPY or from a tool: how much of it fits is not asked.
        main, dev = main.or_nothing(), dev.or_nothing()
    return _write_here(invocation, line, place, names, main, dev, added, omits, lock is not None)


def _write_here(
    invocation: Invocation,
    line: Line,
    place: str,
    names: list[str],
    main: Amounts,
    dev: Amounts,
    added: Amounts,
    omits: bool,
    locked: bool,
) -> Outcome:
    modules = join(place, "node_modules")
    fetched = main + added if omits else main + added + dev
    listed = main + added + dev
    effects: list[Effect] = []
    if not line.has("package-lock-only"):
        effects += _modules(invocation, modules, "dependencies", main)
        effects += _modules(invocation, modules, title(names), added)
        if not omits:
            effects += _modules(invocation, modules, "devDependencies", dev)
        if fetched.packages != ZERO:
            effects.append(Write(join(modules, ".package-lock.json"), scaled(fetched.packages, *_LOCKED)))
        effects += cached(invocation, line, fetched, listed.metadata if not locked else ZERO)
    saves = bool(names) and not line.has("no-save")
    if saves:
        effects.append(_saved(invocation, place, names))
    keeps = locked and not names
    if not keeps and listed.packages != ZERO and not line.has("no-package-lock") and not line.has("no-save"):
        effects.append(_lock_file(invocation, place, listed, locked))
    effects.append(log(invocation, line, listed.entries, _LOGGED_WITH_LOCK if locked else _LOGGED))
    root = manifest(invocation.view, place)
    if root is not None and not names and not line.has("ignore-scripts"):
        for script in own_scripts(set(root.scripts)):
            called = f"npm run {script}"
            effects += run_script(invocation, place, called, root.scripts[script]).effects
    return Outcome(tuple(effects), stdout=Stream(Size(0, 200, None)))


def install_globally(invocation: Invocation, line: Line) -> Outcome:
    """Each package has its own ``node_modules``, and its programs a link; no lock is written."""
    prefix = npm_prefix(invocation, line.value("prefix"))
    modules = join(prefix, "lib/node_modules")
    registry = npm_registry(invocation, line.value("registry"))
    effects: list[Effect] = []
    fetched: dict[str, str] = {}
    for word in line.words:
        name, wanted = split_spec(word)
        if name in (".", "") or name.startswith(("/", "./", "../")):
            effects.append(
                fill(invocation, modules, f"npm {word}", Size(0, 0, None), ZERO, f"{word} is not followed")
            )
            continue
        amounts = sizes.looked_up(invocation, {name: wanted}, registry, tools=True)
        fetched[name] = wanted
        folder = join(modules, name)
        if invocation.view.presence(folder) is Truth.YES:
            effects.append(Remove(folder, recursive=True))
        label = f"npm:{name}"
        effects.append(Populate(folder, name, amounts.bytes, amounts.files, amounts.reason, label))
        for program, file in sizes.programs(invocation, name, wanted, registry).items():
            link = join(prefix, f"bin/{program}")
            effects.append(Remove(link))
            effects.append(Symlink(f"../lib/node_modules/{name}/{file.removeprefix('./')}", link))
    if line.partial:
        unknown = {"a package whose name is not known": "*"}
        fetched |= unknown
        amounts = sizes.of_wanted(unknown, tools=True)
        effects.append(fill(invocation, modules, "npm -g", amounts.bytes, amounts.files, amounts.reason))
    # The cache holds once what several of them need.
    everything = sizes.looked_up(invocation, fetched, registry, tools=True)
    effects += cached(invocation, line, everything, everything.metadata)
    effects.append(log(invocation, line, everything.entries))
    return Outcome(tuple(effects), stdout=Stream(Size(0, 200, None)))


def _modules(invocation: Invocation, modules: str, name: str, amounts: Amounts) -> list[Effect]:
    if amounts.packages == ZERO:
        return []
    return [
        fill(invocation, modules, name, amounts.bytes, amounts.files, amounts.reason, f"npm:{name}"),
    ]


def cached(invocation: Invocation, line: Line, fetched: Amounts, metadata: Size) -> list[Effect]:
    if fetched.tarballs == ZERO:
        return []
    entries = fetched.packages + (fetched.packages if metadata != ZERO else ZERO)
    size = fetched.tarballs + metadata + scaled(entries, *_INDEXED)
    cache = join(npm_cache(invocation, line.value("cache")), "_cacache")
    return [fill(invocation, cache, "npm", size, entries + entries)]


def log(invocation: Invocation, line: Line, packages: Size, each: tuple[int, int, int] = _LOGGED) -> Populate:
    logs = join(npm_cache(invocation, line.value("cache")), "_logs")
    size = _LOG + scaled(packages, *each)
    return fill(invocation, logs, f"npm {line.verb}", size, Size.exact(1))


def _saved(invocation: Invocation, place: str, names: list[str]) -> Write:
    """``package.json`` with the new dependencies."""
    path = join(place, "package.json")
    node = invocation.view.lookup(path)
    before = node.size if isinstance(node, Inode) else Size.exact(5)
    more = sum(len(name) for name in names) + 18 * len(names)
    return Write(path, before + Size(0, more, more + 60))


def _lock_file(invocation: Invocation, place: str, listed: Amounts, locked: bool) -> Write:
    path = join(place, "package-lock.json")
    size = scaled(listed.entries, *_LOCKED) + Size(100, 200, 2000)
    node = invocation.view.lookup(path)
    return Write(path, node.size + size if locked and isinstance(node, Inode) else size)


def omits_dev(invocation: Invocation, line: Line) -> bool:
    if line.has("dev") or "dev" in line.all("include") or line.value("also") in ("dev", "development"):
        return False
    if "production" in line.options or "prod" in line.options:
        return line.has("production") or line.has("prod")
    if "dev" in line.all("omit") or line.value("only") in ("prod", "production"):
        return True
    configured = npm_setting(invocation, "production") == "true" or npm_setting(invocation, "omit") == "dev"
    return configured or is_production(invocation)


def title(names: list[str]) -> str:
    return " ".join(split_spec(name)[0] for name in names)[:80] or "npm"


def given_directory(invocation: Invocation, line: Line) -> str | None:
    given = line.value("prefix")
    return invocation.path(given) if given is not None else None
