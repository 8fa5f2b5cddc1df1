"""A comment that silences a rule for one instruction."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.checks.model import Check, Observation
from layerlint.execution.trace import Trace

_HADOLINT: Final = pattern(r"hadolint\s+ignore\s*=\s*(?:DL|SC)[0-9]")
_ANY: Final = pattern(
    r"hadolint\s+ignore\s*=\s*(?:DL|SC)[0-9]|layerlint:\s*ignore\b|check\s*=\s*skip|"
    r"(?:checkov|bridgecrew):skip=|(?:trivy|tfsec):ignore:",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Params:
    hadolint: bool = False
    """Only in hadolint's form."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    form = _HADOLINT if params.hadolint else _ANY
    for comment in trace.document.comments:
        if form.match(comment.text):
            yield Observation(comment.span, {"comment": comment.text})


CHECK = Check(Params, _run, ("comment",))
