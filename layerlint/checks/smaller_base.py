"""A smaller base has all that the image needs, as far as the file and the program's sources say."""

from __future__ import annotations

from collections.abc import Iterator

from layerlint._dataclass import dataclass
from layerlint.checks._image_places import first_image
from layerlint.checks.model import Check, Observation
from layerlint.domain.units import Bytes
from layerlint.execution.trace import Trace
from layerlint.report import SPLIT, BaseVerdict


@dataclass(frozen=True, slots=True)
class Params:
    minimum: Bytes = 10485760
    """Of what is saved."""
    excepted: tuple[str, ...] = ("slim variant",)
    """Kinds of candidates that other rules speak of."""


def _run(trace: Trace, params: Params) -> Iterator[Observation]:
    from layerlint.rootfs.known import advice  # reads the program's sources: nothing that other rules pay for

    found = advice(trace)
    if found is None or trace.target is None:
        return
    for each in found.candidates:
        if each.verdict is not BaseVerdict.MEETS or each.what in params.excepted or each.saved is None:
            continue
        if each.what == SPLIT:
            continue  # it is no base for the file as it is: `build-tools-in-final-stage` speaks of that
        if each.saved.likely >= params.minimum:
            yield Observation(
                span=first_image(trace.target),
                values={"image": found.base.reference, "instead": each.reference},
                bytes=each.saved,
            )
        return


CHECK = Check(Params, _run, ("image", "instead"))
