"""The codes that hadolint gives real files, and those that we give them with the profile `hadolint`.

`LAYERLINT_CORPUS_STEP=1` compares every file of the corpus (some ten minutes); the default is every 40th.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.peers.differences import Difference, load
from tests.peers.hadolint import Case, compare
from tests.shared import rows

STEP = int(os.environ.get("LAYERLINT_CORPUS_STEP") or 40)

ENOUGH = 0.98


@dataclass
class Row:
    """What became of one code: in how many files who has it."""

    theirs: int = 0
    ours: int = 0
    both: int = 0
    justified: int = 0
    open: list[str] = field(default_factory=list)
    """``+`` and the name of a file where only we have it, ``-`` where only hadolint has it."""

    @property
    def agreement(self) -> float:
        told = self.both + len(self.open)
        return self.both / told if told else 1.0


def tally(cases: list[Case], classes: list[Difference]) -> dict[str, Row]:
    table: dict[str, Row] = defaultdict(Row)
    for case in cases:
        for code in case.theirs | case.ours:
            row = table[code]
            row.theirs += code in case.theirs
            row.ours += code in case.ours
            if code in case.theirs & case.ours:
                row.both += 1
            elif found := next((each for each in classes if each.covers(case, code)), None):
                found.used += 1
                row.justified += 1
            else:
                row.open.append(f"{'-' if code in case.theirs else '+'}{case.name}")
    return dict(sorted(table.items()))


def show(table: dict[str, Row]) -> Iterator[str]:
    yield "code    hadolint  ours  both  justified  agreement"
    for code, row in table.items():
        yield (
            f"{code:8}{row.theirs:8}{row.ours:6}{row.both:6}{row.justified:11}{row.agreement:11.1%}"
            f"  {' '.join(row.open[:3])}"
        )


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Row]:
    files = [(row["id"], row["dockerfile"]) for row in rows("corpus/dockerfiles.jsonl.gz")][::STEP]
    classes, _ = load()
    cases = compare(files, tmp_path_factory.mktemp("hadolint"))
    table = tally(cases, list(classes))
    print(f"\n{len(cases)} files", *show(table), sep="\n")
    print("justified:", dict(Counter({each.name: each.used for each in classes})))
    if STEP == 1:
        assert [each.name for each in classes if not each.used] == [], "classes that no file needs"
    return table


def test_the_codes_of_each_file_are_hadolints(table: dict[str, Row]) -> None:
    pending = load()[1]
    settled = {code: row for code, row in table.items() if code not in pending and code != "DL1000"}
    # Of a code that few files have, one may differ.
    low = {
        code: row.open
        for code, row in settled.items()
        if row.agreement < ENOUGH and (len(row.open) > 1 or STEP == 1)
    }
    assert low == {}
    both, differ = sum(row.both for row in settled.values()), sum(len(row.open) for row in settled.values())
    assert not settled or both / (both + differ) >= ENOUGH
