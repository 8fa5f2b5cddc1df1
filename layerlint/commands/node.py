"""Programs of the JavaScript world beside the package managers: node itself, build tools, version managers."""

from __future__ import annotations

from layerlint.commands import _npm_sizes as sizes
from layerlint.commands._known import is_absent
from layerlint.commands._node_places import fill, home, scaled, variable
from layerlint.commands._node_scripts import run_tool
from layerlint.commands._outcome import SUCCESS, unmodelled
from layerlint.commands._package_json import manifest, project
from layerlint.commands._paths import basename, join, show
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN
from layerlint.effects import Effect, Invocation, Outcome, Stream, Symlink

_PRINTED = Outcome(stdout=Stream(Size(0, 20, 2_000)))
_QUESTIONS = frozenset(("--version", "-v", "-V", "--help", "-h", "version", "help"))
_WRITERS = ("writeFile", "createWriteStream", "child_process", "exec", "spawn", "mkdir", "import(")
"""In a script of ``node -e`` they tell that it may write."""
_NODE = Size(100_000_000, 190_000_000, 220_000_000)
"""A release of node unpacked, with headers, npm and documentation: 14 to 22 for Linux."""


def node(invocation: Invocation) -> Outcome:
    """Answers of ``--version``, ``-p`` and most of ``-e`` write nothing; what a script does is not known."""
    words = invocation.argv[1:]
    if not words or words[0] in _QUESTIONS:
        return _PRINTED
    for position, word in enumerate(words):
        if word is UNKNOWN:
            return unmodelled("node: what it runs is not known")
        if word in ("-e", "-p", "-pe", "--eval", "--print", "-c", "--check"):
            script = words[position + 1] if position + 1 < len(words) else ""
            if script is UNKNOWN or any(writer in script for writer in _WRITERS):
                return unmodelled("what a node script does is not known")
            return _PRINTED
        if not word.startswith("-"):
            return _tool(invocation, word, position)
    return _PRINTED


def _tool(invocation: Invocation, word: str, position: int) -> Outcome:
    """``node node_modules/.bin/tsc`` is that tool; of other scripts nothing is known."""
    if "node_modules/" not in word or invocation.cwd is None:
        return unmodelled(f"what node {show(word)} does is not known")
    rest = [str(each) for each in invocation.argv[position + 2 :] if each is not UNKNOWN]
    return run_tool(invocation, invocation.cwd, [basename(word), *rest], f"node {word}")


def build(invocation: Invocation) -> Outcome:
    """``tsc``, ``webpack``, ``ng`` and the like by their own names."""
    words = [str(word) for word in invocation.argv if word is not UNKNOWN]
    if len(words) > 1 and words[1] in _QUESTIONS:
        return _PRINTED
    place = project(invocation)
    if place is None:
        return unmodelled(f"{words[0]}: the working directory is not known")
    called = " ".join(words[:2])
    return run_tool(invocation, place, words, called)


def bower(invocation: Invocation) -> Outcome:
    """``bower_components`` and a cache: git repositories of its packages, unpacked in both."""
    words = [word for word in invocation.argv[1:] if isinstance(word, str) and not word.startswith("-")]
    if not words or words[0] not in ("install", "i", "update"):
        return _PRINTED
    if invocation.cwd is None:
        return unmodelled("bower: the working directory is not known")
    reason = "the sizes of bower's packages are not known"
    size = Size(0, 10_000_000, None)
    modules = fill(invocation, join(invocation.cwd, "bower_components"), "bower", size, reason=reason)
    cache = fill(invocation, join(home(invocation), ".cache/bower"), "bower", size, reason=reason)
    return Outcome((modules, cache), stdout=_PRINTED.stdout)


def lerna(invocation: Invocation) -> Outcome:
    """``bootstrap`` installs every package of the repository."""
    words = [word for word in invocation.argv[1:] if isinstance(word, str) and not word.startswith("-")]
    if words[:1] != ["bootstrap"]:
        return build(invocation)
    place = project(invocation)
    root = None if place is None else manifest(invocation.view, place)
    if place is None:
        return unmodelled("lerna: the working directory is not known")
    amounts = sizes.of_project()
    known = root is not None and is_absent(invocation.view, join(place, "lerna.json"))
    reason = "what lerna bootstrap installs is not known" if not known else amounts.reason
    put = fill(invocation, join(place, "node_modules"), "lerna", amounts.bytes, amounts.files, reason)
    return Outcome((put,), stdout=_PRINTED.stdout)


