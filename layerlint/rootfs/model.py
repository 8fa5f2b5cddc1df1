"""What the final stage needs, at which step, and what an image comes to under it."""

from __future__ import annotations

from enum import Enum

from layerlint._dataclass import dataclass
from layerlint.programs.model import Need, ProgramFile
from layerlint.report import BaseVerdict, Evidence


@dataclass(frozen=True, slots=True, order=True)
class At:
    """A step, by its stage and its number there: the same in every run of the same file."""

    stage: int
    step: int
    command: int = -1
    """Of the step's commands, the one that needs it; -1 is the step itself."""
    text: str = ""
    """Of the command: on another base others may be run in front of it."""


@dataclass(frozen=True, slots=True)
class Requirement:
    need: Need
    at: At | None
    """The step that needs it while it is built; None for what the image starts."""


class GapKind(Enum):
    """What a gap may hide: it counts only against candidates that differ in that."""

    ANYTHING = "anything"
    BUILD = "build"
    """The build fails as it is: whatever the base, nothing can be said."""
    LIBC = "libc"
    """Only whether it runs with another C library, or another release of it."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is not known of the needs."""

    text: str
    evidence: Evidence | None = None
    kind: GapKind = GapKind.ANYTHING


@dataclass(frozen=True, slots=True)
class Requirements:
    needs: tuple[Requirement, ...]
    gaps: tuple[Gap, ...]
    files: tuple[ProgramFile, ...]
    """Of the build context, that are in the final image."""


class Status(Enum):
    """Of one need, on one image."""

    MET = "met"
    PACKAGES = "with packages"
    UNKNOWN = "unknown"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Answer:
    status: Status
    text: str = ""
    """Why, where it is not met: ``busybox has no bash``."""
    packages: tuple[str, ...] = ()


MET = Answer(Status.MET)


@dataclass(frozen=True, slots=True)
class Judged:
    """A need of the file, and what an image says to it."""

    requirement: Requirement
    answer: Answer


@dataclass(frozen=True, slots=True)
class Reason:
    text: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: BaseVerdict
    packages: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
