"""Cases in the triggers of ONBUILD that a base image brings: they stand at FROM, or are nobody's to mend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from layerlint._dataclass import replace
from layerlint.checks.model import Observation
from layerlint.execution.trace import Trace
from layerlint.graph.triggers import place_of
from layerlint.source import Span


def at_image(trace: Trace, found: Iterable[Observation], *, told: bool) -> Iterator[Observation]:
    """Cases in triggers of a base image stand at the word that names it; without ``told`` they are left out."""
    images = {
        place_of(stage.instruction): stage.instruction.image.span
        for stage in trace.graph.stages
        if any(trigger.node.elsewhere for trigger in stage.triggers)
    }
    for case in found:
        if not images:
            yield case
            continue
        related = tuple((images.get(span, span), message) for span, message in case.related)
        if case.span in images:
            if told:
                span = images[case.span]
                here = (span, "a trigger of ONBUILD that the base image brings")
                yield replace(case, span=span, related=(here, *related), fix=None)
        elif case.fix is not None and any(Span(edit.start, edit.end) in images for edit in case.fix.edits):
            yield replace(case, related=related, fix=None)
        else:
            yield replace(case, related=related)