def corepack(invocation: Invocation) -> Outcome:
    """``enable`` makes links beside itself; ``prepare`` and ``install`` keep a package manager in
    ``~/.cache/node/corepack``: pnpm 9 is 16 to 20 MB, yarn 4 about 3 MB."""
    words = [word for word in invocation.argv[1:] if isinstance(word, str) and not word.startswith("-")]
    verb = words[0] if words else ""
    given = variable(invocation, "COREPACK_HOME")
    cache = (None if given is None else invocation.path(given)) or join(
        home(invocation), ".cache/node/corepack"
    )
    if verb in ("prepare", "install", "use", "up", "hydrate"):
        name = words[1].partition("@")[0] if len(words) > 1 else "yarn"
        size = (
            Size(1_000_000, 18_000_000, 75_000_000)
            if name == "pnpm"
            else Size(700_000, 3_000_000, 20_000_000)
        )
        return Outcome((fill(invocation, join("/", cache), name, size, Size(1, 100, 1500)),))
    if verb != "enable":
        return _PRINTED
    there = "/usr/local/bin" if invocation.view.lookup("/usr/bin/corepack") is None else "/usr/bin"
    names = words[1:] or ["pnpm", "pnpx", "yarn", "yarnpkg"]
    effects: list[Effect] = [
        Symlink(f"../lib/node_modules/corepack/dist/{name}.js", join(there, name))
        for name in names
        if is_absent(invocation.view, join(there, name), follow=False)
    ]
    return Outcome(tuple(effects))


def n(invocation: Invocation) -> Outcome:
    """``n stable``: a release below ``/usr/local/n``, copied from there to ``/usr/local``."""
    words = [word for word in invocation.argv[1:] if isinstance(word, str) and not word.startswith("-")]
    if not words or words[0] in ("ls", "list", "which", "bin", "exec", "run", "doctor", "lsr", "ls-remote"):
        return _PRINTED
    if words[0] in ("rm", "prune", "uninstall", "-"):
        return unmodelled(f"n {words[0]}")
    prefix = variable(invocation, "N_PREFIX") or "/usr/local"
    located = join("/", invocation.path(prefix) or prefix)
    kept = fill(invocation, join(located, "n/versions/node"), "node", _NODE, Size(2000, 4500, 6000))
    if "download" in words or "-d" in invocation.argv:
        return Outcome((kept,))
    used = fill(invocation, join(located, "lib/node_modules"), "node", _NODE, Size(2000, 4500, 6000))
    return Outcome((kept, used))


def nvm(invocation: Invocation) -> Outcome:
    """A function of ``nvm.sh``: a release below ``$NVM_DIR``, and its archive in the cache."""
    words = [word for word in invocation.argv[1:] if isinstance(word, str) and not word.startswith("-")]
    root = variable(invocation, "NVM_DIR") or join(home(invocation), ".nvm")
    located = join("/", invocation.path(root) or root)
    verb = words[0] if words else ""
    if verb == "install":
        kept = fill(invocation, join(located, "versions/node"), "node", _NODE, Size(2000, 4500, 6000))
        archive = fill(
            invocation, join(located, ".cache"), "node", Size(0, 28_000_000, 50_000_000), Size(0, 1, 2)
        )
        return Outcome((kept, archive), stdout=_PRINTED.stdout)
    if verb in ("cache", "uninstall"):
        return unmodelled(f"nvm {verb}")
    return _PRINTED


def bun(invocation: Invocation) -> Outcome:
    """``install`` and ``add`` as npm has them, with unpacked copies in ``~/.bun/install/cache``."""
    words = [word for word in invocation.argv[1:] if isinstance(word, str)]
    operands = [word for word in words if not word.startswith("-")]
    if not words or words[0] in _QUESTIONS:
        return _PRINTED
    place = project(invocation)
    if place is None:
        return unmodelled("bun: the working directory is not known")
    verb = operands[0] if operands else ""
    if verb in ("install", "i", "add", "ci"):
        root = manifest(invocation.view, place)
        named = dict.fromkeys(operands[1:], "*")
        wanted = named if root is None else {**root.dev, **root.dependencies, **named}
        amounts = sizes.of_wanted(wanted) if wanted else sizes.of_project()
        modules = join(place, "node_modules")
        # Not measured: bun links or clones out of its cache where the file system can, else it copies.
        kept = scaled(amounts.bytes, 0.0, 1.0, 1.1)
        reason = amounts.reason or "bun's cache is not measured"
        return Outcome(
            (
                fill(
                    invocation,
                    modules,
                    "dependencies",
                    amounts.bytes,
                    amounts.files,
                    amounts.reason,
                    "npm:bun",
                ),
                fill(
                    invocation,
                    join(home(invocation), ".bun/install/cache"),
                    "bun",
                    kept,
                    amounts.files,
                    reason,
                ),
            ),
            stdout=_PRINTED.stdout,
        )
    if verb in ("run", "x"):
        return run_tool(invocation, place, operands[1:], f"bun {' '.join(operands[:2])}")
    return unmodelled(f"bun {verb}")


def deno(invocation: Invocation) -> Outcome:
    words = [word for word in invocation.argv[1:] if isinstance(word, str)]
    if not words or words[0] in {*_QUESTIONS, "fmt", "lint", "check", "info"}:
        return SUCCESS if words[:1] == ["fmt"] else _PRINTED
    if words[0] in ("cache", "install"):
        given = variable(invocation, "DENO_DIR") or join(home(invocation), ".cache/deno")
        located = join("/", invocation.path(given) or given)
        size = Size(0, 10_000_000, None)
        return Outcome((fill(invocation, located, "deno", size, reason="what deno downloads is not known"),))
    return unmodelled(f"deno {words[0]}")
