"""``npm`` and ``npx``: installs (`_npm_install`), the scripts of a project, the cache and the configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from layerlint.commands import _npm_sizes as sizes
from layerlint.commands._known import is_absent
from layerlint.commands._node_places import (
    fill,
    filled,
    home,
    npm_cache,
    npm_prefix,
    npm_registry,
    summary,
)
from layerlint.commands._node_scripts import run_script, run_tool
from layerlint.commands._npm_install import (
    cached,
    ci,
    given_directory,
    install,
    install_globally,
    log,
    omits_dev,
    title,
)
from layerlint.commands._npm_line import Line, parse, split_spec
from layerlint.commands._outcome import ANSWER, FAILURE, unmodelled
from layerlint.commands._package_json import manifest, project
from layerlint.commands._paths import join
from layerlint.domain.size import ZERO, Size
from layerlint.domain.truth import Truth
from layerlint.effects import (
    Effect,
    Invocation,
    Outcome,
    Remove,
    Write,
)
from layerlint.filesystem.node import Inline, Inode

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
        return ANSWER
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
        return ANSWER
    return _exec(invocation, line)


# --------------------------------------------------------------------- other commands


def _uninstall(invocation: Invocation, line: Line) -> Outcome:
    logged = log(invocation, line, ZERO)
    if line.is_global:
        prefix = npm_prefix(invocation, line.value("prefix"))
        effects: list[Effect] = []
        for word in line.words:
            name = split_spec(word)[0]
            if not name or name.startswith("."):
                continue
            effects.append(Remove(join(prefix, f"lib/node_modules/{name}"), recursive=True))
            effects += [Remove(join(prefix, f"bin/{program}")) for program in sizes.bins(name)]
        return Outcome((*effects, logged), stdout=ANSWER.stdout)
    place = project(invocation, given_directory(invocation, line))
    if place is None:
        return unmodelled("npm: the working directory is not known")
    modules = join(place, "node_modules")
    named = title(line.words)
    if named in filled(invocation, modules):
        return Outcome((Remove(summary(modules, named)), logged), stdout=ANSWER.stdout)
    gap = fill(invocation, modules, "npm uninstall", ZERO, ZERO, f"which files {named} has is not known")
    return Outcome((gap, logged), stdout=ANSWER.stdout)


def _prune(invocation: Invocation, line: Line) -> Outcome:
    """Removes what only development needs, where it is told apart."""
    place = project(invocation, given_directory(invocation, line))
    if place is None:
        return unmodelled("npm: the working directory is not known")
    modules = join(place, "node_modules")
    logged = log(invocation, line, ZERO)
    if not omits_dev(invocation, line):
        return Outcome((logged,), stdout=ANSWER.stdout)
    present = filled(invocation, modules)
    if "devDependencies" in present:
        return Outcome((Remove(summary(modules, "devDependencies")), logged), stdout=ANSWER.stdout)
    if "dependencies" in present or is_absent(invocation.view, modules):
        return Outcome((logged,), stdout=ANSWER.stdout)
    gap = fill(
        invocation, modules, "npm prune", ZERO, ZERO, "which files only development needs is not known"
    )
    return Outcome((gap, logged), stdout=ANSWER.stdout)


def _cache(invocation: Invocation, line: Line) -> Outcome:
    logged = log(invocation, line, ZERO)
    cache = join(npm_cache(invocation, line.value("cache")), "_cacache")
    if line.words[:1] not in (["clean"], ["clear"], ["rm"]):
        return Outcome((logged,), stdout=ANSWER.stdout)
    # From npm 5 on it refuses without --force; which npm it is, is not asked.
    status = Truth.YES if line.has("force") else Truth.MAYBE
    return Outcome((Remove(cache, recursive=True), logged), status)


def _config(invocation: Invocation, line: Line) -> Outcome:
    words = list(line.words)
    if line.verb == "config":
        action = words.pop(0) if words else "list"
        if action != "set":
            return Outcome((log(invocation, line, ZERO),), stdout=ANSWER.stdout)
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
    logged = log(invocation, line, ZERO)
    if before is None or line.partial:
        more = Size(0, len(text) + 20, len(text) + 1000)
        return Outcome((Write(path, more, append=True), logged))
    data = before + text.encode("utf-8", "surrogatepass")
    return Outcome((Write(path, Size.exact(len(data)), Inline(data)), logged))


def _update(invocation: Invocation, line: Line) -> Outcome:
    if line.is_global and line.words:
        return install_globally(invocation, line)
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
    return Outcome((gap, log(invocation, line, ZERO)), stdout=ANSWER.stdout)


def _link(invocation: Invocation, line: Line) -> Outcome:
    """Without words: the project is installed, and the global directory gets a link to it."""
    if line.words:
        return Outcome((log(invocation, line, ZERO),), stdout=ANSWER.stdout)
    return install(invocation, line)


def _run(invocation: Invocation, line: Line) -> Outcome:
    words = list(line.words)
    name = line.verb if line.verb in ("test", "start", "stop", "restart") else (words[:1] or [""])[0]
    if not name:
        return unmodelled("npm run: a script that is not known") if line.partial else ANSWER
    place = project(invocation, given_directory(invocation, line))
    if place is None:
        return unmodelled("npm: the working directory is not known")
    called = f"npm {name}" if name == line.verb else f"npm run {name}"
    found = scripts(invocation, place)
    logged = log(invocation, line, ZERO)
    if found is not None and name not in found:
        fails = not line.has("if-present") and name not in ("start", "restart")
        return Outcome((logged,), Truth.NO if fails else Truth.YES)
    outcome = Outcome()
    for script in (f"pre{name}", name, f"post{name}"):
        text = None if found is None else found.get(script)
        if text is not None or script == name:
            more = run_script(invocation, place, called, text)
            outcome = Outcome((*outcome.effects, *more.effects), stdout=more.stdout)
    return Outcome((*outcome.effects, logged), stdout=outcome.stdout)


def scripts(invocation: Invocation, place: str) -> Mapping[str, str] | None:
    root = manifest(invocation.view, place)
    return None if root is None else root.scripts


def _exec(invocation: Invocation, line: Line) -> Outcome:
    if not line.words:
        return unmodelled("npx with words that are not known") if line.partial else ANSWER
    place = project(invocation)
    if place is None:
        return unmodelled("npx: the working directory is not known")
    name, wanted = split_spec(line.value("package") or line.words[0])
    words = [split_spec(line.words[0])[0], *line.words[1:]]
    called = f"npx {words[0]}"
    effects: list[Effect] = []
    modules = join(place, "node_modules")
    if not filled(invocation, modules) and is_absent(invocation.view, join(modules, name)):
        amounts = sizes.looked_up(
            invocation, {name: wanted}, npm_registry(invocation, line.value("registry"))
        )
        cache = npm_cache(invocation)
        effects.append(
            fill(invocation, join(cache, "_npx"), name, amounts.bytes, amounts.files, amounts.reason)
        )
        effects += cached(invocation, line, amounts, amounts.metadata)
    effects += run_tool(invocation, place, words, called).effects
    return Outcome((*effects, log(invocation, line, ZERO)), stdout=ANSWER.stdout)


def _init(invocation: Invocation, line: Line) -> Outcome:
    if line.words:
        return unmodelled(f"npm init {line.words[0]}")
    if invocation.cwd is None:
        return unmodelled("npm: the working directory is not known")
    path = join(invocation.cwd, "package.json")
    logged = log(invocation, line, ZERO)
    if not is_absent(invocation.view, path):
        return Outcome((logged,), stdout=ANSWER.stdout)
    name = invocation.cwd.rstrip("/").rpartition("/")[2].lower()
    data = (_INIT % name).encode("utf-8", "surrogatepass")
    return Outcome((Write(path, Size.exact(len(data)), Inline(data)), logged), stdout=ANSWER.stdout)


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
    return Outcome((gap, log(invocation, line, ZERO)), stdout=ANSWER.stdout)


def _audit(invocation: Invocation, line: Line) -> Outcome:
    return (
        _changed(invocation, line, Size(0, 0, None))
        if line.words[:1] == ["fix"]
        else _answer(invocation, line)
    )


def _answer(invocation: Invocation, line: Line) -> Outcome:
    return Outcome((log(invocation, line, ZERO),), stdout=ANSWER.stdout)


_VERBS: dict[str, Callable[[Invocation, Line], Outcome]] = {
    "audit": _audit,
    "bin": _answer,
    "cache": _cache,
    "ci": ci,
    "config": _config,
    "dedupe": _dedupe,
    "doctor": _answer,
    "exec": _exec,
    "explain": _answer,
    "fund": _answer,
    "get": _answer,
    "help": _answer,
    "init": _init,
    "install": install,
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
