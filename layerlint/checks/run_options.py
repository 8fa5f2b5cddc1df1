"""Options of RUN that open the sandbox of the build, and secrets that everyone there can read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from layerlint._dataclass import dataclass
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.instructions import OnBuild, Run
from layerlint.execution.trace import Trace

_OTHERS = 0o077
"""Bits of the group and of everyone."""


@dataclass(frozen=True, slots=True)
class Option:
    option: Literal["network", "security"] = "security"
    value: str = "insecure"


def _runs(trace: Trace) -> Iterator[Run]:
    for stage in trace.graph.stages:
        for instruction in stage.instructions:
            inner = instruction.instruction if isinstance(instruction, OnBuild) else instruction
            if isinstance(inner, Run):
                yield inner


def _option(trace: Trace, params: Option) -> Iterator[Observation]:
    for run in _runs(trace):
        given = run.security if params.option == "security" else run.network
        if given == params.value:
            flag = next(flag for flag in run.node.flags if flag.name == params.option)
            yield Observation(flag.span, {"flag": flag.text})


def _readable(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for run in _runs(trace):
        for mount in run.mounts:
            mode = dict(mount.options).get("mode", "")
            if mount.type in ("secret", "ssh") and _is_open(mode):
                yield Observation(mount.span, {"type": mount.type, "mode": mode})


def _is_open(mode: str) -> bool:
    """An octal mode with bits of the group or of everyone."""
    return mode.isascii() and mode.isdecimal() and not set(mode) & set("89") and bool(int(mode, 8) & _OTHERS)


OPTION = Check(Option, _option, ("flag",))
READABLE = Check(NoParams, _readable, ("type", "mode"))
