"""Base images by how they are made: a file for each repository (or family) in ``repositories/``.

A variant says for which tags it is, on which image it stands, what its Dockerfile installs and adds.  A wheel
carries the files as one JSON text, so that a run need not import PyYAML; a checkout reads them as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint._resources import bundled
from layerlint.catalog import tags
from layerlint.domain.size import Size
from layerlint.domain.text import UNKNOWN, Text
from layerlint.domain.units import parse_size

FOLDER = Path(__file__).parent / "repositories"
_COMPILED = "bases.json"

UNKNOWN_VALUE = "?"
"""Of a variable that the image sets to something that is not known here."""

_HUB: Final = (
    "docker.io/",
    "index.docker.io/",
    "registry-1.docker.io/",
    "registry.hub.docker.com/",
)
"""Docker Hub itself."""
_MIRRORS: Final = (
    "daocloud.io/",
    "docker.m.daocloud.io/",
    "docker.mirrors.ustc.edu.cn/",
    "dockerhub.azk8s.cn/",
    "hub-mirror.c.163.com/",
    "index.alauda.cn/",
    "m.daocloud.io/docker.io/",
    "mirror.gcr.io/",
    "mcr.microsoft.com/mirror/docker/",
    "mcr.microsoft.com/oss/mirror/docker.io/",
    "public.ecr.aws/docker/",
    "quay.io/official-images/",
    "registry.docker-cn.com/",
)
"""Registries that hand on the images of Docker Hub under their names (pages of their operators)."""
_LIBRARY: Final = "library/"
_ARCHITECTURES = pattern(
    r"(?:aarch64|amd64|armel|armhf|arm32v[567]|arm64v8|i386|loong64|mips64le|ppc64le|riscv64|s390x)/"
)
"""Namespaces of the official images by architecture (docker-library/official-images; aarch64, armel and armhf
until 2017)."""


@dataclass(frozen=True, slots=True)
class Addition:
    """What is put in one directory beside packages."""

    path: str
    size: Size


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the image of a reference is made.  A fact that is None is that of the image it stands on."""

    reference: str
    repository: str
    base: str | None
    """The image that it stands on; None where it is made of nothing, or that is not known."""
    like: str | None
    """An image whose files are about those of this one: the same distribution, another release."""
    lacks: tuple[str, ...]
    """Of the image that it is like, packages (but their files stay) and files by their path that it has not."""
    install: tuple[str, ...]
    adds: tuple[Addition, ...]
    size: Size | None
    manager: str | None
    index: str | None
    libc: str | None
    distribution: str | None
    release: str | None
    environment: Mapping[str, Text]
    environment_complete: bool | None
    user: str | None
    workdir: str | None
    shell: tuple[str, ...] | None
    command: tuple[str, ...] | None
    end_of_life: str | None
    on_build: tuple[str, ...]
    """Its triggers, as its Dockerfile writes them behind ONBUILD."""
    assumed: bool
    """It is not known that this image is made so: most of its publisher's are."""
    date: str
    source: str


def find(reference: str) -> Recipe | None:
    """The recipe for a reference, by its tag; a digest beside a tag is ignored, alone it names nothing."""
    name, at, _ = reference.strip().partition("@")
    repository, tag = split(name)
    if not tag and at:
        return None
    file, said = _file(repository)
    return None if file is None else _resolved(file, repository, tag or "latest", said)


def repositories() -> tuple[str, ...]:
    """Every repository, or pattern of repositories, that a file is for, sorted."""
    return tuple(sorted(_by_repository()))


def covers(repository: str) -> bool:
    """A file is for the repository, if not for each of its tags."""
    return _file(repository)[0] is not None


def documents() -> Mapping[str, Mapping[str, Any]]:
    """The files by their names, as they were read: every scalar is a text."""
    return _documents()


def compile_folder(folder: Path = FOLDER) -> str:
    """The files of a folder as the JSON text that a wheel carries.

    Keys stay in their order: the first of a table that fits is taken.
    """
    return json.dumps(_read(folder), ensure_ascii=False, separators=(",", ":"))


@cache
def _documents() -> dict[str, dict[str, Any]]:
    compiled = bundled(_COMPILED)
    if compiled.is_file():
        documents: dict[str, dict[str, Any]] = json.loads(compiled.read_text(encoding="utf-8"))
        return documents
    return _read(FOLDER)


def _read(folder: Path) -> dict[str, dict[str, Any]]:
    import yaml

    # Every scalar stays the text that it is: 3.10 is no number.
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    return {
        path.stem: yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
        for path in sorted(folder.glob("*.yaml"))
    }


@cache
def _by_repository() -> dict[str, dict[str, Any]]:
    return {name: file for file in _documents().values() for name in file["repositories"]}


@cache
def _by_folder() -> dict[str, tuple[str, ...]]:
    """The patterns (``balenalib/{word}-debian``) by what stands in front of the last slash."""
    found: dict[str, list[str]] = {}
    for name in _by_repository():
        if "{" in name:
            found.setdefault(name.rpartition("/")[0], []).append(name)
    return {folder: tuple(patterns) for folder, patterns in found.items()}


