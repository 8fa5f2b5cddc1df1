"""What a host stores once for several images: layers of the base, and of steps that a builder takes from its cache."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set

from layerlint._dataclass import replace
from layerlint.analysis.fleet_forecast import parts
from layerlint.catalog import recipes
from layerlint.domain.size import ZERO, Size, total
from layerlint.execution.bases import MAX_CHAIN, find
from layerlint.execution.trace import Trace
from layerlint.report import BaseAdvice, CandidateRecord


def stored(trace: Trace) -> tuple[tuple[str, Size], ...]:
    """Keys and bytes, lowest first."""
    if trace.target is None:
        return ()
    _, *layers = parts(trace)
    base = trace.target.base
    below = () if base.reference == "scratch" else _base(base.reference, base.bytes, trace.platform)
    return (*below, *((key, size) for key, _, size in layers))


def _base(reference: str, size: Size, platform: str) -> Iterator[tuple[str, Size]]:
    """The images that it is made on, and what each adds: their layers are its own."""
    chain: list[tuple[str, Size]] = [(reference, size)]
    recipe = recipes.find(reference)
    while recipe is not None and recipe.base not in (None, "scratch") and len(chain) < MAX_CHAIN:
        assert recipe.base is not None
        image = find(recipe.base)
        if image is None or image.assumed is not None:
            break
        chain.append((recipe.base, image.size))
        recipe = recipes.find(recipe.base)
    lower = ZERO
    for name, whole in reversed(chain):
        likely = max(0, whole.likely - lower.likely)
        low = min(likely, max(0, whole.low - (lower.low if lower.high is None else lower.high)))
        high = None if whole.high is None else max(likely, whole.high - lower.low)
        yield f"{name} {platform}", Size(low, likely, high)
        lower = whole


def fleet(advice: Sequence[BaseAdvice]) -> tuple[BaseAdvice, ...]:
    """Of several files: what of each candidate's image those of the other files have already."""
    if len(advice) < 2:
        return tuple(advice)
    images = Counter(key for one in advice for key in {key for key, _ in one.layers})

    def shared(candidate: CandidateRecord, own: Set[str]) -> Size:
        return total(size for key, size in candidate.layers if images[key] > (key in own))

    found: list[BaseAdvice] = []
    for one in advice:
        own = {key for key, _ in one.layers}
        records = (replace(each, shared=shared(each, own)) for each in one.candidates)
        found.append(replace(one, candidates=tuple(records)))
    return tuple(found)
