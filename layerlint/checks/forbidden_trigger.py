"""ONBUILD of an instruction that cannot be a trigger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from layerlint.checks.model import Check, NoParams, Observation
from layerlint.execution.trace import Trace

_FORBIDDEN: Final = ("FROM", "MAINTAINER", "ONBUILD")


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for node in trace.document.nodes:
        trigger = node.onbuild
        if trigger is not None and (keyword := trigger.keyword.upper()) in _FORBIDDEN:
            yield Observation(trigger.keyword_span, {"keyword": keyword})


CHECK = Check(NoParams, _run, ("keyword",), refused=True)
