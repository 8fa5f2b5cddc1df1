"""Distributions as the index has them, where it was asked (``--online``); else those of the snapshot."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from layerlint._dataclass import replace
from layerlint.catalog.distributions import normalised
from layerlint.commands._options import Options
from layerlint.commands._paths import join
from layerlint.commands._pypi import Chosen, closure
from layerlint.commands._python import Python, home_of
from layerlint.commands._requirements import Requirement, text_of
from layerlint.effects import Invocation
from layerlint.filesystem.node import Inode
from layerlint.lookup import Wheel, WheelsWanted

UNKNOWN_INDEX = "?"
_INDEX_LINE = re.compile(r"\s*(?:extra[-_])?index[-_]url\s*=\s*(.{1,500})")
_FROM_FILES = re.compile(r"\s*(?:find[-_]links|no[-_]index)\s*=")
_RELEASE = re.compile(r"3\.\d{1,2}")
_VARIABLES = (
    "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "UV_INDEX_URL",
    "UV_EXTRA_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX", "UV_FIND_LINKS", "UV_NO_INDEX",
)  # fmt: skip


def resolved(
    invocation: Invocation,
    python: Python,
    wanted: Sequence[Requirement],
    pins: Mapping[str, str] | None = None,
    *,
    dependencies: bool = True,
    satisfied: Collection[str] = (),
    indexes: Iterable[str] = (),
) -> tuple[Chosen, ...]:
    """As `closure`; what an index was asked for is what it has today."""
    chosen = closure(wanted, pins, dependencies=dependencies, satisfied=satisfied)
    asked = [each for each in wanted if each.name and not each.source]
    if invocation.lookup is None or not asked or len(asked) < len([each for each in wanted if each.name]):
        return chosen
    if all(each.known is not None and each.version == each.known.version for each in chosen):
        return chosen  # these versions were measured
    found = _found(
        invocation,
        python,
        tuple(sorted({each.text for each in asked})),
        tuple(sorted(f"{name}=={version}" for name, version in (pins or {}).items())),
        dependencies,
        indexes,
    )
    if found is None:
        return chosen
    named = {each.name for each in asked}
    return tuple(_chosen(wheel) for wheel in found if wheel.name in named or wheel.name not in satisfied)


def priced(invocation: Invocation, python: Python, chosen: Sequence[Chosen]) -> tuple[Chosen, ...]:
    """Versions out of a lock file: those whose sizes are not known get those of the index."""
    open_ = [
        each
        for each in chosen
        if each.version is not None
        and each.download is None
        and (each.known is None or each.known.version != each.version)
    ]
    if invocation.lookup is None or not open_:
        return tuple(chosen)
    pins = tuple(sorted(f"{each.name}=={each.version}" for each in open_))
    found = _found(invocation, python, pins, (), False, ())
    wheels = {wheel.name: wheel for wheel in found or ()}
    return tuple(
        _chosen(wheels[each.name], each)
        if each.name in wheels and wheels[each.name].version == each.version
        else each
        for each in chosen
    )


def named_indexes(invocation: Invocation, options: Options | None = None) -> tuple[str, ...]:
    """Indexes that the command line, the environment or a file of the image names."""
    found: list[str] = []
    if options is not None:
        words = [value for key in ("index", "i", "f") for value in options.values(key)]
        found += [word if isinstance(word, str) else UNKNOWN_INDEX for word in words]
        found += [UNKNOWN_INDEX] if options.has("no-index") else []
    for name in _VARIABLES:
        value = invocation.environment.get(name)
        if value:
            found.append(value if isinstance(value, str) else UNKNOWN_INDEX)
    home = home_of(invocation)
    for path in ("/etc/pip.conf", join(home, ".config/pip/pip.conf"), join(home, ".pip/pip.conf")):
        if isinstance(invocation.view.lookup(path), Inode):
            text = text_of(invocation, path)
            found += [UNKNOWN_INDEX] if text is None else _configured(text)
    return tuple(dict.fromkeys(found))


def _configured(text: str) -> Iterable[str]:
    for line in text.splitlines():
        match = _INDEX_LINE.fullmatch(line)
        if match is not None:
            yield match[1].strip()
        elif _FROM_FILES.match(line):
            yield UNKNOWN_INDEX


def _found(
    invocation: Invocation,
    python: Python,
    requirements: tuple[str, ...],
    constraints: tuple[str, ...],
    dependencies: bool,
    indexes: Iterable[str],
) -> tuple[Wheel, ...] | None:
    if invocation.lookup is None or not _RELEASE.fullmatch(python.version):
        return None
    musl = invocation.view.lookup("/etc/alpine-release") is not None
    question = WheelsWanted(requirements, constraints, python.version, musl, dependencies, tuple(indexes))
    answer = invocation.lookup.wheels(question)
    return None if answer is None else answer.found


def _chosen(wheel: Wheel, old: Chosen | None = None) -> Chosen:
    """One that was measured in this version stays what was measured."""
    one = closure([Requirement(normalised(wheel.name), (), wheel.version)], dependencies=False)[0]
    if one.known is not None and one.known.version == wheel.version:
        return replace(one, leads=False)
    return Chosen(one.name, wheel.version, one.known, False, wheel.download, wheel.contents)
