"""Files in folders that nothing needs in an image, left in the layer that made them."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.analysis.shipped import new_files
from layerlint.analysis.wording import name_paths
from layerlint.checks.model import Check, Observation
from layerlint.domain.units import Bytes
from layerlint.execution.trace import Trace
from layerlint.report import Confidence


@dataclass(frozen=True, slots=True)
class Params:
    folders: tuple[str, ...] = ()
    minimum: Bytes = 65536
    """Of one step."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    for step in trace.layer_steps():
        shipped = new_files(step, params.folders)
        if shipped is not None and shipped.bytes.likely >= params.minimum:
            yield Observation(
                span=shipped.cause.span,
                values={"command": shipped.cause.text, "path": name_paths(shipped.paths)},
                bytes=shipped.bytes,
                confidence=None if shipped.sure else Confidence.MEDIUM,
            )


CHECK = Check(Params, _run, ("command", "path"))
