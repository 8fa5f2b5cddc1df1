"""What a candidate comes to: the answers to all needs, and what is not known, as one verdict with reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from layerlint.catalog.model import BaseImage
from layerlint.dockerfile.instructions import Entrypoint
from layerlint.execution.trace import State, Step, Trace
from layerlint.programs.model import NeedKind
from layerlint.report import BaseVerdict, Confidence, Evidence
from layerlint.rootfs import tools
from layerlint.rootfs.facts import contents_of, has_more
from layerlint.rootfs.judging import Ground, no_manager, same_manager
from layerlint.rootfs.model import (
    Answer,
    Gap,
    GapKind,
    Judged,
    Judgement,
    Reason,
    Requirement,
    Requirements,
    Status,
)
from layerlint.rootfs.program_names import NPM_LIKE, PIP_LIKE
from layerlint.rootfs.stages import evidence_at, state_at, steps_before

_TAKEN = ("whether the stage holds", "a command of the stage that is not understood may have made more files")
"""Gaps of a COPY --from: `products` knows what the stage holds, and takes all of a folder."""
_LINK_MANUALS = ("default-jdk", "default-jre", "openjdk-", "oracle-java", "postgresql-")
_PROGRAMS = frozenset({NeedKind.BINARY, NeedKind.INTERPRETER, NeedKind.SHELL})


def today(needs: Iterable[Requirement], ground: Ground) -> tuple[Judged, ...]:
    """The needs, and what the file as it is says to them."""
    return tuple(Judged(need, _certain(need, ground.answer(need), ground)) for need in needs)


def _certain(requirement: Requirement, answer: Answer, ground: Ground) -> Answer:
    """What is missing is not known to be where a step that is not understood may bring it, or may not need it."""
    if answer.status not in (Status.MISSING, Status.PACKAGES):
        return answer
    state = state_at(ground.trace, requirement.at)
    database = None if state is None else state.database
    known = database.known if database is not None else ground.contents is not None
    branch = requirement.at is not None and requirement.need.confidence is not Confidence.HIGH
    vague = state is not None and _vague(state, ground)
    more = requirement.need.kind in _PROGRAMS and has_more(ground.reference, ground.base.image)
    if (
        state is None
        or state.filesystem.disturbed
        or any((vague, branch, more, not known))
        or any(_brings_unknown(step) for step in steps_before(ground.trace, requirement.at))
    ):
        return Answer(Status.UNKNOWN, f"whether a step brings {requirement.need.name} is not known")
    return answer


def _vague(state: State, ground: Ground) -> bool:
    """A tool has put files whose names are not known in a folder of PATH of its own."""
    folders = [folder for folder in ground.path(state) if not folder.startswith(("/usr/", "/bin", "/sbin"))]
    return any(state.filesystem.holds_vague(folder) for folder in folders) or (
        ground.contents is not None and bool(state.filesystem.vague)
    )


def _brings_unknown(step: Step) -> bool:
    """A command whose effects are not known may bring programs; pip and npm bring those of their packages."""
    names = {command.text: command.name for command in step.commands}
    return any(names.get(gap.command) not in PIP_LIKE | NPM_LIKE for gap in step.not_understood)


def judge(known: Sequence[Judged], gaps: Sequence[Gap], original: Ground, trial: Ground) -> Judgement:
    """What a candidate comes to, by the needs that the file as it is does not leave open itself."""
    packages: dict[str, None] = {}
    failing: dict[str, list[Evidence]] = {}
    added: dict[str, list[Evidence]] = {}
    unknown: dict[str, list[Evidence]] = {}
    for each in known:
        if each.answer.status in (Status.MISSING, Status.PACKAGES):
            continue  # it is missing today: that is no fault of the candidate's
        answer = trial.answer(each.requirement)
        if each.answer.status is Status.UNKNOWN and answer.status in (Status.MISSING, Status.PACKAGES):
            answer = each.answer  # what brings it today may bring it there
        if answer.status is Status.MET:
            answer = tools.answer(each.requirement, original, trial)
        place = each.requirement.need.evidence
        match answer.status:
            case Status.MET:
                pass
            case Status.MISSING:
                failing.setdefault(answer.text, []).append(place)
            case Status.PACKAGES:
                packages.update(dict.fromkeys(answer.packages))
                added.setdefault(answer.text, []).append(place)
            case Status.UNKNOWN:
                unknown.setdefault(answer.text, []).append(place)
            case _:
                assert_never(answer.status)
    if trial.contents is not None and trial.contents.entry_point and not _has_entry_point(trial.trace):
        words = " ".join(trial.contents.entry_point)
        failing.setdefault(f"the ENTRYPOINT of {trial.reference} is {words}: CMD names the program again", [])
    for text, place in _new_faults(original.trace, trial.trace):
        failing.setdefault(text, []).append(place)
    if (change := _other_release(original, trial)) is not None:
        managed = [
            each.requirement.need for each in known if each.requirement.need.kind is NeedKind.PACKAGE_MANAGER
        ]
        if managed:
            unknown.setdefault(change, []).extend(need.evidence for need in managed)
    for text, place in _without_manuals(original, trial):
        unknown.setdefault(text, []).append(place)
    for gap in gaps:
        if _matters(gap, original, trial):
            unknown.setdefault(gap.text, []).extend(() if gap.evidence is None else (gap.evidence,))
    if failing:
        return Judgement(BaseVerdict.FAILS, (), _reasons(failing))
    if unknown:
        return Judgement(BaseVerdict.UNKNOWN, tuple(sorted(packages)), _reasons(unknown, "cannot tell: "))
    if packages:
        return Judgement(BaseVerdict.WITH_PACKAGES, tuple(sorted(packages)), _reasons(added))
    return Judgement(BaseVerdict.MEETS)


def with_packages(judgement: Judgement, packages: Sequence[str], trial: Ground) -> Judgement:
    """The same, with what the RUN lines that were written anew install."""
    if judgement.verdict is BaseVerdict.FAILS:
        return judgement
    added = tuple(sorted({*packages, *judgement.packages}))
    verdict = BaseVerdict.WITH_PACKAGES if judgement.verdict is BaseVerdict.MEETS else judgement.verdict
    rewritten = Reason(f"the packages of apt are installed by {trial.manager} under its names")
    return Judgement(verdict, added, (*judgement.reasons, rewritten))


def judge_split(found: Requirements, doubts: Sequence[Reason], before: Trace, trial: Ground) -> Judgement:
    """Of a file that is split into stages: all that its last stage needs, asked of that very file."""
    packages: dict[str, None] = {}
    failing: dict[str, list[Evidence]] = {}
    unknown: dict[str, list[Evidence]] = {}
    # That the stage holds what the build writes is certain, however little is known of the rest of it.
    for text, place in _new_faults(before, trial.trace, certain=True):
        failing.setdefault(text, []).append(place)
    for need in found.needs:
        answer = trial.answer(need)
        if answer.status is Status.PACKAGES:
            packages.update(dict.fromkeys(answer.packages))
        elif answer.status is not Status.MET:
            reasons = failing if answer.status is Status.MISSING else unknown
            reasons.setdefault(answer.text, []).append(need.need.evidence)
    for gap in found.gaps:
        if not gap.text.startswith(_TAKEN):
            unknown.setdefault(gap.text, []).extend(() if gap.evidence is None else (gap.evidence,))
    for doubt in doubts:
        unknown.setdefault(doubt.text, []).extend(doubt.evidence)
    if failing:
        return Judgement(BaseVerdict.FAILS, (), _reasons(failing))
    added = tuple(sorted(packages))
    if unknown:
        return Judgement(BaseVerdict.UNKNOWN, added, _reasons(unknown, "cannot tell: "))
    return Judgement(BaseVerdict.WITH_PACKAGES if added else BaseVerdict.MEETS, added)


def _other_release(original: Ground, trial: Ground) -> str | None:
    """The same distribution, but its packages come in other versions."""
    one, other = original.base.image, trial.base.image
    if one is None or other is None or one.distribution != other.distribution or one.release == other.release:
        return None
    return f"whether all works with the versions that {other.distribution} {other.release} has is not known"


def _has_entry_point(trace: Trace) -> bool:
    target = trace.target
    return target is not None and any(isinstance(step.instruction, Entrypoint) for step in target.chain())


def refuse(known: Sequence[Judged], reference: str, image: BaseImage | None) -> Judgement | None:
    """What fails before any step of it is run: no shell for a RUN, another package manager.  None: it may do."""
    contents = contents_of(reference)
    failing: dict[str, list[Evidence]] = {}
    for each in known:
        need = each.requirement.need
        if each.requirement.at is None or each.answer.status is not Status.MET:
            continue
        if need.kind is NeedKind.SHELL and contents is not None and need.name not in contents.shells:
            failing.setdefault(f"{reference} has no {need.name}, which RUN needs", []).append(need.evidence)
        if need.kind is NeedKind.PACKAGE_MANAGER:
            manager = None if image is None else image.manager
            known_manager = manager is not None or contents is not None
            if known_manager and not same_manager(manager, need.name):
                text = no_manager(reference, need.name, manager)
                failing.setdefault(text, []).append(need.evidence)
    return Judgement(BaseVerdict.FAILS, (), _reasons(failing)) if failing else None


def _reasons(found: dict[str, list[Evidence]], head: str = "") -> tuple[Reason, ...]:
    return tuple(Reason(head + text, tuple(dict.fromkeys(places))) for text, places in found.items())


def _new_faults(before: Trace, after: Trace, *, certain: bool = False) -> Iterable[tuple[str, Evidence]]:
    """Faults of the build that the candidate brings: a package that its release has not …"""

    def faults(trace: Trace) -> dict[str, Evidence]:
        return {
            fault.message: evidence_at(trace, fault.span, fault.message)
            for step in trace.steps()
            if step.stage.index in trace.graph.reachable
            for fault in step.faults
            if fault.certain or not certain
        }

    old = faults(before)
    return [(f"the build fails: {text}", place) for text, place in faults(after).items() if text not in old]


def _without_manuals(original: Ground, trial: Ground) -> Iterable[tuple[str, Evidence]]:
    """Packages whose scripts link manual pages into folders that a slim image leaves out (Debian bug 863199)."""
    one, other = original.base.image, trial.base.image
    if one is None or other is None or one.path_excludes or not other.path_excludes:
        return
    for step in trial.trace.steps():
        if step.stage.index not in trial.trace.graph.reachable:
            continue
        for command in step.commands:
            names = sorted(
                package.name
                for applied in command.applied
                for package in applied.installed
                if package.name.startswith(_LINK_MANUALS)
            )
            if names:
                place = evidence_at(trial.trace, command.span, command.text)
                yield (
                    f"whether {names[0]} can be installed without the folders of manual pages is not known",
                    place,
                )


def _matters(gap: Gap, original: Ground, trial: Ground) -> bool:
    """What is not known counts where the candidate differs in what it may be about."""
    one, other = original.base.image, trial.base.image
    if one is None or other is None or gap.kind is GapKind.BUILD:
        return True
    if one.assumed is not None or other.assumed is not None:
        return True
    same = (
        one.libc is not None
        and one.libc == other.libc
        and one.distribution == other.distribution
        and one.release is not None
        and one.release == other.release
    )
    if gap.kind is GapKind.LIBC:
        return not same
    if not same or other.manager is None or not one.packages:
        return True
    if "jre" in trial.reference and "jre" not in original.reference:
        return True  # whether it calls the compiler is part of what is not known
    if one.packages.keys() - other.packages.keys():
        return True
    # The same packages: only what the official image adds may differ.
    name = original.reference.partition(":")[0], trial.reference.partition(":")[0]
    return name[0] != name[1]
