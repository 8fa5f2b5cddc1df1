"""ADD of files that COPY takes as well."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from layerlint._dataclass import dataclass
from layerlint._pattern import pattern
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.expand import expand
from layerlint.dockerfile.instructions import Add
from layerlint.domain.text import Text
from layerlint.execution.instructions import lookup
from layerlint.execution.trace import Trace

_ARCHIVES: Final = (
    ".Z", ".bz2", ".gz", ".lz", ".lzma", ".tZ", ".tar", ".tb2", ".tbz", ".tbz2", ".tgz", ".tlz", ".tpz",
    ".txz", ".xz",
)  # fmt: skip
_MORE_ARCHIVES: Final = (*_ARCHIVES, ".tar.zst", ".tzst", ".zst")
"""What ADD unpacks is known by its content; this is what such files are called."""

_WEB: Final = pattern(r"https?://", re.IGNORECASE)
_REMOTE: Final = pattern(r"https?://|git://|ssh://|git@|\S+\.git(?:#|\Z)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Params:
    as_written: bool = False
    """By the words: git repositories, zstd and what a variable holds are not told apart from files."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    for stage in trace.stages:
        for step in stage.steps:
            if not isinstance(step.instruction, Add):
                continue
            words = step.instruction.transfer.sources
            look = lookup(step.before, known_base=stage.base.environment_known)
            texts: list[Text] = [
                word.value if params.as_written else expand(word.value, look, trace.document.escape).text
                for word in words
            ]
            # One instruction for several: COPY cannot take its place where ADD is needed for one of them.
            if params.as_written or all(isinstance(t, str) and _is_plain(t) for t in texts):
                for word, text in zip(words, texts, strict=True):
                    if isinstance(text, str) and _is_plain(text, as_written=params.as_written):
                        yield Observation(word.span, {"source": word.value})
                        break


def _is_plain(source: str, *, as_written: bool = False) -> bool:
    source = source.strip("\"'")
    if as_written:
        return not source.endswith(_ARCHIVES) and not _WEB.match(source)
    return not source.endswith(_MORE_ARCHIVES) and not _REMOTE.match(source)


CHECK = Check(Params, _run, ("source",))
