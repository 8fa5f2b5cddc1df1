"""EXPOSE of a port above 65535."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from layerlint._pattern import pattern
from layerlint.checks._exposed import exposed
from layerlint.checks._triggers import observed
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.execution.trace import Trace

_LAST: Final = 0xFFFF
_NUMBER: Final = pattern(r"[0-9]+")


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for stage, instruction, word, ports in exposed(trace):
        high = next(filter(_is_high, ports), None)
        if high is not None:
            yield observed(stage, instruction, word.span, {"port": high})


def _is_high(port: str) -> bool:
    """Of the container; a number of any length."""
    numbers = _NUMBER.findall(port.partition("/")[0].rpartition(":")[2])
    # So few digits first: Python reads no number of thousands.
    numbers = [digits.lstrip("0") or "0" for digits in numbers]
    return any(len(digits) > len(str(_LAST)) or int(digits) > _LAST for digits in numbers)


CHECK = Check(NoParams, _run, ("port",), refused=True)
