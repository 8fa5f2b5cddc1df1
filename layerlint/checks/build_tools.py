"""The final stage stands on a base that is there to build with, and starts a program that needs none of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from layerlint._dataclass import dataclass
from layerlint.analysis.start import starts_a_program, starts_one_of
from layerlint.checks._base_names import difference, parts
from layerlint.checks._image_places import first_image
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.instructions import OnBuild
from layerlint.domain.credentials import redact
from layerlint.domain.units import Bytes
from layerlint.execution.bases import find
from layerlint.execution.trace import Trace
from layerlint.report import Applicability, BaseVerdict, CandidateRecord, Edit, Fix

if TYPE_CHECKING:
    from layerlint.rootfs.drawing import Drawn


@dataclass(frozen=True, slots=True)
class Params:
    images: tuple[str, ...] = ()
    """Repositories, without Docker Hub's own names."""
    other_images: tuple[str, ...] = ()
    """More of them, whose programs run on another base."""
    interpreters: tuple[str, ...] = ()
    """Repositories of what runs the program too: named only where a split is certain."""
    minimum: Bytes = 10485760
    """Of what a split saves on one of the last."""
    programs: tuple[str, ...] = ()
    """What the base is for: an image that starts one of them, or runs one as it is, needs it."""
    instead: str = ""
    """What a program of the first can be copied to, where no split says it."""
    other_instead: str = ""
    """The same of the others."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    if trace.target is None or not starts_a_program(trace, params.programs):
        return
    if starts_one_of(trace, params.programs):
        return
    if any(isinstance(step.instruction, OnBuild) for step in trace.target.chain()):
        return  # it is made to be built on
    base = trace.target.base
    repository, _ = parts(base.reference)
    if repository not in (*params.images, *params.other_images, *params.interpreters):
        return
    from layerlint.rootfs.known import drawn_split  # runs the file anew: for a finding only

    found = drawn_split(trace)
    if repository in params.interpreters and not _is_certain(found, params.minimum):
        return
    instead = params.instead if repository in params.images else params.other_instead
    smaller = find(instead)
    saved = None if smaller is None else difference(base.bytes, smaller.size)
    how, why, fix = "", "", None
    if isinstance(found, str):
        how, why = "; no split is drawn up", f": {found}"
    elif found is not None:
        record, instead, saved = found.record, found.record.reference, found.record.saved
        if record.verdict is BaseVerdict.UNKNOWN:
            how, why = "; a split is not certain", f": {_doubts(record)}"
        else:
            fix = _proposal(trace, record, found.text)
    yield Observation(
        span=first_image(trace.target),
        values={"image": base.reference, "instead": instead, "how": how, "why": why},
        bytes=saved,
        fix=fix,
    )


def _is_certain(found: Drawn | str | None, minimum: Bytes) -> bool:
    if found is None or isinstance(found, str) or found.record.saved is None:
        return False
    return found.record.verdict is not BaseVerdict.UNKNOWN and found.record.saved.likely >= minimum


def _doubts(record: CandidateRecord) -> str:
    first = record.reasons[0].text.removeprefix("cannot tell: ")
    more = len(record.reasons) - 1
    return first + (f" (and {more} more)" if more else "")


def _proposal(trace: Trace, record: CandidateRecord, text: str) -> Fix:
    from layerlint.rootfs.simulate import edits

    changed = edits(trace.document.source.text, text)
    return Fix(
        f"as two stages, the last on {record.reference}",
        Applicability.DISPLAY_ONLY,
        tuple(Edit(each.start, each.end, redact(each.text)) for each in changed),
        record.diff,
    )


CHECK = Check(Params, _run, ("image", "instead", "how", "why"))
