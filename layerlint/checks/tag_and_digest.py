"""An image that is named by a tag and a digest at once."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint.analysis.references import named_images
from layerlint.checks.model import Check, NoParams, Observation
from layerlint.execution.trace import Trace


def _run(trace: Trace, params: NoParams) -> Iterator[Observation]:
    for image in named_images(trace):
        if image.digest is not None and image.tag is not None:
            yield Observation(image.span, {"image": image.reference, "tag": image.tag})


CHECK = Check(NoParams, _run, ("image", "tag"))
