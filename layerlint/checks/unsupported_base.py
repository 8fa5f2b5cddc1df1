"""The base got no more fixes of security on the day that what is known of it was written down."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.checks._image_places import first_image
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.execution.trace import Trace


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    from layerlint.rootfs.facts import end_of_life

    if trace.target is None or trace.target.base.image is None:
        return
    base = trace.target.base
    image = trace.target.base.image
    ended = end_of_life(base.reference, image)
    if ended and image.date > ended:
        yield Observation(
            first_image(trace.target), {"image": base.reference, "ended": ended, "date": image.date}
        )


CHECK = Check(NoParams, _run, ("image", "ended", "date"))
