"""ARG or ENV whose name is that of a secret: its value is kept in the image."""

from __future__ import annotations

import re
from collections.abc import Iterator

from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.instructions import Arg, Env
from layerlint.execution.trace import Trace

_SECRET = re.compile(
    r"(?:\A|_)(?:apikey|auth|credentials?|key|password|pword|passwd|secret|token)(?:_|\Z)", re.IGNORECASE
)
_HARMLESS = re.compile(r"public|file|version", re.IGNORECASE)
"""Both are BuildKit's, which does not look at values."""


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for stage in trace.graph.stages:
        for instruction in stage.instructions:
            if isinstance(instruction, Arg | Env):
                for pair in instruction.pairs:
                    name = pair.key.value
                    if _SECRET.search(name) and not _HARMLESS.search(name):
                        keyword = instruction.node.keyword.upper()
                        yield Observation(pair.key.span, {"keyword": keyword, "name": name})


CHECK = Check(NoParams, _run, ("keyword", "name"))
