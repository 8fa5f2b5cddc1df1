"""What an image hides, as findings on the lines that hide it: for the formats that tell of lines alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from layerlint import __version__
from layerlint.domain.size import Size, total
from layerlint.domain.units import format_bytes
from layerlint.execution.trace import Step, Trace
from layerlint.report import FileReport, Finding, HiddenRecord, ImageReport, Place, Related, Report
from layerlint.ruleset.findings import place
from layerlint.ruleset.model import Rule, RuleSet
from layerlint.source import SourceFile

_OF_LAYERS: Final = {
    "deleted": "removed-in-later-layer",
    "metadata-only": "metadata-only-copy-up",
    "moved": "moved-in-later-layer",
    "overwritten": "overwritten-in-later-layer",
    "type-change": "removed-in-later-layer",
}
_OF_THE_BASE: Final = {
    "deleted": "base-files-removed",
    "metadata-only": "metadata-only-copy-up",
    "moved": "moved-in-later-layer",
    "overwritten": "base-files-overwritten",
    "type-change": "base-files-removed",
}
_LEAST: Final = 64 << 10
"""Bytes of one finding, as the rules have it."""
_NAMED: Final = 3
"""Paths that a message names."""


def measured(report: ImageReport, trace: Trace, rules: RuleSet) -> Report:
    """A report of one file; bytes that no line of it hides are not told."""
    source = trace.document.source
    steps = {step.instruction.node.start_line: step for step in trace.steps()}
    groups: dict[tuple[int, str], list[HiddenRecord]] = {}
    for record in report.layers.hidden:
        if record.hidden_by.line in steps:
            names = _OF_THE_BASE if record.created.line is None else _OF_LAYERS
            groups.setdefault((record.hidden_by.line, names[record.kind]), []).append(record)
    findings: list[Finding] = []
    used: list[Rule] = []
    for (line, name), records in sorted(groups.items()):
        rule = rules.find(name)
        size = total(record.bytes for record in records)
        if rule is not None and size.likely >= _LEAST:
            used.append(rule)
            findings.append(_finding(rule, records, size, steps, line, source))
    infos = {rule.name: rule.info() for rule in used}
    file = FileReport(source.path, tuple(findings), report.layers)
    return Report((file,), tuple(infos[name] for name in sorted(infos)), __version__, report.layers.notes)


def _finding(
    rule: Rule, records: list[HiddenRecord], size: Size, steps: dict[int, Step], line: int, source: SourceFile
) -> Finding:
    makers = sorted({record.created.line for record in records if record.created.line is not None})
    shippers = _lines(makers) if makers else "the base"
    paths = [record.path for record in records[:_NAMED]]
    more = f" and {len(records) - _NAMED} more" if len(records) > _NAMED else ""
    what = f"{records[0].kind} here, {format_bytes(size.likely)} in the image that {shippers} still"
    verb = "ships" if len(makers) < 2 else "ship"
    return Finding(
        rule=rule.name,
        aliases=rule.aliases,
        category=rule.category,
        severity=rule.severity,
        confidence=rule.confidence,
        message=f"{what} {verb}: {', '.join(paths)}{more}",
        place=_place(steps[line], source),
        related=tuple(_related(makers, steps, source)),
        bytes=size,
        url=rule.url,
        fingerprint=f"image:{rule.name}:{line}",
    )


def _lines(lines: list[int]) -> str:
    return f"{'line' if len(lines) == 1 else 'lines'} {', '.join(map(str, lines))}"


def _related(makers: Iterable[int], steps: dict[int, Step], source: SourceFile) -> Iterator[Related]:
    for line in makers:
        if line in steps:
            yield Related(_place(steps[line], source), "shipped here")


def _place(step: Step, source: SourceFile) -> Place:
    return place(source, step.instruction.node.keyword_span)
