"""The advice on a trace, and the facts of its program, worked out once for all rules that ask."""

from __future__ import annotations

from functools import lru_cache

from layerlint.analysis.by_identity import ByIdentity
from layerlint.execution.trace import Trace
from layerlint.programs.model import ProgramFacts
from layerlint.report import BaseAdvice
from layerlint.rootfs.advice import advise
from layerlint.rootfs.requirements import program_files, scan
from layerlint.rootfs.starts import starts


def advice(trace: Trace) -> BaseAdvice | None:
    return _advice(ByIdentity(trace))


def program_facts(trace: Trace) -> ProgramFacts | None:
    """None where nothing of the program can be read."""
    return _facts(ByIdentity(trace))


@lru_cache(maxsize=1)
def _advice(key: ByIdentity) -> BaseAdvice | None:
    return advise(key.trace)


@lru_cache(maxsize=1)
def _facts(key: ByIdentity) -> ProgramFacts | None:
    files, _ = program_files(key.trace)
    return scan(key.trace, files, starts(key.trace)) if files else None
