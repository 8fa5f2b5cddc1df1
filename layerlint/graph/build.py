"""Stages linked as BuildKit's dockerfile2llb does it.

A FROM sees the stages above it, by their names in lower case; a later stage of the same name wins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from layerlint._dataclass import replace
from layerlint.dockerfile.conversion import modifier_part, part_of
from layerlint.dockerfile.grammar import parse_instruction
from layerlint.dockerfile.instructions import Arg, From, Instruction, OnBuild
from layerlint.dockerfile.references import platform_error, reference_part
from layerlint.dockerfile.suggest import did_you_mean
from layerlint.dockerfile.syntax import Document, Node, Problem, Word
from layerlint.domain.text import UNKNOWN, Text
from layerlint.graph.arguments import GlobalArguments, platform_arguments
from layerlint.graph.edges import image_problem, image_source, link_stages, reachable
from layerlint.graph.model import BuildGraph, ImageRef, Stage, StageRef
from layerlint.graph.triggers import at_images, read_triggers
from layerlint.source import Span

DEFAULT_PLATFORM = "linux/amd64"


def build_graph(
    document: Document,
    instructions: Sequence[Instruction],
    *,
    build_arguments: Mapping[str, str] | None = None,
    contexts: Sequence[str] = (),
    target: str | None = None,
    platform: str = DEFAULT_PLATFORM,
    image_triggers: Callable[[str], Sequence[str]] | None = None,
) -> BuildGraph:
    """Link the instructions of a file.  Faults are in ``problems``; the rest is linked all the same.

    ``image_triggers`` tells the ONBUILD of an image, by its reference.
    """
    given = dict(build_arguments or {})
    values = GlobalArguments({}, platform_arguments(platform), given, document.escape)
    problems: list[Problem] = []
    stages: list[Stage] = []
    names: dict[str, int] = {}
    bodies: list[list[Instruction]] = []

    for instruction in instructions:
        match instruction:
            case From():
                stage = _stage(instruction, len(stages), names, contexts, values, problems)
                stages.append(stage)
                bodies.append([])
                if stage.name is not None:
                    names[stage.name] = stage.index
            case Arg() if not stages:
                for pair in instruction.pairs:
                    values.declare(pair, problems)
            case _ if stages:
                bodies[-1].append(instruction)
            case _:
                pass

    stages = [
        _with_image_triggers(stage, image_triggers)
        for stage in (
            replace(stage, instructions=tuple(body), triggers=_triggers(stage, bodies))
            for stage, body in zip(stages, bodies, strict=True)
        )
    ]
    problems += _broken_triggers(stages)
    edges = link_stages(stages, names, contexts, problems)
    chosen = _target(stages, target, problems)
    problems = at_images(problems, stages)
    problems.sort(key=lambda problem: problem.span)
    return BuildGraph(
        tuple(stages), tuple(edges), values.known, values.predefined, given, chosen,
        reachable(chosen, edges), tuple(dict.fromkeys(problems)),
    )  # fmt: skip


def _stage(
    instruction: From,
    index: int,
    names: Mapping[str, int],
    contexts: Sequence[str],
    values: GlobalArguments,
    problems: list[Problem],
) -> Stage:
    image = values.expand(instruction.image)

    def fault(text: str) -> str | None:
        if not text:
            return f"base name ({instruction.image.value}) should not be blank"
        source = image_source(text, names, contexts)
        return image_problem(text) if isinstance(source, ImageRef) else None

    problems += _value_problems(instruction.node, instruction.image, values, fault)
    platform: Text | None = None
    if instruction.platform is not None:
        platform = values.expand(instruction.platform).text
        platform_fault = partial(_platform_fault, instruction.platform.value)
        problems += _value_problems(instruction.node, instruction.platform, values, platform_fault)
    name = None if instruction.name is None else instruction.name.value.lower()
    return Stage(index, name, image_source(image.text, names, contexts), platform, instruction, ())


def _platform_fault(written: str, text: str) -> str | None:
    if not text:
        return f"empty platform value from expression {written}"
    error = platform_error(text)
    return None if error is None else f"failed to parse platform {text}: {error}"


def _value_problems(
    node: Node, word: Word, values: GlobalArguments, fault: Callable[[str], str | None]
) -> Iterator[Problem]:
    """What is wrong with a value of FROM, and what would be if no ``--build-arg`` is given."""
    found = values.expand(word)
    if found.error is not None:
        yield Problem(found.error, part_of(node, word, modifier_part(word.value, found.error)))
    elif isinstance(found.text, str):
        message = fault(found.text)
        if message is not None:
            part = reference_part(word.value) if found.text == word.value else None
            yield Problem(message, part_of(node, word, part))
    else:
        unset = values.expand(word, values.unset)
        message = fault(unset.text) if isinstance(unset.text, str) else unset.error
        names = sorted(name for name in found.matched if values.lookup(name) is UNKNOWN)
        if message is not None and names:
            needed = " ".join(f"--build-arg {name}=…" for name in names)
            yield Problem(f"{message} (without {needed})", word.span, certain=False)


def _triggers(stage: Stage, bodies: Sequence[Sequence[Instruction]]) -> tuple[Instruction, ...]:
    """Those of the stage that it is FROM, not of the stages under that one."""
    if not isinstance(stage.base, StageRef):
        return ()
    return tuple(
        instruction.instruction
        for instruction in bodies[stage.base.index]
        if isinstance(instruction, OnBuild)
    )


def _with_image_triggers(stage: Stage, triggers: Callable[[str], Sequence[str]] | None) -> Stage:
    if triggers is None or not isinstance(stage.base, ImageRef) or not isinstance(stage.base.reference, str):
        return stage
    texts = triggers(stage.base.reference)
    if not texts:
        return stage
    found, refused = read_triggers(texts, stage.instruction)
    return replace(stage, triggers=found, refused_triggers=refused)


def _broken_triggers(stages: Sequence[Stage]) -> Iterator[Problem]:
    """A trigger is read only where it runs: its faults are those of the stage that runs it."""
    for stage in stages:
        for trigger in stage.triggers if isinstance(stage.base, StageRef) else ():
            for problem in parse_instruction(trigger.node)[1]:
                message = f"{problem.message} (a trigger that stage {stage.label} runs)"
                yield Problem(message, problem.span)


def _target(stages: Sequence[Stage], target: str | None, problems: list[Problem]) -> int | None:
    if not stages:
        return None
    if target is None:
        return len(stages) - 1
    matching = [stage.index for stage in stages if stage.name == target.lower()]
    if matching:
        return matching[-1]
    known = [stage.name for stage in stages if stage.name is not None]
    problems.append(
        Problem(f'target stage "{target}" could not be found{did_you_mean(target, known)}', Span(0, 0))
    )
    return None
