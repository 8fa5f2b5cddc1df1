"""``FROM --platform`` that says what is so already, or what a build should be free to say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from layerlint._dataclass import dataclass
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.expand import Expansion, expand
from layerlint.dockerfile.references import platform_error
from layerlint.dockerfile.syntax import Word
from layerlint.domain.text import UNKNOWN, Text
from layerlint.execution.trace import Trace
from layerlint.graph import Stage

_TARGET: Final = "TARGETPLATFORM"

_OTHER_NAMES: Final[Mapping[str, str]] = {
    "aarch64": "arm64",
    "armel": "arm",
    "armhf": "arm",
    "i386": "386",
    "macos": "darwin",
    "x86-64": "amd64",
    "x86_64": "amd64",
}
"""What containerd's platforms are called too (``platforms.Normalize``)."""


def _platforms(trace: Trace) -> Iterator[tuple[Stage, Word, Expansion]]:
    arguments, predefined = trace.graph.arguments, trace.graph.predefined

    def lookup(name: str) -> Text | None:
        return arguments[name] if name in arguments else predefined.get(name)

    for stage in trace.graph.stages:
        word = stage.instruction.platform
        if word is not None:
            yield stage, word, expand(word.value, lookup, trace.document.escape)


@dataclass(frozen=True, slots=True)
class Redundant:
    as_written: bool = False
    """The variable alone, without a default."""


def _redundant(trace: Trace, params: Redundant) -> Iterator[Observation]:
    """The target's platform alone, however it is written."""
    target = trace.graph.arguments.get(_TARGET, trace.graph.predefined.get(_TARGET))
    for _, word, found in _platforms(trace):
        if params.as_written and word.value not in (f"${_TARGET}", f"${{{_TARGET}}}"):
            continue
        alone = found.matched == {_TARGET} and not found.unmatched
        if alone and found.text == target and target is not UNKNOWN:
            yield Observation(word.span, {"platform": word.value})


@dataclass(frozen=True, slots=True)
class Constant:
    as_written: bool = False
    """Every platform whose words do not name the builder's or the target's, whatever the stage is called."""


def _constant(trace: Trace, params: Constant) -> Iterator[Observation]:
    for stage, word, found in _platforms(trace):
        if params.as_written:
            if "BUILDPLATFORM" not in word.value and _TARGET not in word.value:
                yield Observation(word.span, {"platform": word.value})
            continue
        if found.matched or found.unmatched or not isinstance(found.text, str):
            continue
        if platform_error(found.text) is None and not _named_after(stage, found.text):
            yield Observation(word.span, {"platform": found.text})


def _named_after(stage: Stage, platform: str) -> bool:
    """A stage of one platform on purpose has a name that says so."""
    system, _, rest = platform.lower().partition("/")
    system, architecture = system.partition("(")[0], rest.partition("/")[0]
    if not rest and platform_error(f"{system}(1)") is not None:
        # No version can stand behind an architecture; alone, it is one of the system that builds.
        system, architecture = "linux", system
    parts = (_OTHER_NAMES.get(part, part) for part in (system, architecture))
    return any(part and part in (stage.name or "") for part in parts)


CONSTANT = Check(Constant, _constant, ("platform",))
REDUNDANT = Check(Redundant, _redundant, ("platform",))
