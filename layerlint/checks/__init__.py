"""The code behind the rules: one module a check; `_table` has the names that rules use."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Set

from layerlint.checks._table import TABLE
from layerlint.checks.model import Check


class _Checks(Mapping[str, Check]):
    """The table, resolved name by name."""

    def __getitem__(self, name: str) -> Check:
        module, _, attribute = TABLE[name][0].partition(":")
        check: Check = getattr(importlib.import_module(f"{__name__}.{module}"), attribute)
        return check

    def __contains__(self, name: object) -> bool:
        return name in TABLE

    def __iter__(self) -> Iterator[str]:
        return iter(TABLE)

    def __len__(self) -> int:
        return len(TABLE)


CHECKS: Mapping[str, Check] = _Checks()


def is_needed(name: str, keywords: Set[str]) -> bool:
    """Whether the check may see something in a file that has instructions of these keywords (in upper case)."""
    wanted = TABLE[name][1]
    return not wanted or not keywords.isdisjoint(wanted.split())
