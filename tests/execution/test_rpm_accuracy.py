"""Forecast bytes of yum and dnf, held against the "Installed size" that they told in recorded builds of 2020.

The table behind the forecast was fitted to these steps: what it says of other steps is worse.
"""

from __future__ import annotations

import re
import shlex
import statistics
from collections.abc import Iterator

from layerlint.domain.size import Size, total
from layerlint.effects import Populate
from tests.commands.invoke import invoke, system
from tests.shared import rows

VERBS = {"install", "groupinstall", "localinstall"}


def commands(run: str) -> Iterator[list[str]]:
    """The command lines of yum and dnf that install something."""
    text = re.sub(r"^\s*run\s", "", re.sub(r"\\\s*\n", " ", run), flags=re.IGNORECASE)
    for part in re.split(r"&&|;|\n", text):
        try:
            words = shlex.split(part, comments=True)
        except ValueError:
            continue
        if words[:1] in (["yum"], ["dnf"]) and VERBS & set(words):
            yield words


def steps() -> Iterator[tuple[str, list[str], int]]:
    """Each distinct command of a step that tells as many sizes as it has commands."""
    seen = set()
    for row in rows("data/install_sizes_2020.jsonl.gz"):
        lines = list(commands(row["run"])) if row["mgr"] == "yum" else []
        if not lines or len(lines) != len(row["ops"]) or any("$" in word for line in lines for word in line):
            continue
        for line, told in zip(lines, row["ops"], strict=True):
            key = (row["base"], *line)
            if key not in seen:
                seen.add(key)
                yield row["base"], line, told["installed_delta_bytes"]


def forecast(line: list[str]) -> Size:
    effects = invoke(line, system({"/w": None}, complete=False)).effects
    packages = (e.size for e in effects if isinstance(e, Populate) and (e.label or "").startswith("rpm:"))
    return total(packages)


def test_installed_sizes_of_recorded_steps() -> None:
    errors, inside = [], 0
    for base, line, told in steps():
        size = forecast(line)
        holds = size.low <= told and (size.high is None or told <= size.high)
        inside += holds
        errors.append(abs(size.likely - told) / told)
        mark = " " if holds else "*"
        print(f"{base[:22]:22} {told:>12,} {size.likely:>12,} {mark} {' '.join(line)[:60]}")
    median, share = statistics.median(errors), inside / len(errors)
    print(f"{len(errors)} steps, median error {median:.0%}, {share:.0%} within the interval")
    assert len(errors) >= 60
    assert median <= 0.35
    assert share >= 0.9
