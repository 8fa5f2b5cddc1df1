"""What the build tools of JavaScript projects make, as far as their command lines tell.

Where a bundle goes is known by convention, its size is not: 2 MB is the order of a production bundle of a small
application, and no bound is given.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from itertools import pairwise, zip_longest

from layerlint.commands._node_places import fill
from layerlint.commands._outcome import SUCCESS
from layerlint.commands._paths import join
from layerlint.domain.size import Size
from layerlint.effects import Effect, Invocation, Outcome, Populate, Stream
from layerlint.filesystem.node import Inode

_BUNDLE = Size(0, 2_000_000, None)
_NOTHING_MUCH = Size(0, 0, None)
_PRINTED = Stream(Size(0, 2000, None))
_DIRECTORIES: Mapping[tuple[str, str], str] = {
    ("astro", "build"): "dist",
    ("babel", ""): "lib",
    ("brunch", "build"): "public",
    ("ember", "build"): "dist",
    ("esbuild", ""): "dist",
    ("gatsby", "build"): "public",
    ("gitbook", "build"): "_book",
    ("hexo", "generate"): "public",
    ("nest", "build"): "dist",
    ("next", "build"): ".next",
    ("ng", "build"): "dist",
    ("nuxt", "build"): ".nuxt",
    ("nuxt", "generate"): "dist",
    ("parcel", "build"): "dist",
    ("quasar", "build"): "dist",
    ("react-scripts", "build"): "build",
    ("remix", "build"): "build",
    ("rollup", ""): "dist",
    ("tsc", ""): "dist",
    ("tsup", ""): "dist",
    ("vite", "build"): "dist",
    ("vue-cli-service", "build"): "dist",
    ("vuepress", "build"): ".vuepress",
    ("webpack", ""): "dist",
    ("webpack-cli", ""): "dist",
}
"""Where a tool puts what it builds unless its configuration says otherwise."""
_TEXT = r"""['"]([^'"\n]{1,200})['"]"""
_CONFIGURED: Mapping[str, tuple[tuple[str, ...], re.Pattern[str]]] = {
    "ng": (("angular.json",), re.compile(r'"outputPath"\s{0,9}:\s{0,9}' + _TEXT)),
    "tsc": (("tsconfig.json",), re.compile(r'"outDir"\s{0,9}:\s{0,9}' + _TEXT)),
    "vite": (
        ("vite.config.js", "vite.config.ts", "vite.config.mjs", "vite.config.mts"),
        re.compile(r"\boutDir\s{0,9}:\s{0,9}" + _TEXT),
    ),
    "vue-cli-service": (("vue.config.js",), re.compile(r"\boutputDir\s{0,9}:\s{0,9}" + _TEXT)),
    "webpack": (
        ("webpack.config.js",),
        re.compile(r"\bpath\s{0,9}:\s{0,9}path\.(?:join|resolve)\(\s{0,9}__dirname\s{0,9},\s{0,9}" + _TEXT),
    ),
}
"""The files of a project that say otherwise, and how."""
_LARGEST = 1 << 18
"""Bytes of one."""
_READERS = frozenset(
    (
        "ava", "cd", "cypress", "echo", "eslint", "flow", "husky", "jasmine", "jest", "karma", "mkdir", "mocha",
        "opencollective", "prettier", "rimraf", "rm", "snyk", "standard", "stylelint", "tape", "true", "tslint",
        "vitest", "xo",
    )
)  # fmt: skip
"""They check, test or clear: what they write is a report at most."""
_SERVERS = frozenset(("forever", "http-server", "nodemon", "serve", "pm2-runtime", "live-server"))
_OUTPUT = ("--outDir", "--out-dir", "--output-path", "--outdir", "--dist-dir", "-d", "--out")
_LAUNCHERS = frozenset(
    ("npx", "cross-env", "dotenv", "env", "yarn", "pnpm", "run", "exec", "node_modules/.bin")
)


def run_script(invocation: Invocation, directory: str, called: str, text: str | None) -> Outcome:
    """The script of a ``package.json``, ``text`` where it is known."""
    parts = [] if text is None else _commands(text)
    effects: list[Effect] = []
    for words in parts:
        made = _made(invocation, directory, words, called)
        if made is not None:
            effects.append(made)
    if not parts:
        effects.append(_somewhere(invocation, directory, called))
    return Outcome(tuple(effects), stdout=_PRINTED)


def run_tool(invocation: Invocation, directory: str, words: list[str], called: str) -> Outcome:
    """A tool called by its name, or through ``npx``."""
    made = _made(invocation, directory, words, called) if words else None
    return SUCCESS if made is None else Outcome((made,), stdout=_PRINTED)


def _commands(text: str) -> list[list[str]]:
    """The simple commands of a script, as far as it is plain; the shell of ``npm run`` is the system's."""
    try:
        lexer = shlex.shlex(text[:4096], posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words = list(lexer)
    except ValueError:
        return []
    commands: list[list[str]] = [[]]
    for word in words:
        if word in ("&&", ";", "||", "|", "&"):
            commands.append([])
        else:
            commands[-1].append(word)
    return [command for command in commands if command]


def _made(invocation: Invocation, directory: str, words: list[str], called: str) -> Populate | None:
    """None where it writes nothing to speak of."""
    words = list(words)
    while words and (words[0] in _LAUNCHERS or "=" in words[0].split("/")[0]):
        words.pop(0)
    if not words:
        return _somewhere(invocation, directory, called)
    tool = words[0].rpartition("/")[2]
    verb = next((word for word in words[1:] if not word.startswith("-")), "")
    if tool in _READERS or {"--help", "--version", "-v", "-h", "--noEmit", "--check"} & set(words[1:]):
        return fill(invocation, directory, called, _NOTHING_MUCH) if tool in ("jest", "karma") else None
    if tool in _SERVERS:
        return None
    place = _DIRECTORIES.get((tool, verb)) or _DIRECTORIES.get((tool, ""))
    if place is None:
        return _somewhere(invocation, directory, called)
    output = join(directory, _configured(invocation, directory, words) or place)
    for option, value in zip_longest(words, words[1:], fillvalue="-"):
        name, equals, joined = option.partition("=")
        if name in _OUTPUT and (equals or not value.startswith("-")):
            chosen = joined if equals else value
            output = join("/", chosen) if chosen.startswith("/") else join(directory, chosen)
    return fill(
        invocation,
        output,
        called,
        _BUNDLE,
        Size(0, 20, None),
        f"what {called} makes is not known",
    )


def _configured(invocation: Invocation, directory: str, words: list[str]) -> str | None:
    """Below the project, where the configuration of the tool says it in one literal."""
    names, pattern = _CONFIGURED.get(words[0].rpartition("/")[2], ((), None))
    given = [after for option, after in pairwise(words) if option in ("--config", "--project", "-p")]
    for name in (*given, *names):
        node = invocation.view.lookup(join(directory, name))
        data = invocation.view.read(node, _LARGEST) if isinstance(node, Inode) else None
        if data is None or pattern is None:
            continue
        found = set(pattern.findall(data.decode("utf-8", "replace")))
        place = found.pop() if len(found) == 1 else ""
        return None if not place or place.startswith("/") or ".." in place else place
    return None


def _somewhere(invocation: Invocation, directory: str, called: str) -> Populate:
    """It may write below the project; of a build it is likely, of other scripts it is not."""
    builds = any(part in called for part in ("build", "dist", "compile", "bundle", "generate", "export"))
    size = _BUNDLE if builds else _NOTHING_MUCH
    return fill(
        invocation,
        directory,
        called,
        size,
        Size(0, 20 if builds else 0, None),
        f"what {called} does is not known",
    )
