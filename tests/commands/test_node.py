"""npm, yarn, pnpm, node and what stands beside them: command lines to effects."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerlint.commands import _lock_text
from layerlint.commands._npm_line import split_spec
from layerlint.commands._npm_sizes import independent
from layerlint.domain.size import Size, total
from layerlint.domain.text import UNKNOWN, Text
from layerlint.effects import Effect, Outcome, Populate, Remove, Symlink, Write
from layerlint.filesystem.node import Inode, Kind
from layerlint.filesystem.union import FileSystem
from tests.commands.invoke import directory, invoke, performed, show, system

INSTALLS = Path(__file__).parent.parent / "data" / "npm_installs.json.gz"
PACKAGE = {
    "name": "app",
    "dependencies": {"express": "^5.0.0"},
    "devDependencies": {"mocha": "*"},
    "scripts": {"build": "tsc -p . && vite build --outDir=/srv/www", "test": "mocha", "clean": "rm -rf dist"},
}
YARN_1 = """# yarn lockfile v1


a@^1.0.0, a@~1.2.0:
  version "1.2.3"
  resolved "…"
  dependencies:
    "@s/b" "^2.0.0"

"@s/b@^2.0.0":
  version "2.1.0"

c@*:
  version "3.0.0"
"""
YARN_4 = """__metadata:
  version: 8

"a@npm:^1.0.0":
  version: 1.2.3
  resolution: "a@npm:1.2.3"
  dependencies:
    "@s/b": "npm:^2.0.0"
  linkType: hard

"@s/b@npm:^2.0.0":
  version: 2.1.0
  linkType: hard

"app@workspace:.":
  version: 0.0.0-use.local
  linkType: soft
