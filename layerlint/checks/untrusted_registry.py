"""An image out of a registry that is not on the list."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from layerlint._dataclass import dataclass
from layerlint.analysis.references import named_images, registry
from layerlint.checks.model import Check, Observation
from layerlint.execution.trace import Trace


@dataclass(frozen=True, slots=True)
class Params:
    registries: tuple[str, ...] = ()
    """Names of hosts, with ``*`` for any part; without one, every registry will do."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    if not params.registries:
        return
    for image in named_images(trace, built=False):
        host = registry(image.reference)
        if not any(fnmatchcase(host, pattern) for pattern in params.registries):
            yield Observation(image.span, {"image": image.reference, "registry": host})


CHECK = Check(Params, _run, ("image", "registry"))
