"""The lock files of yarn and pnpm, read line by line: they are regular enough, and may be large or hostile."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from layerlint._dataclass import dataclass

_SLASHED = re.compile(r"/((?:@[^/]+/)?[^/@]+)/([^/_]+)(?:_.*)?")


@dataclass(frozen=True, slots=True)
class Entry:
    """A block of ``yarn.lock``."""

    specs: tuple[str, ...]
    """``name@range``"""
    version: str
    needs: tuple[str, ...]

    @property
    def name(self) -> str:
        return _name(self.specs[0])


def yarn(text: str, most: int) -> tuple[Entry, ...]:
    """Of yarn 1 (``version "1.0"``) and later (``version: 1.0``); packages of the workspace are left out."""
    entries: list[Entry] = []
    specs: tuple[str, ...] = ()
    version, soft = "", False
    needs: list[str] = []
    inside = False
    for line in (*text.splitlines(), "end:"):
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            if specs and version and not soft and len(entries) < most:
                entries.append(Entry(specs, version, tuple(needs)))
            specs = () if line.startswith("__metadata") else tuple(_specs(line))
            version, soft, needs, inside = "", False, [], False
        elif not line.startswith("    "):
            key, value = _pair(line)
            inside = key in ("dependencies", "optionalDependencies")
            if key == "version":
                version = value
            elif key == "linkType":
                soft = value == "soft"
        elif inside and len(needs) < most:
            key, value = _pair(line)
            needs.append(f"{key}@{value.removeprefix('npm:')}")
    return tuple(entries)


def reached(entries: Sequence[Entry], roots: Mapping[str, str]) -> frozenset[Entry]:
    """The entries that these dependencies lead to."""
    by_spec = {spec: entry for entry in entries for spec in entry.specs}
    waiting = [f"{name}@{wanted.removeprefix('npm:')}" for name, wanted in roots.items()]
    found: set[Entry] = set()
    while waiting:
        entry = by_spec.get(waiting.pop())
        if entry is not None and entry not in found:
            found.add(entry)
            waiting.extend(entry.needs)
    return frozenset(found)


def pnpm(text: str, most: int) -> tuple[list[tuple[str, str, bool]], bool]:
    """Name, version and ``dev`` of the packages, and whether the lock says ``dev`` (up to version 6)."""
    found: list[tuple[str, str, bool]] = []
    section, knows = "", False
    for line in text.splitlines():
        if not line.strip():
            continue
        if not line.startswith(" "):
            section = line.partition(":")[0].strip()
        elif section != "packages":
            continue
        elif line.startswith("  ") and not line.startswith("   "):
            if len(found) >= most:
                break
            key = line.strip().partition("(")[0].removesuffix(":").strip("'\"")
            found.append((*_package(key), False))
        elif found and line.startswith("    dev:"):
            knows = True
            found[-1] = (*found[-1][:2], line.partition(":")[2].strip() == "true")
        elif found and line.startswith(("    os:", "    cpu:")) and not _here(line):
            found.pop()
    return found, knows


def _here(line: str) -> bool:
    words = line.partition(":")[2].strip(" []").replace(",", " ").replace("'", "").split()
    refused = {"!linux", "!x64"} & set(words)
    return not refused and (bool({"linux", "x64", "any"} & set(words)) or all(w[0] == "!" for w in words))


def _package(key: str) -> tuple[str, str]:
    """``/name/1.0.0`` (version 5; peers behind ``_``), ``/name@1.0.0`` (6) and ``name@1.0.0`` (9)."""
    slashed = _SLASHED.fullmatch(key)
    if slashed is not None:
        return slashed[1], slashed[2]
    key = key.removeprefix("/")
    at = key.rfind("@")
    return (key[:at], key[at + 1 :]) if at > 0 else (key, "")


def _specs(line: str) -> Iterator[str]:
    for part in line.rstrip().removesuffix(":").replace('"', "").split(","):
        name, at, wanted = _split(part.strip())
        if name:
            yield f"{name}{at}{wanted.removeprefix('npm:')}"


def _split(spec: str) -> tuple[str, str, str]:
    at = spec.find("@", 1)
    return (spec, "", "") if at < 0 else (spec[:at], "@", spec[at + 1 :])


def _name(spec: str) -> str:
    return _split(spec)[0]


def _pair(line: str) -> tuple[str, str]:
    """``key "value"``, ``key: value``; a key may be quoted too."""
    text = line.strip()
    if text.startswith('"'):
        key, _, value = text[1:].partition('"')
    else:
        key, _, value = text.partition(" ")
    return key.removesuffix(":"), value.strip().removeprefix(":").strip().strip('"')
