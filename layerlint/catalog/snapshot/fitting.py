"""Fits the estimator of footprints on the measured packages of the same suite."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping

from layerlint.catalog.estimate import Estimator, Ratio, ratio_key
from layerlint.catalog.model import Footprint, Piece
from layerlint.catalog.records import PackageRecord

_LEAST = 12
"""Packages of a kind for figures of its own; fewer are left to ``other``."""
_DOCUMENTS = ("/usr/share/doc", "/usr/share/man", "/usr/share/info", "/usr/share/locale")


def fit(records: Mapping[str, PackageRecord], footprints: Mapping[str, Footprint]) -> Estimator:
    samples: dict[str, list[tuple[PackageRecord, Footprint]]] = defaultdict(list)
    for name, footprint in footprints.items():
        if name in records and records[name].installed_kib > 1:
            samples[ratio_key(records[name])].append((records[name], footprint))
    for size in ("small", "large"):
        pooled = [sample for key in samples if key.endswith(size) for sample in samples[key]]
        samples[f"other/{size}"] = (
            samples[f"other/{size}"] if len(samples[f"other/{size}"]) >= _LEAST else pooled
        )
    everything = [sample for group in samples.values() for sample in group]
    return Estimator(
        ratios={key: _ratio(group) for key, group in sorted(samples.items()) if len(group) >= _LEAST},
        file_bytes=_median(_bytes(f.pieces) / max(1, sum(p.count for p in f.pieces)) for _, f in everything),
        info_bytes=_median(footprint.info_bytes for _, footprint in everything),
        info_files=_median(footprint.info_files for _, footprint in everything),
        status_overhead=_median(max(0, f.status_bytes - r.control_bytes) for r, f in everything),
    )


def _ratio(samples: list[tuple[PackageRecord, Footprint]]) -> Ratio:
    unpacked = [[piece for piece in footprint.pieces if not _is_generated(piece)] for _, footprint in samples]
    ratios = [
        _bytes(pieces) / (record.installed_kib * 1024)
        for (record, _), pieces in zip(samples, unpacked, strict=True)
    ]
    tenths = statistics.quantiles(ratios, n=10)
    whole = sum(map(_bytes, unpacked)) or 1
    documents = sum(
        piece.bytes.likely for pieces in unpacked for piece in pieces if piece.path.startswith(_DOCUMENTS)
    )
    generated = sum(
        piece.bytes.likely
        for _, footprint in samples
        for piece in footprint.pieces
        if piece.path.endswith("/__pycache__")
    )
    likely = max(statistics.median(ratios), 0.01)
    return Ratio(
        low=round(min(tenths[0], likely), 3),
        likely=round(likely, 3),
        high=round(max(tenths[-1], likely), 3),
        documents=round(documents / whole, 3),
        generated=round(generated / whole * likely, 3),
    )


def _is_generated(piece: Piece) -> bool:
    return piece.path.endswith("/__pycache__") or not piece.bytes.is_exact


def _bytes(pieces: tuple[Piece, ...] | list[Piece]) -> int:
    return sum(piece.bytes.likely for piece in pieces)


def _median(values: Iterable[float]) -> int:
    return int(statistics.median(values))
