"""What ``package.json`` and lock files say, read through the view, within bounds.

A lock that is not understood is no lock: the caller then asks ``package.json``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from layerlint._dataclass import dataclass
from layerlint.commands import _lock_text
from layerlint.commands._known import is_absent
from layerlint.commands._paths import join, parent
from layerlint.effects import Invocation, View
from layerlint.filesystem.node import Directory, Inode

LARGEST = 16 << 20
"""Bytes of a file that is read: 1,353 packages make a lock of 0.6 MB, and a monorepo's may be tens of times that."""
_MOST = 50_000
"""Packages of one lock."""
_WORKSPACES = 200


@dataclass(frozen=True, slots=True)
class Locked:
    """One package of a lock file."""

    name: str
    version: str
    dev: bool = False
    """Needed by development dependencies alone."""
    script: bool = False
    """It runs a script when it is installed."""


@dataclass(frozen=True, slots=True)
class Lock:
    path: str
    packages: tuple[Locked, ...]
    knows_dev: bool = True
    """It says which packages only development needs."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The parts of a ``package.json`` that an install depends on."""

    dependencies: Mapping[str, str]
    dev: Mapping[str, str]
    scripts: Mapping[str, str]
    workspaces: tuple[str, ...] = ()
    bins: tuple[str, ...] = ()


def manifest(view: View, directory: str) -> Manifest | None:
    """None where it is absent or not known."""
    data = _json(view, join(directory, "package.json"))
    if not isinstance(data, dict):
        return None
    dependencies = {**_texts(data, "optionalDependencies"), **_texts(data, "dependencies")}
    spaces = data.get("workspaces")
    spaces = spaces.get("packages") if isinstance(spaces, dict) else spaces
    bins = data.get("bin")
    named = bins if isinstance(bins, dict) else {_name(data): ""} if isinstance(bins, str) else {}
    return Manifest(
        dependencies,
        _texts(data, "devDependencies"),
        _texts(data, "scripts"),
        tuple(space for space in spaces if isinstance(space, str)) if isinstance(spaces, list) else (),
        tuple(name for name in named if isinstance(name, str) and name and "/" not in name),
    )


def with_workspaces(view: View, directory: str, root: Manifest) -> Manifest:
    """The dependencies of its workspaces too, as far as they are there."""
    dependencies, dev = dict(root.dependencies), dict(root.dev)
    for place in _workspaces(view, directory, root.workspaces):
        part = manifest(view, place)
        if part is not None:
            dependencies = {**part.dependencies, **dependencies}
            dev = {**part.dev, **dev}
    return Manifest(dependencies, dev, root.scripts, root.workspaces, root.bins)


def is_certainly_absent(view: View, directory: str, name: str) -> bool:
    return is_absent(view, join(directory, name))


def project(invocation: Invocation, given: str | None = None) -> str | None:
    """The directory that a package manager takes for the project: the nearest with a ``package.json`` or
    ``node_modules``, else the working directory (npm's ``localPrefix``)."""
    start = given or invocation.cwd
    if start is None:
        return None
    start = join("/", start)
    place = start
    while True:
        view = invocation.view
        if any(view.lookup(join(place, name)) is not None for name in ("package.json", "node_modules")):
            return place
        if place == "/" or given is not None:
            return start
        place = parent(place)


def npm_lock(view: View, directory: str) -> Lock | None:
    """``npm-shrinkwrap.json`` goes before ``package-lock.json``."""
    for name in ("npm-shrinkwrap.json", "package-lock.json"):
        path = join(directory, name)
        data = _json(view, path)
        if not isinstance(data, dict):
            continue
        packages = data.get("packages")
        if isinstance(packages, dict):
            return Lock(path, tuple(_entries(packages)))
        dependencies = data.get("dependencies")
        if isinstance(dependencies, dict):
            return Lock(path, tuple(_nested(dependencies)))
    return None


def yarn_lock(view: View, directory: str, root: Manifest | None) -> Lock | None:
    path = join(directory, "yarn.lock")
    text = _text(view, path)
    if text is None:
        return None
    entries = _lock_text.yarn(text, _MOST)
    if root is None or root.workspaces:
        return Lock(path, tuple(Locked(e.name, e.version) for e in entries), knows_dev=False)
    needed = _lock_text.reached(entries, root.dependencies)
    return Lock(path, tuple(Locked(e.name, e.version, e not in needed) for e in entries))


