"""What FROM reads: variables that no ARG declares, and defaults that make no name of an image."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.checks._suggestion import Suggestions
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.dockerfile.expand import expand
from layerlint.dockerfile.gostrings import quote
from layerlint.domain.text import UNKNOWN
from layerlint.execution.trace import Trace
from layerlint.graph import StageRef
from layerlint.graph.arguments import default_arguments
from layerlint.graph.edges import image_problem


def _undefined(trace: Trace, params: NoParams) -> Iterator[Observation]:
    known = {**trace.graph.predefined, **dict.fromkeys(trace.graph.arguments, UNKNOWN)}
    suggestions = Suggestions()
    for stage in trace.graph.stages:
        for word in (stage.instruction.platform, stage.instruction.image):
            if word is not None:
                for name in sorted(expand(word.value, known.get, trace.document.escape).unmatched):
                    values = {"name": name, "suggestion": suggestions.ending(name, known)}
                    yield Observation(word.span, values)


def _no_image(trace: Trace, params: NoParams) -> Iterator[Observation]:
    """As BuildKit does it, whatever ``--build-arg`` is given; but the name of a stage (``a-``) may be none."""
    graph = trace.graph
    defaults = default_arguments(trace.instructions, graph.predefined, trace.document.escape)
    for stage in graph.stages:
        word = stage.instruction.image
        found = defaults.expand(word, defaults.unset)
        if stage.is_fragment or isinstance(stage.base, StageRef) or not isinstance(found.text, str):
            continue
        if found.text == word.value:  # no ARG is in it: the graph says what is wrong
            continue
        if not found.text or image_problem(found.text) is not None:
            yield Observation(word.span, {"image": word.value, "name": quote(found.text)})


UNDEFINED = Check(NoParams, _undefined, ("name", "suggestion"))
NO_IMAGE = Check(NoParams, _no_image, ("image", "name"))
