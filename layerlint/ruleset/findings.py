"""Observations to findings: the rule's words, places in the file, a fingerprint, an order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Protocol
from zlib import crc32

from layerlint._dataclass import dataclass, replace
from layerlint.domain.credentials import redact
from layerlint.domain.size import Size
from layerlint.report import Confidence, Finding, Fix, Place, Related, RuleInfo
from layerlint.ruleset.model import Rule, RuleSet
from layerlint.source import SourceFile, Span


class Observed(Protocol):
    """One case of a rule's problem: what a finding takes from a `layerlint.checks.model.Observation`."""

    @property
    def span(self) -> Span: ...
    @property
    def values(self) -> Mapping[str, str | int | Size]: ...
    @property
    def bytes(self) -> Size | None: ...
    @property
    def related(self) -> tuple[tuple[Span, str], ...]: ...
    @property
    def confidence(self) -> Confidence | None: ...
    @property
    def fix(self) -> Fix | None: ...


@dataclass(frozen=True, slots=True)
class Remark:
    """What the linter itself has to say of the text (`reserved`)."""

    span: Span
    values: Mapping[str, str | int | Size]
    bytes: Size | None = None
    related: tuple[tuple[Span, str], ...] = ()
    confidence: Confidence | None = None
    fix: Fix | None = None


def to_findings(cases: Iterable[tuple[Rule, Observed]], source: SourceFile) -> tuple[Finding, ...]:
    """The findings of one file, by place, then rule, then message."""
    findings = in_order(_finding(rule, case, source) for rule, case in cases)
    # Once a line: a line of many findings may be long.
    marks = {line: _line_mark(source, line) for line in {finding.place.line for finding in findings}}
    seen: Counter[str] = Counter()
    numbered = []
    for finding in findings:
        mark = f"{finding.name}:{marks[finding.place.line]}"
        seen[mark] += 1
        numbered.append(replace(finding, fingerprint=f"{mark}:{seen[mark]}"))
    return tuple(numbered)


def code_info(of_rule: RuleInfo, finding: Finding) -> RuleInfo:
    """What a reporter shows of a code, by the first finding that has it."""
    return replace(
        of_rule,
        name=finding.code,
        aliases=(),
        severity=finding.severity,
        summary=f"{finding.message}.",
        url=finding.url,
    )


def remark_cases(check: str, remarks: Iterable[Remark], active: RuleSet) -> list[tuple[Rule, Remark]]:
    """Remarks of one of the linter's own checks as cases of the rules that are on and use it."""
    rules = [rule for rule in active if rule.check == check]
    return [(rule, remark) for remark in remarks for rule in rules]


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: (finding.place, finding.rule, finding.message)))


def place(source: SourceFile, span: Span) -> Place:
    """Lines and columns of a span."""
    return Place(*source.position(span.start), *source.position(span.end))


def _finding(rule: Rule, case: Observed, source: SourceFile) -> Finding:
    return Finding(
        rule=rule.name,
        aliases=rule.aliases,
        category=rule.category,
        severity=rule.severity,
        confidence=_lower(rule.confidence, case.confidence),
        message=rule.message.fill(case.values, case.bytes),
        place=place(source, case.span),
        related=tuple(Related(place(source, span), redact(message)) for span, message in case.related),
        bytes=case.bytes,
        fix=case.fix,
        url=rule.url,
        code=rule.code,
    )


def _lower(of_rule: Confidence, of_case: Confidence | None) -> Confidence:
    if of_case is None:
        return of_rule
    order = list(Confidence)
    return min(of_rule, of_case, key=order.index)


def _line_mark(source: SourceFile, line: int) -> str:
    """A checksum of a line's words.

    It must survive what moves or re-indents a line, and tell apart the lines of one rule in one file:
    equal ones get an ordinal, so 32 bits without any promise of secrecy are enough.
    """
    text = source.text[source.line_start(line) : source.line_start(line + 1)]
    return f"{crc32(' '.join(text.split()).encode('utf-8', 'surrogateescape')):08x}"
