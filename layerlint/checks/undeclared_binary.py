"""The program starts another one that the finished image surely has not."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.checks._image_places import first_image, start_span
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.execution.trace import Trace
from layerlint.report import Confidence


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    from layerlint.rootfs.known import advice  # reads the program's sources: nothing that other rules pay for

    found = advice(trace)
    if found is None or trace.target is None or not trace.target.base.known:
        return
    for need in found.needs:
        if need.kind != "binary" or need.when != "run" or need.today != "missing":
            continue
        if need.confidence is not Confidence.HIGH:
            continue
        place = need.evidence[0]
        span = start_span(trace.target) or first_image(trace.target)
        yield Observation(span, {"program": need.name, "place": place.where, "text": place.text})


CHECK = Check(NoParams, _run, ("program", "place", "text"))
