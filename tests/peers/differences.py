"""Where hadolint and we differ for a reason: the classes of `hadolint_differences.yaml`, and their tests."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from layerlint.dockerfile.parser import parse
from layerlint.source import SourceFile
from tests.peers.hadolint import CRASHED, Case

_FROM = re.compile(r"(?im)^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)(?:[ \t]+AS[ \t]+(\S+))?")
_OTHER_SHELL = re.compile(r"(?im)^[ \t]*SHELL[ \t].*(?:powershell|pwsh|cmd)")

LISTED = Path(__file__).with_name("hadolint_differences.yaml")


@dataclass
class Difference:
    """One class: it holds for a code of a file that only one side has."""

    name: str
    why: str
    codes: frozenset[str]
    """Empty: every code."""
    side: str
    """Who has the code: ``ours``, ``theirs``, or ``both`` of them may."""
    holds: str
    """A function of `TESTS`; empty where files are listed."""
    files: frozenset[str]
    used: int = field(default=0)

    def covers(self, case: Case, code: str) -> bool:
        side = "theirs" if code in case.theirs else "ours"
        return (
            (not self.codes or code in self.codes)
            and self.side in (side, "both")
            and (TESTS[self.holds](case) if self.holds else case.name in self.files)
        )


def load() -> tuple[Sequence[Difference], frozenset[str]]:
    """The classes, and the codes that wait for a rule."""
    listed = yaml.safe_load(LISTED.read_text(encoding="utf-8"))
    classes = []
    for entry in listed["differences"]:
        assert set(entry) <= {"class", "why", "codes", "side", "holds", "files"}, entry
        assert ("holds" in entry) != ("files" in entry), entry
        assert entry["why"], entry
        classes.append(
            Difference(
                entry["class"],
                entry["why"],
                frozenset(entry.get("codes", ())),
                entry["side"],
                entry.get("holds", ""),
                frozenset(entry.get("files", ())),
            )
        )
    return classes, frozenset(listed["pending"])


def _is_not_read(case: Case) -> bool:
    return bool(case.theirs & {"DL1000", CRASHED})


def _has_open_heredoc(case: Case) -> bool:
    found = parse(SourceFile("Dockerfile", case.text)).problems
    return any("unterminated heredoc" in problem.message for problem in found)


def _matches(pattern: str) -> Callable[[Case], bool]:
    compiled = re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    return lambda case: compiled.search(case.text) is not None


def _has_other_shell(case: Case) -> bool:
    return _OTHER_SHELL.search(case.text) is not None


def _shares_name(case: Case) -> bool:
    found = _FROM.findall(case.text)
    return not {re.split("[:@]", image)[0] for image, _ in found}.isdisjoint(
        name for _, name in found if name
    )


TESTS: Mapping[str, Callable[[Case], bool]] = {
    "ARG has several words": _matches(r"^[ \t]*ARG[ \t]+\S+[ \t]+\S"),
    "FROM begins with a variable": _matches(r"^[ \t]*FROM[ \t]+\$"),
    "FROM has a variable in its host": _matches(r"^[ \t]*FROM[ \t]+[^\s/$]+\$[^\s/]*/"),
    "USER is root and a blank": _matches(r"^[ \t]*USER[ \t]+(?:root|0)[ \t]+$"),
    "a here-document has no end": _has_open_heredoc,
    "a stage and an image have one name": _shares_name,
    "hadolint does not read the file": _is_not_read,
    "scripts are for another shell": _has_other_shell,
}
