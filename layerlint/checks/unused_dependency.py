"""A Python distribution that is declared, installed, and that nothing of the program imports or starts."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.checks.model import Check, NoParams, Observation
from layerlint.execution.trace import Step, Trace
from layerlint.source import Span

_INSTALLERS = frozenset({"pip", "pip3", "pipenv", "poetry", "uv"})


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    from layerlint.rootfs.known import program_facts  # libcst: nothing that other rules pay for

    span = _installs(trace)
    if span is None:
        return
    facts = program_facts(trace)
    for name, place in () if facts is None or facts.python is None else facts.python.unused:
        yield Observation(span, {"distribution": name, "place": place.where})


def _installs(trace: Trace) -> Span | None:
    """The first command of the target that installs what is declared."""
    chain: Iterator[Step] = iter(()) if trace.target is None else trace.target.chain()
    return next(
        (command.span for step in chain for command in step.commands if command.name in _INSTALLERS), None
    )


CHECK = Check(NoParams, _run, ("distribution", "place"))
