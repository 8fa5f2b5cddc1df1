"""EXPOSE of a port of a given list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.checks._triggers import observed
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.expand import expand
from layerlint.dockerfile.instructions import Expose
from layerlint.domain.text import Unknown
from layerlint.execution.instructions import lookup
from layerlint.execution.trace import Trace

_PORTS: Final = pattern(r"([0-9]{1,5})(?:-([0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class Params:
    ports: tuple[int, ...] = ()
    """Of TCP."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    if trace.target is None:
        return
    look = lookup(trace.target.final, known_base=trace.target.base.environment_known)
    for step in trace.target.chain():
        if not isinstance(step.instruction, Expose):
            continue
        for word in step.instruction.ports:
            texts = expand(word.value, look, trace.document.escape).words
            for text in () if isinstance(texts, Unknown) else texts:
                port = _first(text, params)
                if port is not None:
                    yield observed(step.stage, step.instruction, word.span, {"port": port})


def _first(text: str, params: Params) -> str | None:
    """The first of the list in ``HOST:FIRST-LAST/PROTOCOL``: the container's count."""
    ports, _, protocol = text.partition("/")
    found = _PORTS.fullmatch(ports.rpartition(":")[2])
    if found is None or protocol.lower() not in ("", "tcp"):
        return None
    first, last = int(found[1]), int(found[2] or found[1])
    return next((str(port) for port in params.ports if first <= port <= last), None)


CHECK = Check(Params, _run, ("port",))
