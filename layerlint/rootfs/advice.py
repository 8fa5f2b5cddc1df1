"""Which base would do for a Dockerfile: needs, candidates, verdicts and bytes, as a record for reporters."""

from __future__ import annotations

from collections.abc import Sequence

from layerlint.catalog import recipes
from layerlint.domain.credentials import redact
from layerlint.domain.size import ZERO, Size
from layerlint.domain.units import format_size
from layerlint.execution.bases import find
from layerlint.execution.trace import Trace
from layerlint.programs.model import NeedKind
from layerlint.report import (
    BaseAdvice,
    BaseRecord,
    BaseVerdict,
    CandidateRecord,
    NeedRecord,
    Place,
)
from layerlint.rootfs.candidates import Candidate, candidates, newer
from layerlint.rootfs.drawing import Drawn, reasons, shown, split_record, with_versions
from layerlint.rootfs.facts import end_of_life
from layerlint.rootfs.judging import Ground
from layerlint.rootfs.model import Gap, Judged, Judgement, Requirements, Status
from layerlint.rootfs.other_manager import rewriting
from layerlint.rootfs.program_names import interpreter_of
from layerlint.rootfs.ranking import in_order
from layerlint.rootfs.requirements import Reading, requirements
from layerlint.rootfs.rewrite import Rewritten, still_asked
from layerlint.rootfs.risks import risks
from layerlint.rootfs.shared import stored
from layerlint.rootfs.simulate import diff, edited, image_bytes, rerun, saved
from layerlint.rootfs.split import Split, split
from layerlint.rootfs.stages import root_stage
from layerlint.rootfs.verdict import judge, refuse, today, with_packages
from layerlint.source import Span


def advise(trace: Trace, date: str | None = None, reading: Reading | None = None) -> BaseAdvice | None:
    """Of the target stage; None where the file has none.  ``date`` (``YYYY-MM-DD``) is what support is judged by."""
    if trace.target is None:
        return None
    root = root_stage(trace.target)
    reference = root.base.reference
    found = with_versions(requirements(trace, reading), reference)
    ground = Ground(trace, reference)
    known = today(found.needs, ground)
    ends = end_of_life(reference, root.base.image)
    supported = None if date is None or not ends else date <= ends
    records: list[CandidateRecord] = []
    # Another base would not run the triggers that this one brings.
    movable = root.base.known and not any(step.instruction.node.elsewhere for step in trace.target.chain())
    if movable and reference != "scratch":
        for candidate in _candidates(reference, found, ground, unsupported=supported is False):
            record = _candidate(trace, candidate, found, known, ground, keep=supported is False)
            if record is not None:
                records.append(record)
    plan = split(trace) if movable else None
    if isinstance(plan, Split):
        drawn = split_record(trace, plan, ground, reading)
        if isinstance(drawn, Drawn):
            records.append(drawn.record)
        plan = drawn if isinstance(drawn, str) else plan
    records = in_order(records)
    return BaseAdvice(
        trace.document.source.path,
        trace.target.stage.label,
        BaseRecord(
            reference, root.base.source, root.base.bytes, root.base.image.date if root.base.image else ""
        ),
        _place(trace, root.stage.instruction.image.span),
        ends,
        supported,
        image_bytes(trace),
        _needs(known),
        tuple(_said(gap) for gap in found.gaps),
        tuple(records),
        trace.notes,
        root.base.known,
        _no_split(plan, reference, root.base.bytes) if isinstance(plan, str) else "",
        stored(trace),
    )


def _no_split(why: str, reference: str, base: Size) -> str:
    if recipes.split(reference)[0] == "python":
        return f"compilers ship with the packages that they built: no stage of its own is drawn up for them: {why}"
    if recipes.split(reference)[0] == "node":
        return f"what builds the program ships with it: no stage of its own is drawn up for that: {why}"
    return (
        f"the base is there to build with: a stage of its own for that would save up to {format_size(base.likely)}, "
        f"but none can be drawn up here: {why}"
    )


