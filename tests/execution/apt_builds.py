"""Real builds of the reference data, and a small driver of their apt steps: argv, effects, layers."""

from __future__ import annotations

import gzip
import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from layerlint.catalog.bases import find
from layerlint.catalog.model import BaseImage
from layerlint.commands.apt import apt, apt_get
from layerlint.commands.apt_mark import apt_mark
from layerlint.commands.debian import ldconfig, update_ca_certificates
from layerlint.effects import Effect, Invocation, Model, Replace
from layerlint.execution.packages import Applied, PackageDatabase, apply
from layerlint.execution.view import SystemView
from layerlint.filesystem.apply import commit
from layerlint.filesystem.layer import Differ, Layer
from layerlint.filesystem.node import Inode, Kind
from layerlint.filesystem.union import FileSystem
from tests.shared import rows, shared

MODELS: dict[str, Model] = {
    "apt-get": apt_get,
    "apt": apt,
    "apt-mark": apt_mark,
    "ldconfig": ldconfig,
    "update-ca-certificates": update_ca_certificates,
}


@dataclass(frozen=True, slots=True)
class RealLayer:
    """One layer of a real build that apt steps alone made."""

    build: str
    script: str
    bytes: int
    files: Mapping[str, int] | None


@dataclass(frozen=True, slots=True)
class RealBuild:
    name: str
    base: BaseImage
    layers: tuple[RealLayer, ...]
    """From the first on, as long as the driver can follow."""


def invocation(filesystem: FileSystem, *argv: str) -> Invocation:
    return Invocation(argv, "/", {}, None, SystemView(filesystem))


def builds() -> Iterator[RealBuild]:
    """Each distinct one once: several builds begin with the same step."""
    seen = set()
    for build in _all_builds():
        scripts = build.base.reference, *(layer.script for layer in build.layers)
        if scripts not in seen:
            seen.add(scripts)
            yield build


def _all_builds() -> Iterator[RealBuild]:
    for path in sorted(shared("oracle/truth").glob("*.json.gz")):
        with gzip.open(path, "rt") as text:
            truth = json.load(text)
        yield from _build(truth["case"], truth["dockerfile"], truth["layers"])
    for row in rows("oracle/builds.jsonl.gz"):
        yield from _build(row["name"], row["dockerfile"], row["rows"])


def _build(name: str, dockerfile: str, layers: list[dict[str, Any]]) -> Iterator[RealBuild]:
    reference = dockerfile.partition("FROM ")[2].split()[0].replace("${SUITE}", "bookworm")
    base = find(reference)
    if base is None:
        return
    real = [layer for layer in layers if not layer.get("empty")][1:]
    followed = []
    for layer in real:
        script = layer["created_by"].removeprefix("/bin/sh -c ")
        if script.startswith("#(nop)") or not can_follow(script):
            break
        followed.append(RealLayer(name, script, layer["bytes"], _files(layer)))
    if followed:
        yield RealBuild(name, base, tuple(followed))


def _files(layer: dict[str, Any]) -> Mapping[str, int] | None:
    files = layer.get("files")
    return files if isinstance(files, dict) else None


def can_follow(script: str) -> bool:
    return any("apt-get" in command for command in commands(script)) and all(
        words[0] in {*MODELS, "rm", "echo", "gcc"} for words in map(shlex.split, commands(script))
    )


def commands(script: str) -> list[str]:
    return [command.strip() for command in script.split("&&")]


def start(base: BaseImage) -> tuple[FileSystem, PackageDatabase]:
    database = PackageDatabase.from_base(base)
    assert database is not None
    return FileSystem(base.root), database


def run(
    script: str, filesystem: FileSystem, database: PackageDatabase, index: int
) -> tuple[Layer, FileSystem, PackageDatabase, list[Applied]]:
    """One RUN: its layer under the native differ, the states after it, and what apt did."""
    before = filesystem.at_layer(index)
    now = before
    results = []
    for command in commands(script):
        words = shlex.split(command)
        if words[0] == "rm":
            now = _remove(now, words)
        model = MODELS.get(words[0])
        effects = model(invocation(now, *words)).effects if model else ()
        for effect in effects:
            now, result = _do(effect, now, database, command)
            if result is not None:
                assert result.database is not None
                database = result.database
                results.append(result)
    layer, after = commit(before, now, Differ.NATIVE, index)
    return layer, after, database, results


def _do(
    effect: Effect, filesystem: FileSystem, database: PackageDatabase, command: str
) -> tuple[FileSystem, Applied | None]:
    if isinstance(effect, Replace):
        inode = Inode(Kind.FILE, effect.size, 0o644, 0, 0, filesystem.layer, command, effect.content)
        return filesystem.replace(effect.path, inode, command), None
    result = apply(effect, filesystem, database, command)  # type: ignore[arg-type]
    return result.filesystem, result


def _remove(filesystem: FileSystem, words: list[str]) -> FileSystem:
    for word in words[1:]:
        if word.endswith("/*"):
            for name in filesystem.children(word[:-2]):
                filesystem = filesystem.remove(f"{word[:-1]}{name}")
        elif word.startswith("/"):
            filesystem = filesystem.remove(word)
    return filesystem
