"""``npm`` and ``npx``: what an install writes, and where.

An install without a lock reads the document of every name and keeps it in ``~/.npm/_cacache`` beside the tarballs;
each command leaves a log.  Figures: npm 9.2, 10.8 and 11.19 on Debian 12, November 2026.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from layerlint.commands import _npm_sizes as sizes
from layerlint.commands._known import is_absent
from layerlint.commands._node_places import (
    fill,
    filled,
    home,
    is_production,
    npm_cache,
    npm_prefix,
    npm_setting,
    own_scripts,
    scaled,
    summary,
)
from layerlint.commands._node_scripts import run_script, run_tool
from layerlint.commands._npm_line import Line, parse, split_spec
from layerlint.commands._npm_sizes import Amounts
from layerlint.commands._outcome import FAILURE, unmodelled
from layerlint.commands._package_json import manifest, npm_lock, project, with_workspaces
from layerlint.commands._paths import join
from layerlint.domain.size import ZERO, Size
from layerlint.domain.truth import Truth
from layerlint.effects import (
    Effect,
    Invocation,
    Outcome,
    Populate,
    Remove,
    Stream,
    Symlink,
    Write,
)
from layerlint.filesystem.node import Inline, Inode

_ANSWER = Outcome(stdout=Stream(Size(0, 2000, None)))
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
_INIT = """{
  "name": "%s",
  "version": "1.0.0",
  "description": "",
  "main": "index.js",
  "scripts": {
    "test": "echo \\"Error: no test specified\\" && exit 1"
  },
  "keywords": [],
  "author": "",
  "license": "ISC"
}
"""
"""As npm 7 to 10 write it; 11 adds a line."""
_SMALL = 65_536


def npm(invocation: Invocation) -> Outcome:
    line = parse(invocation.argv[1:])
    if line.has("version") or line.has("help") or (line.verb == "" and not line.partial):
        return _ANSWER
    if line.verb == "":
        return unmodelled("npm with words that are not known")
    model = _VERBS.get(line.verb)
    if model is None:
        return FAILURE
    return model(invocation, line)


def npx(invocation: Invocation) -> Outcome:
    """Runs a program of the project; one that is not there is installed under ``~/.npm/_npx`` first."""
    line = parse(("exec", *invocation.argv[1:]), stop=True)
    if line.has("version") or line.has("help"):
        return _ANSWER
    return _exec(invocation, line)


# ------------------------------------------------------------------------- installs


def _install(invocation: Invocation, line: Line) -> Outcome:
    if line.has("dry-run"):
        return _ANSWER
    if line.is_global:
        return _install_globally(invocation, line)
    place = project(invocation, _directory(invocation, line))
    if place is None:
        return unmodelled("npm: the working directory is not known")
    names = [word for word in line.words if word != "."]
    if line.partial:
        names.append("")
    return _install_here(invocation, line, place, names)


def _ci(invocation: Invocation, line: Line) -> Outcome:
    """``npm ci``: the lock says all, and ``node_modules`` is made anew."""
    place = project(invocation, _directory(invocation, line))
    if place is None:
        return unmodelled("npm: the working directory is not known")
    view = invocation.view
    if all(is_absent(view, join(place, n)) for n in ("package-lock.json", "npm-shrinkwrap.json")):
        return Outcome((_log(invocation, line, ZERO),), Truth.NO)
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
    omits = _omits_dev(invocation, line)
    added = sizes.of_wanted(dict(map(split_spec, names))) if names else sizes.NONE
    main = dev = sizes.NONE
    if "dependencies" in present:
        pass
    elif lock is not None:
        main = sizes.of_lock(p for p in lock.packages if not p.dev)
        dev = sizes.of_lock(p for p in lock.packages if p.dev)
    elif root is not None:
        whole = with_workspaces(view, place, root)
        named = dict(map(split_spec, names))
        main = sizes.of_wanted({**whole.dependencies, **named})
        both = sizes.of_wanted({**whole.dev, **whole.dependencies, **named})
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
        effects += _modules(invocation, modules, _title(names), added)
        if not omits:
            effects += _modules(invocation, modules, "devDependencies", dev)
        if fetched.packages != ZERO:
            effects.append(Write(join(modules, ".package-lock.json"), scaled(fetched.packages, *_LOCKED)))
        effects += _cached(invocation, line, fetched, listed.metadata if not locked else ZERO)
    saves = bool(names) and not line.has("no-save")
    if saves:
        effects.append(_saved(invocation, place, names))
    keeps = locked and not names
    if not keeps and listed.packages != ZERO and not line.has("no-package-lock") and not line.has("no-save"):
        effects.append(_lock_file(invocation, place, listed, locked))
    effects.append(_log(invocation, line, listed.entries, _LOGGED_WITH_LOCK if locked else _LOGGED))
    root = manifest(invocation.view, place)
    if root is not None and not names and not line.has("ignore-scripts"):
        for script in own_scripts(set(root.scripts)):
            called = f"npm run {script}"
            effects += run_script(invocation, place, called, root.scripts[script]).effects
    return Outcome(tuple(effects), stdout=Stream(Size(0, 200, None)))


def _install_globally(invocation: Invocation, line: Line) -> Outcome:
    """Each package has its own ``node_modules``, and its programs a link; no lock is written."""
    prefix = npm_prefix(invocation, line.value("prefix"))
    modules = join(prefix, "lib/node_modules")
    effects: list[Effect] = []
    everything = sizes.NONE
    for word in line.words:
        name, wanted = split_spec(word)
        if name in (".", "") or name.startswith(("/", "./", "../")):
            effects.append(
                fill(invocation, modules, f"npm {word}", Size(0, 0, None), ZERO, f"{word} is not followed")
            )
            continue
        amounts = sizes.of_wanted({name: wanted})
        everything += amounts
        folder = join(modules, name)
        if invocation.view.presence(folder) is Truth.YES:
            effects.append(Remove(folder, recursive=True))
        label = f"npm:{name}"
        effects.append(Populate(folder, name, amounts.bytes, amounts.files, amounts.reason, label))
        for program, file in sizes.bins(name).items():
            link = join(prefix, f"bin/{program}")
            effects.append(Remove(link))
            effects.append(Symlink(f"../lib/node_modules/{name}/{file.removeprefix('./')}", link))
    if line.partial:
        amounts = sizes.of_wanted({"a package whose name is not known": "*"})
        everything += amounts
        effects.append(fill(invocation, modules, "npm -g", amounts.bytes, amounts.files, amounts.reason))
    effects += _cached(invocation, line, everything, everything.metadata)
    effects.append(_log(invocation, line, everything.entries))
    return Outcome(tuple(effects), stdout=Stream(Size(0, 200, None)))


def _modules(invocation: Invocation, modules: str, name: str, amounts: Amounts) -> list[Effect]:
    if amounts.packages == ZERO:
        return []
    return [
        fill(invocation, modules, name, amounts.bytes, amounts.files, amounts.reason, f"npm:{name}"),
    ]


def _cached(invocation: Invocation, line: Line, fetched: Amounts, metadata: Size) -> list[Effect]:
    if fetched.tarballs == ZERO:
        return []
    entries = fetched.packages + (fetched.packages if metadata != ZERO else ZERO)
    size = fetched.tarballs + metadata + scaled(entries, *_INDEXED)
    cache = join(npm_cache(invocation, line.value("cache")), "_cacache")
    return [fill(invocation, cache, "npm", size, entries + entries)]


def _log(
    invocation: Invocation, line: Line, packages: Size, each: tuple[int, int, int] = _LOGGED
) -> Populate:
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


def _omits_dev(invocation: Invocation, line: Line) -> bool:
    if line.has("dev") or "dev" in line.all("include") or line.value("also") in ("dev", "development"):
        return False
    if "production" in line.options or "prod" in line.options:
        return line.has("production") or line.has("prod")
    if "dev" in line.all("omit") or line.value("only") in ("prod", "production"):
        return True
    configured = npm_setting(invocation, "production") == "true" or npm_setting(invocation, "omit") == "dev"
    return configured or is_production(invocation)


def _title(names: list[str]) -> str:
    return " ".join(split_spec(name)[0] for name in names)[:80] or "npm"


def _directory(invocation: Invocation, line: Line) -> str | None:
    given = line.value("prefix")
    return invocation.path(given) if given is not None else None


# --------------------------------------------------------------------- other commands


def _uninstall(invocation: Invocation, line: Line) -> Outcome:
    log = _log(invocation, line, ZERO)
    if line.is_global:
        prefix = npm_prefix(invocation, line.value("prefix"))
        effects: list[Effect] = []
        for word in line.words:
            name = split_spec(word)[0]
            if not name or name.startswith("."):
                continue
            effects.append(Remove(join(prefix, f"lib/node_modules/{name}"), recursive=True))
            effects += [Remove(join(prefix, f"bin/{program}")) for program in sizes.bins(name)]
        return Outcome((*effects, log), stdout=_ANSWER.stdout)
    place = project(invocation, _directory(invocation, line))
    if place is None:
        return unmodelled("npm: the working directory is not known")
    modules = join(place, "node_modules")
    title = _title(line.words)
    if title in filled(invocation, modules):
        return Outcome((Remove(summary(modules, title)), log), stdout=_ANSWER.stdout)
    gap = fill(invocation, modules, "npm uninstall", ZERO, ZERO, f"which files {title} has is not known")
    return Outcome((gap, log), stdout=_ANSWER.stdout)


def _prune(invocation: Invocation, line: Line) -> Outcome:
    """Removes what only development needs, where it is told apart."""
    place = project(invocation, _directory(invocation, line))
    if place is None:
        return unmodelled("npm: the working directory is not known")
    modules = join(place, "node_modules")
    log = _log(invocation, line, ZERO)
    if not _omits_dev(invocation, line):
        return Outcome((log,), stdout=_ANSWER.stdout)
    present = filled(invocation, modules)
    if "devDependencies" in present:
        return Outcome((Remove(summary(modules, "devDependencies")), log), stdout=_ANSWER.stdout)
    if "dependencies" in present or is_absent(invocation.view, modules):
        return Outcome((log,), stdout=_ANSWER.stdout)
    gap = fill(
        invocation, modules, "npm prune", ZERO, ZERO, "which files only development needs is not known"
    )
    return Outcome((gap, log), stdout=_ANSWER.stdout)


def _cache(invocation: Invocation, line: Line) -> Outcome:
    log = _log(invocation, line, ZERO)
    cache = join(npm_cache(invocation, line.value("cache")), "_cacache")
    if line.words[:1] not in (["clean"], ["clear"], ["rm"]):
        return Outcome((log,), stdout=_ANSWER.stdout)
    # From npm 5 on it refuses without --force; which npm it is, is not asked.
    status = Truth.YES if line.has("force") else Truth.MAYBE
    return Outcome((Remove(cache, recursive=True), log), status)


def _config(invocation: Invocation, line: Line) -> Outcome:
    words = list(line.words)
    if line.verb == "config":
        action = words.pop(0) if words else "list"
        if action != "set":
            return Outcome((_log(invocation, line, ZERO),), stdout=_ANSWER.stdout)
    pairs: list[tuple[str, str]] = []
    while words:
        word = words.pop(0)
        key, equals, value = word.partition("=")
        pairs.append((key, value if equals else words.pop(0) if words else "true"))
    path = join(home(invocation), ".npmrc")
    if line.is_global:
        path = join(npm_prefix(invocation), "etc/npmrc")
    text = "".join(f"{key}={value}\n" for key, value in pairs)
    node = invocation.view.lookup(path)
    before: bytes | None = b""
    if isinstance(node, Inode):
        before = invocation.view.read(node, _SMALL)
    log = _log(invocation, line, ZERO)
    if before is None or line.partial:
        more = Size(0, len(text) + 20, len(text) + 1000)
        return Outcome((Write(path, more, append=True), log))
    data = before + text.encode("utf-8", "surrogatepass")
    return Outcome((Write(path, Size.exact(len(data)), Inline(data)), log))


def _update(invocation: Invocation, line: Line) -> Outcome:
    if line.is_global and line.words:
        return _install_globally(invocation, line)
    return _changed(invocation, line, Size(0, 100_000, None))


def _rebuild(invocation: Invocation, line: Line) -> Outcome:
    return _changed(invocation, line, Size(0, 500_000, None))


def _dedupe(invocation: Invocation, line: Line) -> Outcome:
    return _changed(invocation, line, ZERO)


def _changed(invocation: Invocation, line: Line, size: Size) -> Outcome:
    place = npm_prefix(invocation) + "/lib" if line.is_global else project(invocation)
    if place is None:
        return unmodelled("npm: the working directory is not known")
    called = f"npm {line.verb}"
    modules = join(place, "node_modules")
    gap = fill(invocation, modules, called, size, Size(0, 1, None), f"what {called} does is not known")
    return Outcome((gap, _log(invocation, line, ZERO)), stdout=_ANSWER.stdout)


def _link(invocation: Invocation, line: Line) -> Outcome:
    """Without words: the project is installed, and the global directory gets a link to it."""
    if line.words:
        return Outcome((_log(invocation, line, ZERO),), stdout=_ANSWER.stdout)
    return _install(invocation, line)


def _run(invocation: Invocation, line: Line) -> Outcome:
    words = list(line.words)
    name = line.verb if line.verb in ("test", "start", "stop", "restart") else (words[:1] or [""])[0]
    if not name:
        return unmodelled("npm run: a script that is not known") if line.partial else _ANSWER
    place = project(invocation, _directory(invocation, line))
    if place is None:
        return unmodelled("npm: the working directory is not known")
    called = f"npm {name}" if name == line.verb else f"npm run {name}"
    found = scripts(invocation, place)
    log = _log(invocation, line, ZERO)
    if found is not None and name not in found:
        fails = not line.has("if-present") and name not in ("start", "restart")
        return Outcome((log,), Truth.NO if fails else Truth.YES)
    outcome = Outcome()
    for script in (f"pre{name}", name, f"post{name}"):
        text = None if found is None else found.get(script)
        if text is not None or script == name:
            more = run_script(invocation, place, called, text)
            outcome = Outcome((*outcome.effects, *more.effects), stdout=more.stdout)
    return Outcome((*outcome.effects, log), stdout=outcome.stdout)


def scripts(invocation: Invocation, place: str) -> Mapping[str, str] | None:
    root = manifest(invocation.view, place)
    return None if root is None else root.scripts


def _exec(invocation: Invocation, line: Line) -> Outcome:
    if not line.words:
        return unmodelled("npx with words that are not known") if line.partial else _ANSWER
    place = project(invocation)
    if place is None:
        return unmodelled("npx: the working directory is not known")
    name, wanted = split_spec(line.value("package") or line.words[0])
    words = [split_spec(line.words[0])[0], *line.words[1:]]
    called = f"npx {words[0]}"
    effects: list[Effect] = []
    modules = join(place, "node_modules")
    if not filled(invocation, modules) and is_absent(invocation.view, join(modules, name)):
        amounts = sizes.of_wanted({name: wanted})
        cache = npm_cache(invocation)
        effects.append(
            fill(invocation, join(cache, "_npx"), name, amounts.bytes, amounts.files, amounts.reason)
        )
        effects += _cached(invocation, line, amounts, amounts.metadata)
    effects += run_tool(invocation, place, words, called).effects
    return Outcome((*effects, _log(invocation, line, ZERO)), stdout=_ANSWER.stdout)


def _init(invocation: Invocation, line: Line) -> Outcome:
    if line.words:
        return unmodelled(f"npm init {line.words[0]}")
    if invocation.cwd is None:
        return unmodelled("npm: the working directory is not known")
    path = join(invocation.cwd, "package.json")
    log = _log(invocation, line, ZERO)
    if not is_absent(invocation.view, path):
        return Outcome((log,), stdout=_ANSWER.stdout)
    name = invocation.cwd.rstrip("/").rpartition("/")[2].lower()
    data = (_INIT % name).encode("utf-8", "surrogatepass")
    return Outcome((Write(path, Size.exact(len(data)), Inline(data)), log), stdout=_ANSWER.stdout)


def _pack(invocation: Invocation, line: Line) -> Outcome:
    if invocation.cwd is None:
        return unmodelled("npm: the working directory is not known")
    gap = fill(
        invocation,
        invocation.cwd,
        "npm pack",
        Size(0, 20_000, None),
        Size.exact(1),
        "what npm pack packs is not known",
    )
    return Outcome((gap, _log(invocation, line, ZERO)), stdout=_ANSWER.stdout)


def _audit(invocation: Invocation, line: Line) -> Outcome:
    return (
        _changed(invocation, line, Size(0, 0, None))
        if line.words[:1] == ["fix"]
        else _answer(invocation, line)
    )


def _answer(invocation: Invocation, line: Line) -> Outcome:
    return Outcome((_log(invocation, line, ZERO),), stdout=_ANSWER.stdout)


_VERBS: dict[str, Callable[[Invocation, Line], Outcome]] = {
    "audit": _audit,
    "bin": _answer,
    "cache": _cache,
    "ci": _ci,
    "config": _config,
    "dedupe": _dedupe,
    "doctor": _answer,
    "exec": _exec,
    "explain": _answer,
    "fund": _answer,
    "get": _answer,
    "help": _answer,
    "init": _init,
    "install": _install,
    "link": _link,
    "login": _answer,
    "ls": _answer,
    "outdated": _answer,
    "pack": _pack,
    "ping": _answer,
    "pkg": _answer,
    "prefix": _answer,
    "prune": _prune,
    "publish": _answer,
    "rebuild": _rebuild,
    "restart": _run,
    "root": _answer,
    "run": _run,
    "search": _answer,
    "set": _config,
    "start": _run,
    "stop": _run,
    "test": _run,
    "uninstall": _uninstall,
    "update": _update,
    "version": _answer,
    "view": _answer,
    "whoami": _answer,
}
