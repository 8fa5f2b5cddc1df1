"""What changes with a base, though nothing that is known breaks: each true of the image, in one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from layerlint.programs.model import NeedKind
from layerlint.rootfs.judging import Ground
from layerlint.rootfs.model import Requirements
from layerlint.rootfs.program_names import interpreter_of

NO_SHELL: Final = "no shell: no RUN, no shell form, and nothing to look around with in a running container"
NO_MANAGER: Final = "no package manager: updates come with a new base only"
WHEELS: Final = "musl: wheels that are made for manylinux alone are compiled, or do not work"
_LESS: Final = frozenset({NO_MANAGER, NO_SHELL})
"""What is another way to work, rather than something that may break."""


def weight(found: Sequence[str]) -> int:
    """Of the risks, those that something may break by."""
    return sum(risk not in _LESS for risk in found)


def risks(original: Ground, trial: Ground, needs: Requirements) -> Iterator[str]:
    if original.libc != "musl" and trial.libc == "musl":
        yield "musl: a resolver, a default size of threads' stacks and locales other than glibc's"
        if any(
            interpreter_of(each.need.name.rpartition("/")[2]) == "python"
            for each in needs.needs
            if each.need.kind is NeedKind.INTERPRETER
        ):
            yield WHEELS
    if trial.contents is not None and not trial.contents.shells:
        yield NO_SHELL
    if trial.contents is not None and trial.contents.entry_point:
        yield f"its ENTRYPOINT is {' '.join(trial.contents.entry_point)}: CMD holds the arguments alone"
    image = trial.base.image
    if image is not None and image.user not in ("", "0", "root"):
        yield f"it runs as user {image.user}, not as root"
    if trial.manager is None and original.manager is not None:
        yield NO_MANAGER
