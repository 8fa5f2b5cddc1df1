"""Labels against a schema: which there must be, and of which type their values are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, Literal

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.checks._built_from import heirs
from layerlint.checks._triggers import observed
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.expand import expand
from layerlint.dockerfile.instructions import KeyValue, Label
from layerlint.domain.text import UNKNOWN, Text
from layerlint.execution.instructions import lookup
from layerlint.execution.trace import StageTrace, Step, Trace
from layerlint.graph import EdgeKind

_TIME: Final = pattern(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)\Z", re.ASCII
)
"""RFC 3339, section 5.6."""

_SEMVER: Final = pattern(
    r"(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)"
    r"(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?"
    r"(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?\Z",
    re.ASCII,
)
"""semver.org, 2.0.0."""

_URI: Final = pattern(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*\Z")
"""A scheme, then the characters of RFC 3986."""

_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_EMAIL: Final = pattern(rf"{_ATOM}(?:\.{_ATOM})*@{_ATOM}(?:\.{_ATOM})*\Z")
"""RFC 5322: ``dot-atom@dot-atom``."""

_HASH: Final = pattern(r"(?:[0-9a-f]{7}|[0-9a-f]{40})\Z")
"""Of a commit of git, in short or in full."""

_LICENCES: Final = pattern(r" |\ALicenseRef-")
"""More than one identifier, or one of one's own."""

_LONGEST: Final = 1000
"""Characters of a value that is looked at."""


@dataclass(frozen=True, slots=True)
class Names:
    labels: tuple[str, ...] = ()
    """Keys."""


@dataclass(frozen=True, slots=True)
class Required:
    labels: tuple[str, ...] = ()
    stages: Literal["all", "final"] = "final"
    """``all``: every stage that lacks it and is not the base of one, or copied by one, that has it."""


@dataclass(frozen=True, slots=True)
class Typed:
    labels: tuple[str, ...] = ()
    type: Literal["email", "hash", "rfc3339", "semver", "spdx", "url"] = "url"
    as_written: bool = False
    """A variable is not looked into, and of licences only one identifier of SPDX's list will do."""


def _missing(trace: Trace, params: Required) -> Iterator[Observation]:
    kinds = (EdgeKind.FROM, EdgeKind.COPY) if params.stages == "all" else (EdgeKind.FROM,)
    keys: dict[int, set[str]] = {}
    for stage in trace.stages:
        own = set(_keys(stage, trace.document.escape)) & set(params.labels)
        keys[stage.stage.index] = own | (set() if stage.parent is None else keys[stage.parent.stage.index])
    for stage in trace.stages if params.stages == "all" else filter(None, [trace.target]):
        if not stage.stage.is_fragment:
            known = set[str]().union(*(keys[index] for index in heirs(trace, stage, kinds)))
            for label in params.labels:
                if label not in known:
                    yield Observation(stage.stage.instruction.image.span, {"label": label})


def _keys(stage: StageTrace, escape: str) -> Iterator[str]:
    for step in stage.steps:
        for pair in step.instruction.pairs if isinstance(step.instruction, Label) else ():
            yield _key(pair, escape)


def _unexpected(trace: Trace, params: Names) -> Iterator[Observation]:
    for stage, step, pair, key in _pairs(trace) if params.labels else ():
        if key not in params.labels:
            yield observed(stage.stage, step.instruction, pair.key.span, {"label": key})


def _empty(trace: Trace, params: Names) -> Iterator[Observation]:
    for stage, step, pair, key in _pairs(trace):
        if key in params.labels and _value(stage, step, pair, trace.document.escape) == "":
            yield observed(stage.stage, step.instruction, pair.key.span, {"label": key})


def _typed(trace: Trace, params: Typed) -> Iterator[Observation]:
    fits = _TYPES[params.type]
    for stage, step, pair, key in _pairs(trace):
        if key not in params.labels or pair.value is None:
            continue
        if params.as_written:
            text: Text = pair.value.value.strip("\"'")
        else:
            text = _value(stage, step, pair, trace.document.escape)
        # An empty one is another check's.
        if isinstance(text, str) and (text or params.as_written):
            refused = params.as_written and params.type == "spdx" and _LICENCES.search(text)
            if refused or not fits(text[:_LONGEST]):
                yield observed(stage.stage, step.instruction, pair.value.span, {"label": key, "value": text})


def _pairs(trace: Trace) -> Iterator[tuple[StageTrace, Step, KeyValue, str]]:
    for stage in trace.stages:
        for step in stage.steps:
            for pair in step.instruction.pairs if isinstance(step.instruction, Label) else ():
                yield stage, step, pair, _key(pair, trace.document.escape)


def _key(pair: KeyValue, escape: str) -> str:
    text = expand(pair.key.value, lambda name: UNKNOWN, escape).text
    return text if isinstance(text, str) else pair.key.value


def _value(stage: StageTrace, step: Step, pair: KeyValue, escape: str) -> Text:
    """An ARG without a value is one that the build is given."""
    if pair.value is None:
        return ""
    look = lookup(step.before, known_base=stage.base.environment_known)
    found = expand(pair.value.value, lambda name: UNKNOWN if look(name) is None else look(name), escape)
    return found.text


def _is_time(text: str) -> bool:
    found = _TIME.match(text)
    if found is None:
        return False
    from datetime import datetime

    try:
        # A leap second is a second of its minute here.
        datetime.fromisoformat(f"{found[1]}T{found[2].replace(':60', ':59')}")
    except ValueError:
        return False
    return True


def _is_licence(text: str) -> bool:
    """An expression of SPDX 2.3 (annex D), of identifiers that are not deprecated, in their own case."""
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    try:
        return canonicalize_license_expression(text) == text and not _has_deprecated(text)
    except InvalidLicenseExpression:
        return False


def _has_deprecated(text: str) -> bool:
    """GNU's licences must say whether a later version will do: the names that do not are deprecated."""
    words = re.findall(r"[\w.+-]+", text)
    return any(re.fullmatch(r"[AL]?GPL-\d\.\d\+?|GFDL-1\.\d", word) for word in words)


_TYPES: Final[Mapping[str, Callable[[str], object]]] = {
    "email": _EMAIL.match,
    "hash": _HASH.match,
    "rfc3339": _is_time,
    "semver": _SEMVER.match,
    "spdx": _is_licence,
    "url": _URI.match,
}

EMPTY = Check(Names, _empty, ("label",))
MISSING = Check(Required, _missing, ("label",))
TYPED = Check(Typed, _typed, ("label", "value"))
UNEXPECTED = Check(Names, _unexpected, ("label",))
