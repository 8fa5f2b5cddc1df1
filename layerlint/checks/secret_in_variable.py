"""ARG or ENV whose name is that of a secret: its value is kept in the image."""

from __future__ import annotations

import re
from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.analysis.secret_names import is_secret_name
from layerlint.checks._triggers import observed, with_triggers
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.expand import expand
from layerlint.dockerfile.instructions import Arg, Env, KeyValue, OnBuild
from layerlint.dockerfile.syntax import Word
from layerlint.domain.text import UNKNOWN
from layerlint.execution.trace import Trace
from layerlint.graph import Stage

_OF_GPG = pattern(r"(?:GPG|PGP)", re.IGNORECASE)
_FINGERPRINT = pattern(r"(?:0x)?[0-9A-Fa-f]{8,64}\Z")
"""Of a key of OpenPGP, in full or as an id."""


@dataclass(frozen=True, slots=True)
class Params:
    names: tuple[str, ...] = ()
    """Names that count, in any case."""
    parts: tuple[str, ...] = ()
    """What counts anywhere in a name.  With one of these lists, it is they that count, not BuildKit's words."""
    fingerprints: bool = False
    """Also where a variable of GPG holds fingerprints: those of public keys are no secrets."""
    everywhere: bool = False
    """Also ARG in front of the first FROM, and what stands inside ONBUILD."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    names = frozenset(name.lower() for name in params.names)
    parts = tuple(part.lower() for part in params.parts)

    def is_secret(name: str) -> bool:
        if names or parts:
            return name.lower() in names or any(part in name.lower() for part in parts)
        return is_secret_name(name)

    for stage, instruction in _everywhere(trace) if params.everywhere else _in_stages(trace):
        for pair in instruction.pairs:
            name = _name(instruction, pair.key, trace.document.escape)
            if is_secret(name) and (params.fingerprints or not _is_public(name, pair)):
                values = {"keyword": instruction.node.keyword.upper(), "name": name}
                if stage is None:
                    yield Observation(pair.key.span, values)
                else:
                    yield observed(stage, instruction, pair.key.span, values)


def _in_stages(trace: Trace) -> Iterator[tuple[Stage | None, Arg | Env]]:
    for stage in trace.graph.stages:
        for instruction in with_triggers(stage):
            if isinstance(instruction, Arg | Env):
                yield stage, instruction


def _everywhere(trace: Trace) -> Iterator[tuple[Stage | None, Arg | Env]]:
    for instruction in trace.instructions:
        inner = instruction.instruction if isinstance(instruction, OnBuild) else instruction
        if isinstance(inner, Arg | Env):
            yield None, inner


def _is_public(name: str, pair: KeyValue) -> bool:
    value = "" if pair.value is None else pair.value.value.strip("\"'").replace("\\", " ")
    return bool(_OF_GPG.search(name) and value.split() and all(map(_FINGERPRINT.match, value.split())))


def _name(instruction: Arg | Env, key: Word, escape: str) -> str:
    """ENV's names may stand in quotes, which ARG takes as a part of the name."""
    text = expand(key.value, lambda name: UNKNOWN, escape).text if isinstance(instruction, Env) else key.value
    return text if isinstance(text, str) else key.value


CHECK = Check(Params, _run, ("keyword", "name"))