"""


def app(package: object = PACKAGE, **files: bytes) -> FileSystem:
    text = json.dumps(package).encode()
    return system({"/w/package.json": text, **{f"/w/{name}": data for name, data in files.items()}})


def places(outcome: Outcome) -> list[str]:
    """Where it writes and what it removes, in order."""
    found = []
    for effect in outcome.effects:
        match effect:
            case Populate(where, name, reason=reason):
                found.append(f"{where}/<{name}>" + (f" ({reason})" if reason else ""))
            case Remove(path):
                found.append(f"-{path}")
            case Write(path) | Symlink(_, path):
                found.append(path)
            case _:
                found.append(type(effect).__name__)
    return found


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "npm install",
            [
                "/w/node_modules/<dependencies>",
                "/w/node_modules/<devDependencies>",
                "/w/node_modules/.package-lock.json",
                "/root/.npm/_cacache/<npm>",
                "/w/package-lock.json",
                "/root/.npm/_logs/<npm install>",
            ],
        ),
        (
            "npm i --omit=dev --cache /tmp/c --no-package-lock",
            [
                "/w/node_modules/<dependencies>",
                "/w/node_modules/.package-lock.json",
                "/tmp/c/_cacache/<npm>",
                "/tmp/c/_logs/<npm install>",
            ],
        ),
        ("npm ci", ["/root/.npm/_logs/<npm ci>"]),
        (
            "npm install -g prettier --unsafe-perm",
            [
                "/usr/local/lib/node_modules/prettier/<prettier>",
                "-/usr/local/bin/prettier",
                "/usr/local/bin/prettier",
                "/root/.npm/_cacache/<npm>",
                "/root/.npm/_logs/<npm install>",
            ],
        ),
        (
            "npm uninstall -g prettier",
            [
                "-/usr/local/lib/node_modules/prettier",
                "-/usr/local/bin/prettier",
                "/root/.npm/_logs/<npm uninstall>",
            ],
        ),
        ("npm cache clean --force", ["-/root/.npm/_cacache", "/root/.npm/_logs/<npm cache>"]),
        ("npm config set cache /c", ["/root/.npmrc", "/root/.npm/_logs/<npm config>"]),
        (
            "npm run build",
            [
                "/w/dist/<npm run build> (what npm run build makes is not known)",
                "/srv/www/<npm run build> (what npm run build makes is not known)",
                "/root/.npm/_logs/<npm run>",
            ],
        ),
        ("npm test", ["/root/.npm/_logs/<npm test>"]),
        ("npm --version", []),
        (
            "yarn --frozen-lockfile",
            [
                "/w/node_modules/<dependencies>",
                "/w/node_modules/<devDependencies>",
                "/usr/local/share/.cache/yarn/v6/<yarn>",
                "/w/node_modules/.yarn-integrity",
                "/w/yarn.lock",
            ],
        ),
        ("yarn cache clean", ["-/usr/local/share/.cache/yarn/v6"]),
        ("yarn run lint", ["/w/<yarn lint> (what yarn lint does is not known)"]),
        (
            "pnpm install --prod",
            [
                "/w/node_modules/<dependencies>",
                "/w/node_modules/.pnpm/lock.yaml",
                "/root/.local/share/pnpm/store/<pnpm>",
                "/root/.cache/pnpm/<pnpm>",
                "/w/pnpm-lock.yaml",
            ],
        ),
        ("pnpm store prune", []),
        ("node --version", []),
        ("node -e 'console.log(1)'", []),
        ("node server.js", ["Unmodelled"]),
        ("tsc --noEmit", []),
        ("npx tsc --outDir out", ["/w/out/<npx tsc> (what npx tsc makes is not known)"]),
        ("nvm use 20", []),
    ],
)
def test_where_things_go(line: str, expected: list[str]) -> None:
    found = places(invoke(line, app(), cwd="/w"))
    if line.startswith("npx"):
        found = [path for path in found if "/w/" in path]
    assert found == expected


def test_ranges_are_told_from_names() -> None:
    assert split_spec("express") == ("express", "")
    assert split_spec("@angular/cli@^16") == ("@angular/cli", "^16")
    assert split_spec("a@npm:b@2") == ("b", "2")
    assert split_spec("git+https://host/x@y") == ("git+https://host/x@y", "")


def test_development_is_pruned() -> None:
    after = performed(invoke("npm install", app()), app())
    assert places(invoke("npm prune --production", after))[0] == "-/w/node_modules/<devDependencies>"
    again = places(invoke("npm install", after))
    assert again == ["/root/.npm/_logs/<npm install 2>"]


def test_what_is_not_known_is_said() -> None:
    unknown = system({"/w": directory(complete=False)})
    effect = invoke("npm install", unknown).effects[0]
    assert isinstance(effect, Populate)
    assert effect.reason == "package.json is not known"
    named = invoke("npm install -g left-over-name", unknown).effects[0]
    assert isinstance(named, Populate)
    assert named.reason == "not in the table of sizes: left-over-name"


def test_a_configured_cache_and_prefix_are_followed() -> None:
    files = app()
    for line in ("npm config set cache /c", "npm set prefix=/opt/npm"):
        files = performed(invoke(line, files), files)
    found = places(invoke("npm i -g prettier", files))
    assert found[0] == "/opt/npm/lib/node_modules/prettier/<prettier>"
    assert "/c/_cacache/<npm>" in found


def test_only_the_lock_of_what_is_needed() -> None:
    entries = _lock_text.yarn(YARN_1, 100)
    assert [(e.name, e.version) for e in entries] == [("a", "1.2.3"), ("@s/b", "2.1.0"), ("c", "3.0.0")]
    assert {e.name for e in _lock_text.reached(entries, {"a": "~1.2.0"})} == {"a", "@s/b"}
    berry = _lock_text.yarn(YARN_4, 100)
    assert [(e.name, e.version) for e in berry] == [("a", "1.2.3"), ("@s/b", "2.1.0")]
    assert {e.name for e in _lock_text.reached(berry, {"a": "^1.0.0"})} == {"a", "@s/b"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("packages:\n\n  /@s/a/1.0.0_b@2.0.0:\n    dev: true\n", [("@s/a", "1.0.0", True)]),
        ("packages:\n\n  /a@1.0.0(b@2.0.0):\n    dev: false\n", [("a", "1.0.0", False)]),
        ("packages:\n\n  '@s/a@1.0.0':\n    os: [darwin]\n\n  b@2.0.0:\n", [("b", "2.0.0", False)]),
        ("snapshots:\n\n  a@1.0.0: {}\n", []),
    ],
)
def test_locks_of_pnpm(text: str, expected: list[tuple[str, str, bool]]) -> None:
    assert _lock_text.pnpm(text, 100)[0] == expected


def test_the_first_version_of_the_lock_is_nested() -> None:
    lock = {"dependencies": {"ms": {"version": "2.1.3", "dependencies": {"debug": {"version": "4.4.3"}}}}}
    outcome = invoke("npm ci", app(**{"package-lock.json": json.dumps(lock).encode()}))
    assert total(size(effect) for effect in outcome.effects if where(effect) == "/w/node_modules").is_exact


def test_deviations_of_independent_amounts_add_as_squares() -> None:
    assert independent([Size(90, 100, 110)] * 100) == Size(9900, 10_000, 10_100)
    assert independent([Size(0, 1, None)]).high is None


def where(effect: Effect) -> str:
    return effect.directory if isinstance(effect, Populate) else ""


def size(effect: Effect) -> Size:
    assert isinstance(effect, Populate)
    return effect.size


# ----------------------------------------------------------------- real installs


def installs() -> list[dict[str, Any]]:
    with gzip.open(INSTALLS, "rt") as file:
        found: list[dict[str, Any]] = json.load(file)
    return found


def bytes_below(filesystem: FileSystem, path: str) -> Size:
    nodes = (node for _, node in filesystem.walk(path)) if filesystem.lookup(path) else ()
    return total(node.size for node in nodes if isinstance(node, Inode) and node.kind is Kind.FILE)


def forecast(row: dict[str, Any]) -> dict[str, Size]:
    entries: dict[str, Any] = {"/w": None}
    if row["package"] is not None:
        entries["/w/package.json"] = json.dumps({"name": "p", **row["package"]}).encode()
    if row["lock"]:
        entries["/w/package-lock.json"] = json.dumps(row["lock"]).encode()
    before = system(entries)
    after = performed(invoke(row["command"], before), before)
    return {
        "modules": bytes_below(after, "/w/node_modules"),
        "globals": bytes_below(after, "/usr/local/lib/node_modules"),
        "cache": bytes_below(after, "/root/.npm/_cacache"),
        "log": bytes_below(after, "/root/.npm/_logs"),
    }


def test_intervals_hold_what_was_installed() -> None:
    held = [
        size.low <= row[part] and (size.high is None or row[part] <= size.high)
        for row in installs()
        for part, size in forecast(row).items()
    ]
    assert sum(held) >= 0.9 * len(held)


EXACT = {"g1", "l1", "p1", "p1prod", "p2", "p5"}
"""Installs of which every package and version is in the table."""


@pytest.mark.parametrize(
    "row", [row for row in installs() if row["name"] in EXACT], ids=lambda row: row["name"]
)
def test_known_packages_are_within_five_per_cent(row: dict[str, Any]) -> None:
    found = forecast(row)
    for part in ("modules", "globals", "cache"):
        assert abs(found[part].likely - row[part]) <= 0.05 * row[part]


# ---------------------------------------------------------------------- any input

TOOLS = ("npm", "npx", "yarn", "pnpm", "node", "bower", "lerna", "tsc", "corepack", "nvm", "n", "bun", "deno")
WORDS = st.one_of(
    st.sampled_from(
        ["install", "i", "ci", "add", "global", "run", "build", "test", "cache", "clean", "prune", "config", "set",
         "exec", "init", "-y", "update", "link", "dlx", "deploy", "fetch", "remove", "workspace", "express@4", "@a/b",
         "@", "npm:", "a@npm:@", "-g", "--prefix", "--omit=dev", "--production", "--", "-C", "../x", "--cache", "-",
         "enable", "prepare", "bootstrap", "stable", "--location=global", "-e", "autoclean", "uninstall", "pack"]
    ),
    st.text(max_size=6),
    st.just(UNKNOWN),
)  # fmt: skip
DATA = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [b"[]", b"{", b"[" * 5000, b'{"dependencies": 3}', b'{"packages": {"node_modules/": 1}}']
    ),
    st.recursive(
        st.none() | st.text(max_size=5) | st.integers(),
        lambda inner: (
            st.dictionaries(
                st.sampled_from(
                    ["dependencies", "packages", "version", "scripts", "workspaces", "bin", "a", "*"]
                ),
                inner,
            )
            | st.lists(inner, max_size=2)
        ),
        max_leaves=8,
    ).map(lambda value: json.dumps(value).encode()),
    st.sampled_from([YARN_1, YARN_4, "packages:\n  /:\n  a:\n    os: []\n    cpu:\n"]).map(str.encode),
)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(TOOLS),
    st.lists(WORDS, max_size=5),
    st.dictionaries(
        st.sampled_from(["package.json", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", ".yarnrc.yml"]),
        DATA,
    ),
    st.sampled_from(["/w", "/", None]),
)
def test_no_input_raises(tool: str, words: list[Text], files: dict[str, bytes], cwd: str | None) -> None:
    before = system({"/w": None, **{f"/w/{name}": data for name, data in files.items()}})
    outcome = invoke((tool, *words), before, cwd=cwd)
    performed(outcome, before)
    assert show(outcome) is not None
