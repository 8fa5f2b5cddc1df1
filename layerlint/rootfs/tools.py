"""On Alpine the tools are busybox's: whether they take what a command gives those of GNU."""

from __future__ import annotations

import posixpath

from layerlint.programs.model import Need, NeedKind
from layerlint.rootfs import busybox
from layerlint.rootfs.judging import Ground
from layerlint.rootfs.model import MET, Answer, Requirement, Status
from layerlint.rootfs.stages import command_at, state_at, step_at
from layerlint.rootfs.starts import starts


def has_other_tools(original: Ground, trial: Ground) -> bool:
    """The candidate has busybox where the base has the tools of GNU."""
    return _has_busybox(trial) and not _has_busybox(original)


def _has_busybox(ground: Ground) -> bool:
    image = ground.base.image
    if image is not None and image.distribution == "alpine":
        return True
    return ground.contents is not None and "awk" in ground.contents.programs


def is_busybox(requirement: Requirement, trial: Ground) -> bool:
    """The program that the candidate has for it is one of busybox."""
    name = posixpath.basename(requirement.need.name)
    if requirement.need.kind is not NeedKind.BINARY or not busybox.has_applet(name):
        return False
    state = state_at(trial.trace, requirement.at)
    package = busybox.package_of(name)
    return state is not None and (state.database is None or package not in state.database.installed)


def answer(requirement: Requirement, original: Ground, trial: Ground) -> Answer:
    """Of a program that is there: met, or the package that has it with all options."""
    if not has_other_tools(original, trial) or not is_busybox(requirement, trial):
        return MET
    need = requirement.need
    name = posixpath.basename(need.name)
    if requirement.at is None:
        words = _started(need, original)
        if words is None:
            words = busybox.words_behind(name, need.evidence.text)
    else:
        step = step_at(trial.trace, requirement.at)
        number = None if step is None else command_at(step, requirement.at)
        if step is None or number is None:
            return MET  # on this base the step does not come to it
        words = tuple(word for word in step.commands[number].argv[1:] if isinstance(word, str))
    if words is None:
        return Answer(
            Status.UNKNOWN,
            f"whether busybox's {name} takes all that {need.evidence.where} gives it is not known",
        )
    if busybox.takes(name, words):
        return MET
    package = busybox.package_of(name) if trial.contents is None else ""
    text = f"busybox's {name} may not take all options of {need.evidence.where}"
    return Answer(Status.PACKAGES, text, (package,)) if package else Answer(Status.UNKNOWN, text)


def _started(need: Need, original: Ground) -> tuple[str, ...] | None:
    """The words that the image starts it with, out of a script too, where that is known."""
    for started in starts(original.trace).programs:
        if started.words[:1] == (need.name,) and started.evidence == need.evidence:
            return tuple(started.words[1:])
    return None
