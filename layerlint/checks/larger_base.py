"""The image stands on a base made for building, and starts a program that needs none of it."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from layerlint._dataclass import dataclass
from layerlint.analysis.start import starts_a_program, starts_one_of
from layerlint.checks._base_names import difference, parts
from layerlint.checks._image_places import first_image
from layerlint.checks.model import Check, Observation
from layerlint.dockerfile.instructions import OnBuild
from layerlint.effects import InstallPackages
from layerlint.execution.bases import find
from layerlint.execution.trace import CommandRun, Trace


@dataclass(frozen=True, slots=True)
class Params:
    images: tuple[str, ...] = ()
    """Repositories, without the registry and Docker Hub's ``library/``."""
    tags: tuple[str, ...] = ("*",)
    """Patterns of the tags that count."""
    other_tags: tuple[str, ...] = ()
    """Patterns of those that do not."""
    programs: tuple[str, ...] = ()
    """What the base is for: an image that starts one of them, or runs one as it is, needs it."""
    instead: str = ""
    """What is large enough: an image, or ``-slim`` for a tag beside the base's own."""
    build: bool = False
    """Running one of the programs in the build counts as needing it too."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    if trace.target is None or not starts_a_program(trace, params.programs):
        return
    if starts_one_of(trace, params.programs) or (params.build and _builds(trace, params)):
        return
    made = [step.instruction for step in trace.target.chain()]
    if any(isinstance(each, OnBuild) or each.node.elsewhere for each in made):
        return  # it is made to be built on, or its base brings triggers that no other does
    base = trace.target.base
    repository, tag = parts(base.reference)
    if repository not in params.images or not _counts(tag, params):
        return
    instead = params.instead
    if instead.startswith("-"):
        if tag == "latest":
            return
        instead = f"{repository}:{tag}{instead}"
    smaller = find(instead)
    saved = None if smaller is None else difference(base.bytes, smaller.size)
    if params.build and (saved is None or saved.likely == 0):
        return  # there is no such tag, or it is no smaller
    yield Observation(
        span=first_image(trace.target),
        values={"image": base.reference, "instead": instead},
        bytes=saved,
    )


def _counts(tag: str, params: Params) -> bool:
    if any(fnmatchcase(tag, pattern) for pattern in params.other_tags):
        return False
    return any(fnmatchcase(tag, pattern) for pattern in params.tags)


def _builds(trace: Trace, params: Params) -> bool:
    """A command of the image uses what the base is for, or is not known well enough to say that it does not."""
    steps = () if trace.target is None else tuple(trace.target.chain())
    return any(
        not step.complete
        or any(command.name in params.programs or _compiles(command) for command in step.commands)
        for step in steps
    )


def _compiles(command: CommandRun) -> bool:
    """It installs headers or a compiler: something is to be built with them."""
    return any(
        name.endswith(("-dev", "-devel")) or name in ("build-essential", "clang", "g++", "gcc", "make")
        for effect in command.effects
        if isinstance(effect, InstallPackages)
        for name in effect.packages
    )


CHECK = Check(Params, _run, ("image", "instead"))
