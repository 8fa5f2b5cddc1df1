"""An install that asks for confirmation, in a build where nobody answers."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.analysis.context_copies import reachable_steps
from layerlint.analysis.shipped import knows_apt_configuration
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.domain.truth import Truth
from layerlint.effects import InstallPackages
from layerlint.execution.trace import CommandRun, Trace
from layerlint.report import Confidence
from layerlint.source import Span


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for step in reachable_steps(trace):
        for command in step.commands:
            if command.reached is Truth.NO or not any(map(_asks, command.effects)):
                continue
            yield Observation(
                span=_up_to_verb(trace, command),
                values={"command": command.text},
                # The configuration may say yes.
                confidence=None if knows_apt_configuration(step) else Confidence.MEDIUM,
            )


def _asks(effect: object) -> bool:
    return isinstance(effect, InstallPackages) and not effect.assume_yes


def _up_to_verb(trace: Trace, command: CommandRun) -> Span:
    """``apt-get install``, where the words can be told apart."""
    text = trace.document.source.text
    verb = next((span for span in command.word_spans if text[span.start : span.end] == "install"), None)
    return command.span if verb is None else Span(command.span.start, verb.end)


CHECK = Check(NoParams, _run, ("command",))
