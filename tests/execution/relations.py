"""Dependency fields of a control file, for tests."""

from __future__ import annotations

import re

from layerlint.catalog.model import Relation


def groups(text: str) -> tuple[tuple[Relation, ...], ...]:
    return tuple(tuple(map(_relation, group.split("|"))) for group in text.split(",") if group.strip())


def _relation(text: str) -> Relation:
    found = re.fullmatch(r"\s*(\S+)(?:\s*\((\S+)\s+(\S+)\))?\s*", text)
    assert found is not None
    return Relation(found[1], found[2] or "", found[3] or "")
