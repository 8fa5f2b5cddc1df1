"""An image that is named without a tag, or by the tag ``latest``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from layerlint._dataclass import dataclass
from layerlint.analysis.references import NamedImage, from_words, named_images
from layerlint.checks.model import Check, Observation
from layerlint.execution.trace import Trace
from layerlint.graph import EdgeKind


@dataclass(frozen=True, slots=True)
class Params:
    tag: Literal["latest", "missing"] = "latest"
    as_written: bool = False
    """Every FROM by its words, also of stages that are not built; no variable is looked into."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    wanted = None if params.tag == "missing" else "latest"
    for image in from_words(trace) if params.as_written else _built(trace, params):
        if image.digest is None and image.tag == wanted:
            yield Observation(image.span, {"image": image.reference})


def _built(trace: Trace, params: Params) -> Iterator[NamedImage]:
    """What ``--from`` names without a tag is perhaps no image at all: that is another check's."""
    for image in named_images(trace):
        if params.tag == "latest" or image.kind is EdgeKind.FROM:
            yield image


CHECK = Check(Params, _run, ("image",))
