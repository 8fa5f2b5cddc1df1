"""What changes with a base, though nothing that is known breaks: each true of the image, in one sentence."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from typing import Final

from layerlint.programs.model import NeedKind
from layerlint.rootfs.judging import Ground
from layerlint.rootfs.model import Requirement, Requirements
from layerlint.rootfs.program_names import PIP_LIKE, interpreter_of
from layerlint.rootfs.tools import has_other_tools, is_busybox

NO_SHELL: Final = "no shell: no RUN, no shell form, and nothing to look around with in a running container"
NO_MANAGER: Final = "no package manager: updates come with a new base only"
WHEELS: Final = "musl: wheels that are made for manylinux alone are compiled, or do not work"
BUSYBOX: Final = "busybox's tools instead of GNU's: what else calls them may find options missing"
ACCOUNTS: Final = (
    "busybox's adduser and addgroup: not all that Debian's do is the same under the same options"
)
LATEST: Final = "free of charge it has the tag latest only, which goes from release to release: name a digest"
_LESS: Final = frozenset({NO_MANAGER, NO_SHELL})
"""What is another way to work, rather than something that may break."""
_ACCOUNTS: Final = frozenset({"addgroup", "adduser"})


def weight(found: Sequence[str]) -> int:
    """Of the risks, those that something may break by."""
    return sum(risk not in _LESS for risk in found)


def risks(original: Ground, trial: Ground, needs: Requirements) -> Iterator[str]:
    if original.libc != "musl" and trial.libc == "musl":
        yield "musl: a resolver, a default size of threads' stacks and locales other than glibc's"
        if any(map(_is_python, needs.needs)):
            yield WHEELS
    if has_other_tools(original, trial):
        called = {posixpath.basename(each.need.name) for each in needs.needs if is_busybox(each, trial)}
        if called - _ACCOUNTS:
            yield BUSYBOX
        if called & _ACCOUNTS:
            yield ACCOUNTS
    if trial.reference.startswith("cgr.dev/"):
        yield LATEST
    if trial.contents is not None and not trial.contents.shells:
        yield NO_SHELL
    if trial.contents is not None and trial.contents.entry_point:
        yield f"its ENTRYPOINT is {' '.join(trial.contents.entry_point)}: CMD holds the arguments alone"
    image = trial.base.image
    if image is not None and image.user not in ("", "0", "root"):
        yield f"it runs as user {image.user}, not as root"
    if trial.manager is None and original.manager is not None:
        yield NO_MANAGER


def _is_python(each: Requirement) -> bool:
    """It runs Python, or installs what does."""
    name = posixpath.basename(each.need.name)
    return name in PIP_LIKE or (each.need.kind is NeedKind.INTERPRETER and interpreter_of(name) == "python")
