"""The advice on a trace, and the facts of its program, worked out once for all rules that ask."""

from __future__ import annotations

from functools import lru_cache

from layerlint.execution.trace import Trace
from layerlint.programs.model import ProgramFacts
from layerlint.report import BaseAdvice
from layerlint.rootfs.advice import advise
from layerlint.rootfs.requirements import program_files, scan
from layerlint.rootfs.starts import starts


class _Identity:
    """A trace as a key: by identity, since to compare two is to compare file systems."""

    __slots__ = ("trace",)

    def __init__(self, trace: Trace) -> None:
        self.trace = trace

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.trace is self.trace

    def __hash__(self) -> int:
        return id(self.trace)


def advice(trace: Trace) -> BaseAdvice | None:
    return _advice(_Identity(trace))


def program_facts(trace: Trace) -> ProgramFacts | None:
    """None where nothing of the program can be read."""
    return _facts(_Identity(trace))


@lru_cache(maxsize=1)
def _advice(key: _Identity) -> BaseAdvice | None:
    return advise(key.trace)


@lru_cache(maxsize=1)
def _facts(key: _Identity) -> ProgramFacts | None:
    files, _ = program_files(key.trace)
    return scan(key.trace, files, starts(key.trace)) if files else None
