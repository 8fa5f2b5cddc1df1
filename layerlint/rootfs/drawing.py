"""A split into stages as a record: run on each base that may carry its last stage, judged, and drawn up as a text."""

from __future__ import annotations

from layerlint._dataclass import dataclass, replace
from layerlint.domain.credentials import redact
from layerlint.execution.trace import Trace
from layerlint.programs.model import NeedKind
from layerlint.report import SPLIT, BaseVerdict, CandidateRecord, Evidence, ReasonRecord
from layerlint.rootfs.facts import end_of_life, interpreter_version
from layerlint.rootfs.judging import Ground
from layerlint.rootfs.model import Judgement, Requirement, Requirements
from layerlint.rootfs.program_names import interpreter_of
from layerlint.rootfs.ranking import RANKS
from layerlint.rootfs.requirements import Reading, requirements
from layerlint.rootfs.risks import risks
from layerlint.rootfs.shared import stored
from layerlint.rootfs.simulate import diff, image_bytes, rerun, saved
from layerlint.rootfs.split import Split
from layerlint.rootfs.verdict import judge_split


@dataclass(frozen=True, slots=True)
class Drawn:
    record: CandidateRecord
    text: str
    """The whole Dockerfile, with nothing masked."""


def split_record(trace: Trace, plan: Split, original: Ground, reading: Reading | None) -> Drawn | str:
    """On the first of its bases that has all; without one, on the first of which nothing is known to be missing.

    A sentence says why it can stand on none of them.
    """
    best: Drawn | None = None
    why = ""
    for reference in plan.bases:
        drawn = _split_on(trace, plan, reference, original, reading)
        if isinstance(drawn, str):
            why = why or drawn
        elif best is None or RANKS[drawn.record.verdict] < RANKS[best.record.verdict]:
            best = drawn
    return best or why


def _split_on(
    trace: Trace, plan: Split, reference: str, original: Ground, reading: Reading | None
) -> Drawn | str:
    text = plan.text(reference)
    after = rerun(trace, text)
    if after.target is None:
        return "it has no last stage"
    trial, found = Ground(after, reference), with_versions(requirements(after, reading), reference)
    judgement = judge_split(found, plan.doubts, trace, trial)
    if judgement.packages and judgement.verdict is not BaseVerdict.FAILS:
        text = plan.text(reference, trial.manager, judgement.packages)
        after = rerun(trace, text)
    smaller = saved(trace, after)
    if judgement.verdict is BaseVerdict.FAILS:
        return f"for a last stage, {redact(judgement.reasons[0].text)}"
    if smaller is None:
        return f"with a last stage on {reference} the image gets no smaller"
    record = CandidateRecord(
        reference,
        SPLIT,
        judgement.verdict,
        judgement.packages,
        reasons(judgement),
        tuple(risks(original, trial, found)),
        end_of_life(reference, trial.base.image),
        trial.base.bytes,
        image_bytes(after),
        smaller,
        None,
        redact(diff(trace, text)),
        stored(after),
    )
    return Drawn(record, text)


def with_versions(found: Requirements, reference: str) -> Requirements:
    """Of the interpreters of the base, the release that it has: what is installed for it is for that release."""
    needs: list[Requirement] = []
    for each in found.needs:
        need = each.need
        if need.kind is NeedKind.INTERPRETER and not need.version:
            version = interpreter_version(reference, interpreter_of(need.name.rpartition("/")[2]))
            need = need if version is None else replace(need, version=version)
        needs.append(replace(each, need=need))
    return Requirements(tuple(needs), found.gaps, found.files)


def reasons(judgement: Judgement) -> tuple[ReasonRecord, ...]:
    return tuple(
        ReasonRecord(redact(reason.text), tuple(shown(place) for place in reason.evidence[:8]))
        for reason in judgement.reasons
    )


def shown(place: Evidence) -> Evidence:
    return Evidence(place.file, place.line, redact(place.text))
