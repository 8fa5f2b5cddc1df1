"""What is wrong with a file of ``repositories/``, and the page that lists them all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from layerlint.catalog import recipes, tags

_FACTS = (
    "adds", "assumed", "command", "defaults", "distribution", "end_of_life", "environment", "environment_complete",
    "from", "index", "install", "lacks", "libc", "like", "manager", "on_build", "release", "shell", "size", "user",
    "within", "workdir",
)  # fmt: skip
_FILE = ("date", "repositories", "source", "variants", "versions", *_FACTS)
_VARIANT = ("tags", *_FACTS)
_LISTS = ("command", "install", "lacks", "on_build", "shell")
_TEXTS = (
    "distribution",
    "end_of_life",
    "from",
    "index",
    "libc",
    "like",
    "manager",
    "release",
    "user",
    "workdir",
)
_REPOSITORY = re.compile(r"(?:[a-z0-9]+(?:[._:/-]+[a-z0-9]+)*/)?[a-z0-9]+(?:[._-]+[a-z0-9]+)*")
_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")
_KEY = re.compile(r"[0-9][0-9A-Za-z.]*|[a-z][a-z0-9._-]*|\*")


def faults(document: Mapping[str, Any]) -> list[str]:
    """All that is wrong with a file, each in a sentence; empty if nothing is."""
    if not isinstance(document, Mapping):
        return ["the file is not a mapping"]
    missing = [
        f"{key} is missing" for key in ("repositories", "date", "source", "variants") if not document.get(key)
    ]
    found = [*missing, *_unknown(document, _FILE, "the file")]
    names = document.get("repositories", ())
    found += [
        f"{name} is not a repository"
        for name in names
        if not _REPOSITORY.fullmatch(_PLACEHOLDER.sub(_sample, name))
    ]
    said = {placeholder for name in names for placeholder in _PLACEHOLDER.findall(name)}
    found += _date(document.get("date", ""), "date")
    versions = document.get("versions", {})
    for number, variant in enumerate(document.get("variants", ()), 1):
        where = f"variant {number}"
        found += _unknown(variant, _VARIANT, where)
        found += [f"{where}: {fault}" for fault in _variant({**document, **variant}, versions, said)]
    return found


def _sample(found: re.Match[str]) -> str:
    """A name in place of a placeholder; none in place of an unknown one."""
    return "x" if found[1] in tags.PLACEHOLDERS else found[0]


def _variant(facts: Mapping[str, Any], names: Mapping[str, str], said: set[str]) -> Iterator[str]:
    if not facts.get("tags"):
        yield "it has no tags"
    if not any(key in facts for key in ("from", "like", "size")):
        yield "neither from, nor like, nor size says what it is"
    if "like" in facts and "size" not in facts:
        yield "an image that is only like another needs a size"
    known = {"distribution", "name", *said, *facts.get("defaults", {})}
    for pattern in facts.get("tags", ()):
        try:
            tags.compiled(pattern, tuple(names))
        except ValueError as error:
            yield str(error)
        known |= set(_PLACEHOLDER.findall(pattern))
    for key in _TEXTS:
        for value in _values(facts.get(key, ())):
            yield from (
                f"{key}: nothing gives {{{n}}}" for n in _PLACEHOLDER.findall(value) if n not in known
            )
            if key == "end_of_life" and value != recipes.UNKNOWN_VALUE:
                yield from _date(value, key)
    for key in _LISTS:
        if isinstance(facts.get(key), str):
            yield f"{key} must be a list, or a table of words"
    tables = [facts.get(key) for key in (*_TEXTS, *_LISTS, "assumed", "size")]
    tables += [*facts.get("adds", {}).values(), *facts.get("defaults", {}).values()]
    for table in tables:
        if isinstance(table, Mapping):
            yield from (f"{key} is no key of a table" for key in table if not _KEY.fullmatch(key))
    for value in (
        *_values(facts.get("size", ())),
        *(v for t in facts.get("adds", {}).values() for v in _values(t)),
    ):
        try:
            recipes.size_of(value, 0.1)
        except ValueError as error:
            yield f"{value}: {error}"
    yield from (f"{path} is not absolute" for path in facts.get("adds", {}) if not path.startswith("/"))
    if not re.fullmatch(r"[0-9]{1,2}%", facts.get("within", "0%")):
        yield f"within: {facts['within']} is not a percentage"
    if facts.get("environment_complete", "true") not in ("true", "false"):
        yield "environment_complete must be true or false"
    if not {"true", "false"}.issuperset(_values(facts.get("assumed", "false"))):
        yield "assumed must be true or false, or a table of these"


def _unknown(mapping: Mapping[str, Any], known: tuple[str, ...], where: str) -> Iterator[str]:
    yield from (f"{where}: unknown key {key}" for key in mapping if key not in known)


def _date(text: str, key: str) -> Iterator[str]:
    try:
        date.fromisoformat(text)
    except ValueError:
        yield f"{key}: {text} is not a date"


def _values(value: Any) -> tuple[str, ...]:
    if isinstance(value, Mapping):
        return tuple(value.values())
    return (value,) if isinstance(value, str) else tuple(value)


def page() -> str:
    """``docs/base-images.md``, from the files."""
    lines = [
        "# Base images",
        "",
        "Written by the tests from `layerlint/catalog/repositories` (`LAYERLINT_UPDATE_SNAPSHOTS=1`). The official",
        "images of Debian bullseye, bookworm and trixie are known file by file beside these. Sizes are uncompressed,",
        "of the newest version where they differ; `+` is what an image adds to the one it stands on beside packages.",
        "",
        "Where the base is *assumed*, nobody looked it up for these tags: it is what most images of their publisher",
        "stand on, from general knowledge. A forecast on such an image says so in a note, its intervals are as wide as",
        "those of an unknown image, and no check relies on its release, its end of life, or on what it sets or lacks.",
        "",
        "| repositories | tags | stands on | size | facts of | source |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for _, document in sorted(recipes.documents().items()):
        for number, variant in enumerate(document["variants"]):
            facts = {**document, **variant}
            cells = [
                ", ".join(f"`{name}`" for name in _few(document["repositories"])) if not number else "",
                ", ".join(f"`{pattern}`" for pattern in variant["tags"]),
                _stands_on(facts) + _assumed(facts),
                _size(facts),
                document["date"] if not number else "",
                document["source"] if not number else "",
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _few(names: list[str]) -> list[str]:
    return names if len(names) <= 4 else [*names[:3], "…"]


def _stands_on(facts: Mapping[str, Any]) -> str:
    if "from" in facts:
        return f"`{_newest(facts['from'])}`"
    return f"like `{_newest(facts['like'])}`" if "like" in facts else "-"


def _assumed(facts: Mapping[str, Any]) -> str:
    said = set(_values(facts.get("assumed", ())))
    return "" if "true" not in said else " (some assumed)" if "false" in said else " (assumed)"


def _size(facts: Mapping[str, Any]) -> str:
    if "from" not in facts:
        return _newest(facts["size"])
    # What is of no size says where things are put.
    added = ((path, _newest(table)) for path, table in facts.get("adds", {}).items())
    return " ".join(f"+ {amount} in `{path}`" for path, amount in added if amount != "0 MB") or "-"


def _newest(value: Any) -> str:
    return recipes.pick(value, {}) or (list(value.values())[-1] if isinstance(value, Mapping) else "-")
