"""EXPOSE of what Docker takes in another way than it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from layerlint.checks._triggers import observed
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.expand import expand
from layerlint.dockerfile.instructions import Expose
from layerlint.domain.text import Unknown
from layerlint.execution.instructions import lookup
from layerlint.execution.trace import Trace


def _ports(trace: Trace, fault: Callable[[str], bool]) -> Iterator[Observation]:
    for stage in trace.stages:
        for step in stage.steps:
            if not isinstance(step.instruction, Expose):
                continue
            look = lookup(step.before, known_base=stage.base.environment_known)
            for word in step.instruction.ports:
                ports = expand(word.value, look, trace.document.escape).words
                for port in () if isinstance(ports, Unknown) else ports:
                    if fault(port):
                        yield observed(stage.stage, step.instruction, word.span, {"port": port})


def _upper(port: str) -> bool:
    protocol = port.partition("/")[2]
    return protocol != protocol.lower()


def _protocol(trace: Trace, params: NoParams) -> Iterator[Observation]:
    return _ports(trace, _upper)


def _mapping(trace: Trace, params: NoParams) -> Iterator[Observation]:
    return _ports(trace, lambda port: ":" in port.partition("/")[0])


MAPPING = Check(NoParams, _mapping, ("port",))
PROTOCOL = Check(NoParams, _protocol, ("port",))
