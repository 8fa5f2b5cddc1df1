"""The order of candidates: what meets first, then what saves most, unless a safer one leaves little more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from layerlint.report import BaseVerdict, CandidateRecord
from layerlint.rootfs.risks import WHEELS, weight

RANKS: Final = {verdict: rank for rank, verdict in enumerate(BaseVerdict)}
WORTH: Final = 0.4
"""A risk is worth it where it saves this part, or more, of the image that the safer base leaves."""


def in_order(records: Iterable[CandidateRecord]) -> list[CandidateRecord]:
    left = sorted(records, key=_key)
    found: list[CandidateRecord] = []
    while left:
        best = left[0]
        for other in left[1:]:
            if other.verdict is best.verdict and _is_better(other, best):
                best = other
        left.remove(best)
        found.append(best)
    return found


def _key(record: CandidateRecord) -> tuple[int, int, int, str]:
    bytes_saved = 0 if record.saved is None else record.saved.likely
    return RANKS[record.verdict], -bytes_saved, len(record.risks), record.reference


def _is_better(safer: CandidateRecord, other: CandidateRecord) -> bool:
    """It has fewer risks, and what the other saves more is not worth them."""
    if safer.image_bytes is None or other.image_bytes is None or weight(safer.risks) >= weight(other.risks):
        return False
    if WHEELS in other.risks and WHEELS not in safer.risks:
        return True  # whether each wheel has a build for musl changes with every update
    more = safer.image_bytes.likely - other.image_bytes.likely
    return more < WORTH * safer.image_bytes.likely