def pnpm_lock(view: View, directory: str) -> Lock | None:
    path = join(directory, "pnpm-lock.yaml")
    text = _text(view, path)
    if text is None:
        return None
    found, knows = _lock_text.pnpm(text, _MOST)
    return Lock(path, tuple(Locked(name, version, dev) for name, version, dev in found), knows)


def is_berry(view: View, directory: str) -> bool:
    """The project is for yarn 2 or later."""
    if view.lookup(join(directory, ".yarnrc.yml")) is not None:
        return True
    lock = _text(view, join(directory, "yarn.lock"))
    if lock is not None:
        return "__metadata:" in lock[:2000]
    data = _json(view, join(directory, "package.json"))
    wanted = data.get("packageManager") if isinstance(data, dict) else None
    return isinstance(wanted, str) and wanted.startswith("yarn@") and not wanted.startswith("yarn@1")


def _entries(packages: Mapping[str, Any]) -> Iterator[Locked]:
    """Lock files of version 2 and 3: one entry a place in ``node_modules``."""
    for count, (path, entry) in enumerate(packages.items()):
        if count > _MOST:
            return
        # Without ``node_modules/`` it is the project itself or a workspace.
        if "node_modules/" not in path or not isinstance(entry, dict) or entry.get("link"):
            continue
        if entry.get("inBundle") or not _fits(entry):
            continue
        name = entry.get("name") or path.rpartition("node_modules/")[2]
        yield Locked(
            str(name),
            str(entry.get("version") or ""),
            bool(entry.get("dev")),
            bool(entry.get("hasInstallScript")),
        )


def _nested(dependencies: Mapping[str, Any]) -> Iterator[Locked]:
    """Lock files of version 1: what is nested under a package is an object inside its own."""
    waiting: list[Mapping[str, Any]] = [dependencies]
    count = 0
    while waiting and count < _MOST:
        for name, entry in waiting.pop().items():
            count += 1
            if not isinstance(entry, dict) or entry.get("bundled"):
                continue
            # It tells no platforms; of optional packages most are for others (``fsevents``).
            if not (entry.get("optional") and name in ("fsevents",)):
                yield Locked(name, str(entry.get("version") or ""), bool(entry.get("dev")))
            below = entry.get("dependencies")
            if isinstance(below, dict):
                waiting.append(below)


def _fits(entry: Mapping[str, Any]) -> bool:
    """On Linux, x86-64 and glibc, for which the sizes are; others have packages of their own, as large."""
    here = {"os": "linux", "cpu": "x64", "libc": "glibc"}
    return all(_allows(entry.get(key), value) for key, value in here.items())


def _allows(given: object, value: str) -> bool:
    if not isinstance(given, list) or not given:
        return True
    words = [word for word in given if isinstance(word, str)]
    if any(word.startswith("!") for word in words):
        return f"!{value}" not in words
    return value in words or "any" in words


def _workspaces(view: View, directory: str, patterns: tuple[str, ...]) -> Iterator[str]:
    """``packages/*`` and plain paths; other globs are rare."""
    count = 0
    for pattern in patterns:
        place, star, rest = join(directory, pattern).partition("*")
        if not star:
            yield place
            continue
        if rest.strip("/*"):
            continue
        for name, node in sorted(view.children(place).items()):
            count += 1
            if count > _WORKSPACES:
                return
            if isinstance(node, Directory):
                yield join(place, name)


def _name(data: Mapping[str, Any]) -> str:
    name = data.get("name")
    return name.rpartition("/")[2] if isinstance(name, str) else ""


def _texts(data: Mapping[str, Any], key: str) -> dict[str, str]:
    found = data.get(key)
    if not isinstance(found, dict):
        return {}
    return {name: text for name, text in found.items() if isinstance(text, str)}


def _text(view: View, path: str) -> str | None:
    node = view.lookup(path)
    data = view.read(node, LARGEST) if isinstance(node, Inode) else None
    return None if data is None else data.decode("utf-8", "replace")


def _json(view: View, path: str) -> Any:
    text = _text(view, path)
    if text is None:
        return None
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None
