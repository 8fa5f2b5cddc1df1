"""EXPOSE of what Docker takes in another way than it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from layerlint.checks._exposed import exposed
from layerlint.checks._triggers import observed
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.execution.trace import Trace


def _ports(trace: Trace, fault: Callable[[str], bool]) -> Iterator[Observation]:
    for stage, instruction, word, ports in exposed(trace):
        for port in filter(fault, ports):
            yield observed(stage, instruction, word.span, {"port": port})


def _upper(port: str) -> bool:
    protocol = port.partition("/")[2]
    return protocol != protocol.lower()


def _protocol(trace: Trace, params: NoParams) -> Iterator[Observation]:
    return _ports(trace, _upper)


def _mapping(trace: Trace, params: NoParams) -> Iterator[Observation]:
    return _ports(trace, lambda port: ":" in port.partition("/")[0])


MAPPING = Check(NoParams, _mapping, ("port",))
PROTOCOL = Check(NoParams, _protocol, ("port",))
