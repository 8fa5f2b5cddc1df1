"""What is written down while a RUN is run: commands, what is not understood, what fails."""

from __future__ import annotations

from collections.abc import Callable

from layerlint._dataclass import dataclass, field
from layerlint.domain.truth import Truth
from layerlint.execution.trace import CommandRun, Fault, NotUnderstood
from layerlint.source import Span

MAX_COMMANDS = 5_000
"""Commands run for one instruction: a bound on nested loops."""


@dataclass(slots=True)
class Recorder:
    """The notes of one instruction.  ``locate`` turns a span of the script into one of the Dockerfile."""

    locate: Callable[[Span], Span]
    reached: Truth = Truth.YES
    """Whether the command that runs now is reached for certain."""
    commands: list[CommandRun] = field(default_factory=list)
    gaps: list[NotUnderstood] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    started: int = 0

    def not_understood(self, span: Span, command: str, reason: str, *, bounded: bool = False) -> None:
        gap = NotUnderstood(self.locate(span), command, reason, bounded)
        if gap not in self.gaps[-50:]:
            self.gaps.append(gap)

    def fault(self, span: Span, message: str) -> None:
        fault = Fault(self.locate(span), message, self.reached is Truth.YES)
        if fault not in self.faults:
            self.faults.append(fault)

    def may_start(self) -> bool:
        """Count a command; False once there were too many."""
        self.started += 1
        return self.started <= MAX_COMMANDS
