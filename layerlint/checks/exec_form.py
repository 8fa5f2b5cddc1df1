"""Commands in exec form that are none: JSON that cannot be read, and words that only a shell knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from layerlint._pattern import pattern
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.instructions import (
    Cmd,
    Entrypoint,
    Healthcheck,
    Instruction,
    OnBuild,
    Run,
    Volume,
)
from layerlint.dockerfile.syntax import Word
from layerlint.execution.trace import Trace
from layerlint.source import Span

_LIST: Final = pattern(r"\[\s*(?:[\"'].*|[^\s\]]+\s*,.*)\]?\s*\Z", re.DOTALL)
"""Of CMD and the like: a quote or a comma behind the bracket."""

_COMMAND_LIST: Final = pattern(r"\[(?:[\"']|\s*\"[^\"]*\"\s*,|\s*'[^']*'\s*,)")
"""Of RUN, where ``[ "$a" = b ]`` is a test of the shell."""

_LONGEST: Final = 4096
"""Characters of a text that is looked at."""

_OPERATORS: Final = frozenset({"&", "&&", "2>&1", ";", "<", ">", ">>", "|", "||"})

_SHELLS: Final = pattern(r"(?:.*/)?(?:(?:ba|da|a|k|z)?sh|cmd(?:\.exe)?|p(?:ower)?(?:wsh|shell)(?:\.exe)?)\Z")


def _instructions(trace: Trace) -> Iterator[Instruction]:
    for stage in trace.graph.stages:
        for instruction in stage.instructions:
            yield instruction.instruction if isinstance(instruction, OnBuild) else instruction


def _malformed(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for instruction in _instructions(trace):
        match instruction:
            case Cmd(exec_form=False) | Entrypoint(exec_form=False) | Healthcheck(kind="CMD-SHELL"):
                words, form = instruction.words, _LIST
            case Volume(paths=words) if not instruction.node.json:
                form = _LIST
            case Run(exec_form=None, node=node) if not node.heredocs:
                words, form = node.args, _COMMAND_LIST
            case _:
                continue
        node = instruction.node
        # The text of HEALTHCHECK has CMD in front.
        text = node.rest_text.lstrip()
        if isinstance(instruction, Healthcheck):
            text = text[3:].lstrip()
        if words and text.startswith("[") and form.match(text[:_LONGEST]):
            span = Span(words[0].span.start, words[-1].span.end)
            yield Observation(span, {"keyword": node.keyword.upper()})


def _operators(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for instruction in _instructions(trace):
        words: tuple[Word, ...] = ()
        match instruction:
            case Cmd(exec_form=True) | Entrypoint(exec_form=True) | Healthcheck(kind="CMD"):
                words = instruction.words
            case Run(exec_form=tuple() as given):
                words = given
            case _:
                pass
        if words and not _SHELLS.match(words[0].value):
            word = next((word for word in words[1:] if word.value in _OPERATORS), None)
            if word is not None:
                values = {"keyword": instruction.node.keyword.upper(), "word": word.value}
                yield Observation(word.span, values)


MALFORMED = Check(NoParams, _malformed, ("keyword",))
OPERATORS = Check(NoParams, _operators, ("keyword", "word"))
