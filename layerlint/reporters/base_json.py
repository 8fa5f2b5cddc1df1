"""``layerlint.base/1``: needs with their evidence, and every candidate, the best first."""

from __future__ import annotations

from collections.abc import Sequence

from layerlint.report import BaseAdvice, CandidateRecord, Evidence, NeedRecord
from layerlint.reporters.json import Object, dumps, size_object
from layerlint.reporters.style import Style


def advice(found: Sequence[BaseAdvice], style: Style) -> str:
    """One object a line (JSON Lines when there are several)."""
    return "".join(dumps(_advice(one)) for one in found)


def _advice(one: BaseAdvice) -> Object:
    return {
        "schema": "layerlint.base/1",
        "dockerfile": one.dockerfile,
        "target": one.target,
        "base": {
            "reference": one.base.reference,
            "source": one.base.source,
            "bytes": size_object(one.base.bytes),
            "line": one.place.line,
            "end_of_life": one.end_of_life or None,
            "supported": one.supported,
        },
        "image_bytes": size_object(one.image_bytes),
        "needs": [_need(need) for need in one.needs],
        "gaps": list(one.gaps),
        "candidates": [_candidate(each) for each in one.candidates],
        "notes": list(one.notes),
        "no_split": one.no_split or None,
    }


def _need(need: NeedRecord) -> Object:
    return {
        "kind": need.kind,
        "name": need.name,
        "version": need.version or None,
        "when": need.when,
        "today": need.today,
        "because": need.because,
        "confidence": need.confidence.value,
        "evidence": [_evidence(place) for place in need.evidence],
    }


def _candidate(each: CandidateRecord) -> Object:
    return {
        "reference": each.reference,
        "what": each.what,
        "verdict": each.verdict.value,
        "packages": list(each.packages),
        "reasons": [
            {"text": reason.text, "evidence": [_evidence(place) for place in reason.evidence]}
            for reason in each.reasons
        ],
        "risks": list(each.risks),
        "end_of_life": each.end_of_life or None,
        "base_bytes": size_object(each.base_bytes),
        "image_bytes": None if each.image_bytes is None else size_object(each.image_bytes),
        "saved": None if each.saved is None else size_object(each.saved),
        "shared": None if each.shared is None else size_object(each.shared),
        "diff": each.diff,
    }


def _evidence(place: Evidence) -> Object:
    return {"file": place.file, "line": place.line, "text": place.text}
