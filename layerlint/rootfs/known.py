"""The advice on a trace, the split of its stage and the facts of its program, worked out once for all that ask."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from layerlint.analysis.by_identity import ByIdentity
from layerlint.execution.trace import Trace
from layerlint.programs.model import ProgramFacts
from layerlint.report import BaseAdvice
from layerlint.rootfs.advice import advise
from layerlint.rootfs.drawing import Drawn, split_record
from layerlint.rootfs.judging import Ground
from layerlint.rootfs.requirements import Reading, host_files, program_files, scan
from layerlint.rootfs.split import Split, split
from layerlint.rootfs.stages import root_stage
from layerlint.rootfs.starts import starts

MOST_SOURCES: Final = 500
"""Files of the build context that a lint reads for a split; `layerlint base` reads more."""


def advice(trace: Trace) -> BaseAdvice | None:
    return _advice(ByIdentity(trace))


def drawn_split(trace: Trace) -> Drawn | str | None:
    """The split into stages, or why none can be drawn up; None where there is nothing to split."""
    return _split(ByIdentity(trace))


def program_facts(trace: Trace) -> ProgramFacts | None:
    """None where nothing of the program can be read."""
    return _facts(ByIdentity(trace))


@lru_cache(maxsize=1)
def _advice(key: ByIdentity) -> BaseAdvice | None:
    return advise(key.trace)


@lru_cache(maxsize=1)
def _split(key: ByIdentity) -> Drawn | str | None:
    trace = key.trace
    if trace.target is None or not trace.target.base.known:
        return None
    plan = split(trace)
    if not isinstance(plan, Split):
        return plan
    if host_files(trace, MOST_SOURCES + 1) > MOST_SOURCES:
        return f"more than {MOST_SOURCES} files of the build context are in it: `layerlint base` reads them"
    ground = Ground(trace, root_stage(trace.target).base.reference)
    # In this process: a lint starts none.
    return split_record(trace, plan, ground, Reading(jobs=1))


@lru_cache(maxsize=1)
def _facts(key: ByIdentity) -> ProgramFacts | None:
    files, _ = program_files(key.trace)
    return scan(key.trace, files, starts(key.trace)) if files else None
