"""Names of stages that BuildKit warns of: not in lower case, taken twice, or with a meaning of their own."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.syntax import Word
from layerlint.execution.trace import Trace

_RESERVED = frozenset({"context", "scratch"})
"""``scratch`` is the empty base, ``context`` the build context of a frontend's options."""


def _names(trace: Trace) -> Iterator[Word]:
    for stage in trace.graph.stages:
        if stage.instruction.name is not None:
            yield stage.instruction.name


def _upper(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for name in _names(trace):
        if name.value != name.value.lower():
            yield Observation(name.span, {"name": name.value})


def _duplicate(trace: Trace, params: NoParams) -> Iterator[Observation]:
    first: dict[str, Word] = {}
    for name in _names(trace):
        earlier = first.setdefault(name.value.lower(), name)
        if earlier is not name:
            yield Observation(
                name.span, {"name": name.value}, related=((earlier.span, "the first stage of this name"),)
            )


def _reserved(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for name in _names(trace):
        if name.value.lower() in _RESERVED:
            yield Observation(name.span, {"name": name.value})


UPPER = Check(NoParams, _upper, ("name",))
DUPLICATE = Check(NoParams, _duplicate, ("name",))
RESERVED = Check(NoParams, _reserved, ("name",))
