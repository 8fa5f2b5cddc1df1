"""Run one check on the text of a Dockerfile, and say what it saw in plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from layerlint.checks import CHECKS
from layerlint.linter import Settings, analyse
from layerlint.report import Confidence, Fix
from layerlint.source import SourceFile


@dataclass(frozen=True)
class Seen:
    """An observation with the words of its spans."""

    words: str
    values: Mapping[str, Any]
    bytes: int | None
    """The likely ones."""
    related: tuple[tuple[str, str], ...]
    confidence: Confidence | None
    fix: Fix | None = None


def observe(check: str, text: str, folder: Path | None = None, **params: Any) -> list[Seen]:
    """``folder`` is the build context; None for none.  ``params`` are those that differ from the defaults."""
    found = CHECKS[check]
    trace = analyse(SourceFile("Dockerfile", text), folder, Settings()).trace
    return [
        Seen(
            text[case.span.start : case.span.end],
            case.values,
            None if case.bytes is None else case.bytes.likely,
            tuple((text[span.start : span.end], message) for span, message in case.related),
            case.confidence,
            case.fix,
        )
        for case in found.run(trace, replace(found.params(), **params))
    ]


def words(check: str, text: str, folder: Path | None = None, **params: Any) -> list[str]:
    """Only the words that are marked."""
    return [seen.words for seen in observe(check, text, folder, **params)]
