"""Arbitrary reports: every record of ``layerlint.report``, filled with text that fights the formats."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from layerlint import report
from layerlint.domain.size import Size
from tests.reporters.test_size import sizes

T = TypeVar("T")

PIECES = (
    "\x1b[31m", "\x1b]0;owned\x07", "\x9b2J", "\r", "\n", "\r\n", "\x00", "\x85", "\u2028", "\u202e", "\u2066",
    "\u200f", "\u061c", "\udcff", "\ud800", "\t", "::error::x", "\n::error file=a::x", "%0A", "%", ":",
    ",", "::", "##[error]",
    "\x1b[31m", "\x1b]0;owned\x07", "\x9b2J", "\r", "\n", "\r\n", "\x00", "\x85", "\u2028", "\u202e",
    "\u2066",
    "\u200f", "\u061c", "\udcff", "\ud800", "\t", "::error::x", "\n::error file=a::x", "%0A", "%", ":", ",", "::",
    "##[error]",
    "::stop-commands::t", "<script>alert(1)</script>", "</script>", "<!--", "-->", "<img src=x onerror=y>", "]]>",
    "&lt;", "&", '"', "'", "`", "````", "\n````\n", "|", "\\|", "\\", "\n\n# h\n", "[x](javascript:y)",
    "![x](//example.org/y)",
    "](", "${{ x }}", "*a*", "_a_", "~~", "$", "@@data@@", "https://example.org/", " ", "  ", "/a/b", "a", "é", "图",
    "\u0301",
)  # fmt: skip
GATES = ("lowestEfficiency", "highestWastedBytes", "highestUserWastedPercent")
TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
    st.text(st.characters(exclude_categories=()), max_size=20),
    st.sampled_from(PIECES).map(lambda piece: piece * 60),
)


@cache
def records(cls: type[T]) -> st.SearchStrategy[T]:
    """Any instance of a record."""
    if cls is report.Edit:
        return st.builds(report.Edit, *_edit())  # type: ignore[arg-type]
    if cls is report.TableRecord:
        return _tables()  # type: ignore[return-value]
    hints = get_type_hints(cls, vars(report) | {"Mapping": Mapping, "Size": Size})
    fields = {field.name: _of(hints[field.name]) for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
    if cls is report.Report:  # its rules are those of a set, by name
        rules = st.lists(records(report.RuleInfo), max_size=2, unique_by=lambda rule: rule.name)
        fields["rules"] = rules.map(tuple)
    if cls is report.GateRecord:
        fields["name"] = st.sampled_from(GATES)
    if cls is report.NeedRecord:
        fields["evidence"] = st.lists(records(report.Evidence), min_size=1, max_size=2).map(tuple)
    built = st.builds(cls, **fields)
    if cls is report.FleetReport:
        return built.map(_within_fleet)  # type: ignore[arg-type]
    return built


def _of(hint: Any) -> st.SearchStrategy[Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return st.one_of(*map(_of, arguments))
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(_of(arguments[0]), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*map(_of, arguments))
    if origin is Mapping:
        return st.dictionaries(*map(_of, arguments), max_size=2)
    if hint is type(None):
        return st.none()
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    simple = {str: TEXTS, int: st.integers(1, 2**40), float: st.floats(0, 1), bool: st.booleans(), Size: sizes(2**50)}
    return simple[hint] if hint in simple else records(hint)


def _edit() -> tuple[st.SearchStrategy[Any], ...]:
    return st.integers(0, 100), st.integers(100, 200), TEXTS


@st.composite
def _tables(draw: st.DrawFn) -> report.TableRecord:
    columns = draw(st.lists(TEXTS, min_size=1, max_size=3))
    cells = st.one_of(TEXTS, sizes(2**50))
    row = st.lists(cells, min_size=len(columns), max_size=len(columns)).map(tuple)
    return report.TableRecord(tuple(columns), tuple(draw(st.lists(row, max_size=2))))


def _within_fleet(found: report.FleetReport) -> report.FleetReport:
    """Positions of images and layers that are there."""
    images, layers = max(1, len(found.images)), max(1, len(found.layers))
    kept = tuple(
        dataclasses.replace(layer, images=tuple(number % images for number in layer.images)) for layer in found.layers
    )
    duplicates = tuple(
        dataclasses.replace(each, copies=tuple((path, number % layers) for path, number in each.copies))
        for each in found.duplicates
    )
    return dataclasses.replace(
        found, layers=kept if found.images else (), duplicates=duplicates if found.images and kept else ()
    )
