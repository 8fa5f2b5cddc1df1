"""dive's gates: bounds that an image, or the forecast of one, must keep to.

The comparisons are dive's (``ci/rules.go``): an image fails that is below the lowest efficiency, or above a
highest value; one that equals a bound passes.  Of a forecast the whole interval must lie on one side.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from layerlint._dataclass import dataclass
from layerlint.analysis.dive import DiveSums, dive_sums
from layerlint.config.dive_ci import HIGHEST_USER_WASTED, HIGHEST_WASTED, LOWEST_EFFICIENCY, Bound
from layerlint.domain.size import Size, total
from layerlint.execution.trace import Trace
from layerlint.filesystem.layer import DATA_KIND, Entry, EntryKind, Layer
from layerlint.filesystem.node import BASE_LAYER, Directory, Inode
from layerlint.filesystem.tree import walk
from layerlint.report import GateRecord, GateStatus, ImageReport

Interval: TypeAlias = "tuple[float, float, float | None]"
"""Low, likely, high; high is None where there is no bound."""


@dataclass(frozen=True, slots=True)
class Figures:
    efficiency: Interval
    wasted: Interval
    user_wasted: Interval
    """Of what has no bytes of the user's: as dive divides by 0, infinite if anything is wasted."""

    def named(self) -> Mapping[str, Interval]:
        return {
            LOWEST_EFFICIENCY: self.efficiency,
            HIGHEST_WASTED: self.wasted,
            HIGHEST_USER_WASTED: self.user_wasted,
        }


def judge(figures: Figures, bounds: Sequence[Bound]) -> tuple[GateRecord, ...]:
    """One record a bound, in their order."""
    values = figures.named()
    return tuple(_judge(bound, values[bound.name]) for bound in bounds)


def _judge(bound: Bound, value: Interval) -> GateRecord:
    if bound.problem:
        return GateRecord(bound.name, GateStatus.MISCONFIGURED, None, None, bound.problem)
    if bound.value is None:
        return GateRecord(bound.name, GateStatus.SKIP, None, None, "")
    low, _, high = value
    if bound.name == LOWEST_EFFICIENCY:
        passes, fails = low >= bound.value, high is not None and high < bound.value
    else:
        passes, fails = high is not None and high <= bound.value, low > bound.value
    status = GateStatus.PASS if passes else GateStatus.FAIL if fails else GateStatus.WARN
    return GateRecord(bound.name, status, bound.value, value, "")


def of_image(report: ImageReport, *, exact: bool) -> Figures:
    """As dive counts, or ``exact``."""
    if exact and report.exact is not None:
        figures = report.exact
        wasted, percent, efficiency = figures.hidden_bytes, figures.user_hidden_percent, figures.efficiency
    else:
        dive = report.dive
        wasted, percent, efficiency = dive.wasted_bytes, dive.user_wasted_percent, dive.efficiency
    if percent is None:
        percent = math.inf if wasted else 0.0
    return Figures(_point(efficiency), _point(wasted), _point(percent))


def of_forecast(trace: Trace, *, exact: bool) -> Figures | None:
    """The same of an image that is not built yet; None where the file has no stage to build."""
    if trace.target is None or trace.accounting is None:
        return None
    layers = trace.target.layers()
    open_ended = trace.target.base.bytes.high is None
    incomplete = any(not step.complete for step in trace.target.chain())
    user = total(layer.bytes for layer in layers)
    if exact:
        hidden = trace.accounting.hidden
        own = total(item.bytes for item in trace.accounting.items if item.created != BASE_LAYER)
        return Figures(
            _efficiency(_interval(trace.accounting.visible), _interval(hidden), open_ended, incomplete),
            _unbounded(_interval(hidden), incomplete),
            _ratio(_unbounded(_interval(own), incomplete), _unbounded(_interval(user), incomplete)),
        )
    base = _base_layer(trace)
    low, likely, high = (
        dive_sums((base, *layers), bytes_of)
        for bytes_of in (lambda size: size.low, lambda size: size.likely, _highest)
    )
    bounded = user.high is not None
    wasted = _unbounded((low.wasted, likely.wasted, high.wasted if bounded else None), incomplete)
    spared: Interval = (_spared(low), _spared(likely), _spared(high) if bounded else None)
    smallest: Interval = (low.smallest, likely.smallest, high.smallest if bounded else None)
    return Figures(
        _efficiency(smallest, spared, open_ended, incomplete),
        wasted,
        _ratio(wasted, _unbounded(_interval(user), incomplete)),
    )


def _point(value: float) -> Interval:
    return value, value, value


def _interval(size: Size) -> Interval:
    return size.low, size.likely, size.high


def _unbounded(value: Interval, unbounded: bool) -> Interval:
    return (value[0], value[1], None) if unbounded else value


def _highest(size: Size) -> int:
    return size.likely if size.high is None else size.high


def _spared(sums: DiveSums) -> int:
    """What would be saved if each path were there in its smallest copy alone."""
    return max(sums.all_copies - sums.smallest, 0)


def _efficiency(kept: Interval, spared: Interval, open_ended: bool, incomplete: bool) -> Interval:
    """Of ``kept / (kept + spared)``: the less is kept and the more is spared, the lower."""
    most_kept = None if open_ended or incomplete else kept[2]
    most_spared = None if incomplete else spared[2]
    low = 0.0 if most_spared is None else _part(kept[0], most_spared)
    high = 1.0 if most_kept is None else _part(most_kept, spared[0])
    likely = _part(kept[1], spared[1])
    return min(low, likely), likely, max(high, likely)


def _part(kept: float, spared: float) -> float:
    return kept / (kept + spared) if kept + spared else 1.0


def _ratio(part: Interval, whole: Interval) -> Interval:
    likely = _over(part[1], whole[1])
    low = 0.0 if whole[2] is None else _over(part[0], whole[2])
    high = None if part[2] is None else _over(part[2], whole[0])
    return min(low, likely), likely, None if high is None or math.isinf(high) else max(high, likely)


def _over(part: float, whole: float) -> float:
    return part / whole if whole else math.inf if part else 0.0


def _base_layer(trace: Trace) -> Layer:
    """The base image as the one layer that dive takes the first for."""
    assert trace.target is not None
    base = trace.target.base
    entries: list[Entry] = []
    first: dict[int, str] = {}
    for path, node in walk("/", base.filesystem.root):
        if isinstance(node, Directory):
            entries.append(Entry(path, EntryKind.DIRECTORY, node))
        elif (known := first.setdefault(id(node), path)) != path:
            entries.append(Entry(path, EntryKind.HARDLINK, node, known))
        elif isinstance(node, Inode):
            entries.append(Entry(path, DATA_KIND[node.kind], node))
    return Layer(BASE_LAYER, tuple(entries))
