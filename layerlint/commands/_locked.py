"""Lock files: of uv with the sizes of wheels; of poetry, pdm and pipenv names and versions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from layerlint.catalog.distributions import measured, normalised
from layerlint.commands._paths import join
from layerlint.commands._project import Project, mapping, sequence, table, text
from layerlint.commands._pypi import Chosen, closure
from layerlint.commands._requirements import Requirement, holds, text_of
from layerlint.effects import Invocation

MAX_LOCK = 1 << 20


def of_names(pins: Mapping[str, str], reached: Mapping[str, None]) -> tuple[Chosen, ...]:
    table_ = measured()
    return tuple(Chosen(name, pins[name], table_.get(name)) for name in sorted(reached) if name in pins)


def poetry_lock(
    invocation: Invocation, path: str, own: Project, groups: frozenset[str], version: str
) -> tuple[Chosen, ...] | None:
    """Of a ``poetry.lock`` or ``pdm.lock``, what the project's requirements reach, or the groups name."""
    lock = table(invocation, path, MAX_LOCK)
    if lock is None:
        return None
    pins: dict[str, str] = {}
    requires: dict[str, list[str]] = {}
    grouped: dict[str, None] = {}
    has_groups = False
    for entry in map(mapping, sequence(lock.get("package"))):
        name = normalised(text(entry.get("name")))
        pins[name] = text(entry.get("version"))
        inner = entry.get("dependencies")
        requires[name] = [
            normalised(key) for key, value in mapping(inner).items() if _applies(value, version)
        ]
        requires[name] += [
            normalised(
                text(line)
                .partition(";")[0]
                .partition("[")[0]
                .split("=")[0]
                .split("<")[0]
                .split(">")[0]
                .strip()
            )
            for line in sequence(inner)
            if holds(text(line).partition(";")[2] or "", version)
        ]
        listed = [text(group) for group in sequence(entry.get("groups"))] or [text(entry.get("category"))]
        has_groups = has_groups or any(listed)
        if any((group or "main") in groups or (group == "default" and "main" in groups) for group in listed):
            grouped[name] = None
    if has_groups:
        return of_names(pins, grouped)
    reached: dict[str, None] = {}
    waiting = [each.name for each in own.requires]
    while waiting:
        name = waiting.pop()
        if name not in reached and name in pins:
            reached[name] = None
            waiting += requires[name]
    return of_names(pins, reached if own.requires else dict.fromkeys(pins))


def _applies(value: object, version: str) -> bool:
    """A dependency of poetry's lock: a range, or a table that may be optional or hold a marker."""
    details = mapping(value)
    marker = text(details.get("markers"))
    return details.get("optional") is not True and (not marker or holds(marker, version))


def pipfile_lock(invocation: Invocation, path: str, sections: Sequence[str]) -> tuple[Chosen, ...] | None:
    """Of a ``Pipfile.lock``: sections ``default`` and ``develop``."""
    data = text_of(invocation, path, MAX_LOCK)
    if data is None:
        return None
    try:
        whole = mapping(json.loads(data))
    except (ValueError, RecursionError):
        return None
    pins: dict[str, str] = {}
    for section in sections:
        for name, value in mapping(whole.get(section)).items():
            marker = text(mapping(value).get("markers"))
            if not marker or holds(marker):
                pins[normalised(name)] = text(mapping(value).get("version")).removeprefix("==")
    return of_names(pins, dict.fromkeys(pins))


def pipfile(invocation: Invocation, directory: str, sections: Sequence[str]) -> tuple[Chosen, ...] | None:
    """Of a ``Pipfile`` without a lock: what it names, and what that requires."""
    whole = table(invocation, join(directory, "Pipfile"))
    if whole is None:
        return None
    wanted: list[Requirement] = []
    for section in sections:
        for name, value in mapping(whole.get(section)).items():
            bound = text(value) or text(mapping(value).get("version"))
            pin = bound.removeprefix("==") if bound.startswith("==") else None
            wanted.append(Requirement(normalised(name), (), pin))
    return closure(wanted)


def uv_lock(
    lock: Mapping[str, object],
    root: str,
    extras: Sequence[str],
    groups: Sequence[str],
    all_extras: bool,
    version: str,
) -> tuple[Chosen, ...]:
    """The packages of a ``uv.lock`` that the project named ``root`` reaches, with the sizes of their wheels."""
    packages: dict[str, Mapping[str, object]] = {}
    for entry in sequence(lock.get("package")):
        name = normalised(text(mapping(entry).get("name")))
        packages.setdefault(name, mapping(entry))
    own = {
        name
        for name, entry in packages.items()
        if {"virtual", "editable", "directory"} & set(mapping(entry.get("source")))
    }
    start = {root} if root in packages else own
    waiting: list[tuple[str, tuple[str, ...]]] = [(name, tuple(extras)) for name in sorted(start)]
    reached: dict[str, None] = {}
    seen: set[tuple[str, tuple[str, ...]]] = set()
    while waiting:
        name, wanted = waiting.pop()
        entry = packages.get(name)
        if entry is None or (name, wanted) in seen:
            continue
        seen.add((name, wanted))
        reached[name] = None
        lists = [entry.get("dependencies")]
        optional = mapping(entry.get("optional-dependencies"))
        lists += [
            optional[key] for key in optional if normalised(key) in wanted or (all_extras and name in start)
        ]
        if name in start:
            grouped = mapping(entry.get("dev-dependencies"))
            lists += [grouped.get(group) for group in groups]
        for dependency in (each for one in lists for each in sequence(one)):
            details = mapping(dependency)
            marker = text(details.get("marker"))
            if marker and not holds(marker, version):
                continue
            inner = tuple(normalised(text(extra)) for extra in sequence(details.get("extra")))
            waiting.append((normalised(text(details.get("name"))), inner))
    table_ = measured()
    return tuple(
        Chosen(
            name,
            text(packages[name].get("version")) or None,
            table_.get(name),
            download=_wheel(packages[name]),
        )
        for name in sorted(reached)
        if name not in own
    )


def _wheel(package: Mapping[str, object]) -> int | None:
    """The size of the wheel that an image on linux/amd64 gets: a pure one, or one of manylinux."""
    found: list[tuple[int, int]] = []
    for wheel in sequence(package.get("wheels")):
        details = mapping(wheel)
        name, size = text(details.get("url")).rpartition("/")[2], details.get("size")
        if not isinstance(size, int) or not 0 < size < 1 << 34:
            continue
        if name.endswith("-any.whl"):
            found.append((0, size))
        elif "manylinux" in name and "x86_64" in name:
            found.append((1 + ("cp312" not in name), size))
    if found:
        return min(found)[1]
    size = mapping(package.get("sdist")).get("size")
    return size if isinstance(size, int) and 0 < size < 1 << 34 else None
