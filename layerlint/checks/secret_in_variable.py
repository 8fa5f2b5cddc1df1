"""ARG or ENV whose name is that of a secret: its value is kept in the image."""

from __future__ import annotations

import re
from collections.abc import Iterator

from layerlint.checks._triggers import observed, with_triggers
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.expand import expand
from layerlint.dockerfile.instructions import Arg, Env
from layerlint.dockerfile.syntax import Word
from layerlint.domain.text import UNKNOWN
from layerlint.execution.trace import Trace

_SECRET = re.compile(
    r"(?:\A|_)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|\Z)", re.IGNORECASE
)
_HARMLESS = re.compile(r"(?:\A|_)(?:public|file|version)(?:_|\Z)", re.IGNORECASE)
"""Both are BuildKit's, which does not look at values."""


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for stage in trace.graph.stages:
        for instruction in with_triggers(stage):
            if isinstance(instruction, Arg | Env):
                for pair in instruction.pairs:
                    name = _name(instruction, pair.key, trace.document.escape)
                    if _SECRET.search(name) and not _HARMLESS.search(name):
                        values = {"keyword": instruction.node.keyword.upper(), "name": name}
                        yield observed(stage, instruction, pair.key.span, values)


def _name(instruction: Arg | Env, key: Word, escape: str) -> str:
    """ENV's names may stand in quotes, which ARG takes as a part of the name."""
    text = expand(key.value, lambda name: UNKNOWN, escape).text if isinstance(instruction, Env) else key.value
    return text if isinstance(text, str) else key.value


CHECK = Check(NoParams, _run, ("keyword", "name"))
