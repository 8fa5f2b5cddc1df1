"""What the distributions of a Python program need of the system."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from layerlint.programs.model import Need, NeedKind
from layerlint.programs.python_native import GLIBC_ONLY, NEEDS
from layerlint.programs.python_use import Resolved, declared_extras
from layerlint.report import Confidence, Evidence

_MOST_PLACES = 3
"""Of one distribution."""
_LOWER = {
    Confidence.HIGH: Confidence.MEDIUM,
    Confidence.MEDIUM: Confidence.LOW,
    Confidence.LOW: Confidence.LOW,
}


def lower(confidence: Confidence) -> Confidence:
    """One step less sure."""
    return _LOWER[confidence]


def python_needs(resolved: Resolved) -> Iterator[Need]:
    """Distributions that are imported, and what they and those that are declared need."""
    extras = declared_extras(resolved.declared)
    places: dict[str, tuple[Evidence, bool]] = {}
    count: Counter[str] = Counter()
    for each in sorted(resolved.externals, key=lambda each: (not each.certain, each.evidence)):
        if not each.distribution or each.test:
            continue
        places.setdefault(each.distribution, (each.evidence, each.certain))
        count[each.distribution] += 1
        if count[each.distribution] <= _MOST_PLACES:
            sure = Confidence.HIGH if each.certain else Confidence.MEDIUM
            yield Need(NeedKind.PYTHON_DISTRIBUTION, each.distribution, each.evidence, sure)
    for declared, evidence in resolved.declared:
        if not declared.development:
            places.setdefault(declared.name, (evidence, False))
    for name, (evidence, certain) in places.items():
        yield from _native(name, evidence, certain, extras.get(name, frozenset()), resolved.brought)


def _native(
    name: str, evidence: Evidence, certain: bool, extras: frozenset[str], brought: frozenset[str]
) -> Iterator[Need]:
    for each in NEEDS.get(name, ()):
        if extras.isdisjoint(each.unless_extras) and brought.isdisjoint(each.unless):
            sure = each.confidence if certain else lower(each.confidence)
            yield Need(each.kind, each.name, evidence, sure, because=each.because)
    if name in GLIBC_ONLY and name in brought:
        because = f"{name} is published for glibc only"
        yield Need(NeedKind.LIBC, "glibc", evidence, Confidence.HIGH, because=because)