def _candidates(
    reference: str, found: Requirements, ground: Ground, *, unsupported: bool
) -> Sequence[Candidate]:
    family = version = ""
    for each in found.needs:
        if each.need.kind is NeedKind.INTERPRETER and each.at is None and each.need.version:
            family, version = interpreter_of(each.need.name.rpartition("/")[2]), each.need.version
    proposed = list(candidates(reference, family, version))
    if unsupported:
        proposed += newer(reference, ground.base.image)
    return list({each.reference: each for each in proposed}.values())


def _candidate(
    trace: Trace,
    candidate: Candidate,
    found: Requirements,
    known: Sequence[Judged],
    original: Ground,
    *,
    keep: bool,
) -> CandidateRecord | None:
    """None for one that saves nothing (``keep``: unless it is there for its support)."""
    image = find(candidate.reference)
    plan = rewriting(known, trace, image)
    asked = known
    if isinstance(plan, Rewritten):
        asked = still_asked(known, plan)
    elif plan is not None:
        asked = tuple(each for each in known if each.requirement.need.kind is not NeedKind.PACKAGE_MANAGER)
    refused = refuse(asked, candidate.reference, image)
    if refused is None and isinstance(plan, Judgement):
        refused = plan
    if refused is not None:
        # Nothing more can be said of it, so it is not run.
        size = ZERO if image is None else image.size
        if size.likely >= original.base.bytes.likely:
            return None
        return CandidateRecord(
            candidate.reference,
            candidate.what,
            refused.verdict,
            (),
            reasons(refused),
            (),
            end_of_life(candidate.reference, image),
            size,
            None,
            None,
            None,
            "",
        )
    lines, packages = (plan.edits, plan.packages) if isinstance(plan, Rewritten) else ((), ())
    text = edited(trace, candidate.reference, rewritten=lines)
    after = rerun(trace, text)
    trial = Ground(after, candidate.reference)
    judgement = judge(asked, found.gaps, original, trial)
    if judgement.packages:
        text = edited(trace, candidate.reference, trial.manager, judgement.packages, lines)
        after = rerun(trace, text)
    if packages:
        judgement = with_packages(judgement, packages, trial)
    smaller = saved(trace, after)
    if smaller is None and not (keep and candidate.what == "supported release"):
        return None
    return CandidateRecord(
        candidate.reference,
        candidate.what,
        judgement.verdict,
        judgement.packages,
        reasons(judgement),
        tuple(risks(original, trial, found)),
        end_of_life(candidate.reference, image),
        trial.base.bytes,
        image_bytes(after),
        smaller or ZERO,
        None,
        "" if judgement.verdict is BaseVerdict.FAILS else diff(trace, text),
        stored(after),
    )


def _needs(known: Sequence[Judged]) -> tuple[NeedRecord, ...]:
    """One record for each thing, with every place that says so."""
    places: dict[tuple[str, str, str, str], list[Judged]] = {}
    for each in known:
        need = each.requirement.need
        when = "run" if each.requirement.at is None else "build"
        places.setdefault((need.kind.value, need.name, need.version, when), []).append(each)
    return tuple(
        NeedRecord(
            kind,
            redact(name),
            version,
            when,
            next((e.requirement.need.because for e in found if e.requirement.need.because), ""),
            found[0].requirement.need.confidence,
            _today(found),
            tuple(dict.fromkeys(shown(each.requirement.need.evidence) for each in found)),
        )
        for (kind, name, version, when), found in places.items()
    )


def _today(found: Sequence[Judged]) -> str:
    statuses = {each.answer.status for each in found}
    if statuses & {Status.MISSING, Status.PACKAGES}:
        return "missing"
    return "unknown" if Status.UNKNOWN in statuses else "met"


def _said(gap: Gap) -> str:
    where = f"line {gap.evidence.line}: " if gap.evidence is not None and gap.evidence.line else ""
    return redact(where + gap.text)


def _place(trace: Trace, span: Span) -> Place:
    source = trace.document.source
    line, column = source.position(span.start)
    end_line, end_column = source.position(span.end)
    return Place(line, column, end_line, end_column)