def _file(repository: str) -> tuple[Mapping[str, Any] | None, Mapping[str, str]]:
    """The file for a repository, by its name or by a pattern, and what the name says by that.

    Its last part is a value too, ``name``: for tables of a file that is for several.
    """
    folder, _, last = repository.rpartition("/")
    if (file := _by_repository().get(repository)) is not None:
        return file, {"name": last}
    for known in _by_folder().get(folder, ()):
        said = tags.match(known.rpartition("/")[2], last, {})
        if said is not None:
            return _by_repository()[known], {**said, "name": last}
    return None, {}


def split(name: str) -> tuple[str, str]:
    """Repository and tag, without what only says that it is the public registry, or which architecture."""
    for prefix in (*_HUB, *_MIRRORS):
        if name.startswith(prefix):
            name = name.removeprefix(prefix)
            break
    name = name.removeprefix(_LIBRARY)
    name = _ARCHITECTURES.sub("", name, count=1)
    folder, slash, last = name.rpartition("/")
    last, _, tag = last.partition(":")
    return f"{folder}{slash}{last}", tag


def architecture(reference: str) -> str:
    """``arm32v7/`` of an official image that is named by its machine; else empty."""
    match = _ARCHITECTURES.match(reference)
    return match[0] if match is not None else ""


def _resolved(file: Mapping[str, Any], repository: str, tag: str, said: Mapping[str, str]) -> Recipe | None:
    names = file.get("versions", {})
    for variant in file["variants"]:
        for known in variant["tags"]:
            values = tags.match(known, tag, names)
            if values is None:
                continue
            recipe = _recipe({**file, **variant}, repository, tag, {**said, **values})
            if recipe is not None:
                return recipe
    return None


def _recipe(facts: Mapping[str, Any], repository: str, tag: str, values: dict[str, str]) -> Recipe | None:
    for name, table in facts.get("defaults", {}).items():
        if name not in values:
            picked = pick(table, values)
            if picked is not None:
                values = tags.with_distribution({**values, name: picked})

    def text(key: str) -> str | None:
        value = pick(facts.get(key), values)
        return None if value in (None, UNKNOWN_VALUE) else tags.filled(value, values)

    base, like = text("from"), text("like")
    size = text("size")
    if (base is None and "from" in facts) or (base is None and like is None and size is None):
        return None
    within = _percent(pick(facts.get("within"), values) or "0%")
    adds = tuple(
        Addition(place, size_of(amount, within))
        for path, table in facts.get("adds", {}).items()
        if (amount := pick(table, values)) is not None
        and (place := tags.filled(path, _with_minor(values))) is not None
    )
    complete = facts.get("environment_complete")
    return Recipe(
        reference=f"{repository}:{tag}",
        repository=repository,
        base=base,
        like=like,
        lacks=_words(facts.get("lacks", ()), values) or (),
        install=_words(facts.get("install", ()), values) or (),
        adds=adds,
        size=None if size is None else size_of(size, within),
        manager=text("manager"),
        index=text("index"),
        libc=text("libc"),
        distribution=text("distribution"),
        release=text("release"),
        environment=_environment(facts.get("environment", {}), values),
        environment_complete=None if complete is None else complete == "true",
        user=text("user"),
        workdir=text("workdir"),
        shell=_words(facts.get("shell"), values),
        command=_words(facts.get("command"), values),
        end_of_life=text("end_of_life"),
        on_build=tuple(facts.get("on_build", ())),
        assumed=pick(facts.get("assumed"), values) == "true",
        date=str(facts["date"]),
        source=str(facts["source"]),
    )


def _with_minor(values: tags.Values) -> tags.Values:
    """With the first two numbers of the version, where the tag says so many."""
    numbers = tags.numbers(values.get("version", ""))[:2]
    return {**values, "minor": ".".join(map(str, numbers))} if len(numbers) > 1 else values


def pick(value: Any, values: tags.Values) -> str | None:
    """The text itself, or that of a table."""
    if isinstance(value, Mapping):
        return tags.Table(tuple(value.items())).pick(values)
    return value if isinstance(value, str) else None


def _words(value: Any, values: tags.Values) -> tuple[str, ...] | None:
    """A list, or a table of words in one text."""
    if isinstance(value, Mapping):
        picked = pick(value, values)
        return None if picked is None else tuple(picked.split())
    return None if value is None else tuple(value)


def _environment(variables: Mapping[str, Any], values: tags.Values) -> dict[str, Text]:
    return dict(_variables(variables, values))


def _variables(variables: Mapping[str, Any], values: tags.Values) -> Iterator[tuple[str, Text]]:
    for name, value in variables.items():
        picked = pick(value, values)
        if picked is None:
            continue
        # A version that the tag says in part only is not the one that is set.
        whole = len(tags.numbers(values.get("version", ""))) >= 3 or "{version}" not in picked
        known = tags.filled(picked, values) if whole and picked != UNKNOWN_VALUE else None
        yield name, UNKNOWN if known is None else known


def size_of(text: str, within: float) -> Size:
    """``63 MB``, within the given part of it; or ``low .. likely .. high``.  Raises ValueError."""
    parts = [parse_size(part) for part in text.split("..")]
    if len(parts) == 3:
        return Size(*parts)
    if len(parts) != 1:
        raise ValueError(f"not a size: {text}")
    return Size.around(parts[0], within, within) if within else Size.exact(parts[0])


def _percent(text: str) -> float:
    return float(text.removesuffix("%")) / 100
