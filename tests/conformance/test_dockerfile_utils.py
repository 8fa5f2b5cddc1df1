"""The diagnostics of dockerfile-utils: what it says of a file and BuildKit too, we say at the same range."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from layerlint._dataclass import dataclass
from layerlint.linter import Settings, lint
from layerlint.ruleset.model import RuleSet
from layerlint.source import SourceFile
from tests.conformance.dockerfiles import RULES, read
from tests.shared import rows

DIFFERENCES = Path(__file__).with_name("dockerfile_utils_differences.yaml")

_VALUES = r"invalid port|invalid containerPort|invalid ranges"
_NO_ARGUMENT = r"\w+ (requires|must have) (at least one|exactly one|two|either one or three) argument"
REFUSALS = {
    "ARGUMENT_EXTRA": "invalid signal: ",
    "ARGUMENT_MISSING": _NO_ARGUMENT,
    "ARGUMENT_REQUIRES_AT_LEAST_ONE": _NO_ARGUMENT,
    "ARGUMENT_REQUIRES_AT_LEAST_TWO": r"\w+ requires at least two arguments",
    "ARGUMENT_REQUIRES_ONE_OR_THREE": "FROM requires either one or three arguments",
    "ARGUMENT_REQUIRES_TWO": r"\w+ must have two arguments",
    "ARGUMENT_UNNECESSARY": "HEALTHCHECK NONE takes no arguments",
    "BASE_NAME_EMPTY": "base name .* should not be blank",
    "CASING_DIRECTIVE": "(?!)",
    "DUPLICATED_ESCAPE_DIRECTIVE": "only one escape parser directive",
    "FLAG_AT_LEAST_ONE": "--retries cannot be negative",
    "FLAG_DUPLICATE": "duplicate flag specified: ",
    "FLAG_EXPECTED_BOOLEAN_VALUE": "expecting boolean value for flag ",
    "FLAG_INVALID_DURATION": "time: invalid duration ",
    "FLAG_INVALID_FROM_VALUE": "failed to parse stage name ",
    "FLAG_LESS_THAN_1MS": "Interval .* cannot be less than 1ms|time: unknown unit",
    "FLAG_MISSING_DURATION": "time: missing unit in duration ",
    "FLAG_MISSING_VALUE": "missing a value on flag: ",
    "FLAG_UNKNOWN_UNIT": "time: unknown unit ",
    "HEALTHCHECK_CMD_ARGUMENT_MISSING": "Missing command after HEALTHCHECK CMD",
    "INVALID_AS": "FROM requires either one or three arguments",
    "INVALID_BUILD_STAGE_NAME": "invalid name for build stage: ",
    "INVALID_DESTINATION": "(?!)",
    "INVALID_ESCAPE_DIRECTIVE": "invalid escape token ",
    "INVALID_PORT": _VALUES,
    "INVALID_PROTO": "invalid port: .* invalid proto: ",
    "INVALID_REFERENCE_FORMAT": "failed to parse stage name .* invalid reference format",
    "INVALID_SIGNAL": "invalid signal:|failed to process ",
    "INVALID_SYNTAX": "strconv.ParseInt: parsing ",
    "JSON_IN_SINGLE_QUOTES": "(?!)",
    "NO_SOURCE_IMAGE": "file with no instructions|dockerfile contains no stages to build|no build stage",
    "ONBUILD_CHAINING_DISALLOWED": "Chaining ONBUILD ",
    "ONBUILD_TRIGGER_DISALLOWED": r"\w+ isn't allowed as an ONBUILD trigger",
    "SHELL_JSON_FORM": "SHELL requires the arguments to be in JSON form",
    "SHELL_REQUIRES_ONE": "SHELL requires at least one argument",
    "SYNTAX_MISSING_DOUBLE_QUOTE": "failed to process .* matching double-quote",
    "SYNTAX_MISSING_EQUALS": "Syntax error - can't find = in ",
    "SYNTAX_MISSING_NAMES": r"\w+ names can not be blank",
    "SYNTAX_MISSING_SINGLE_QUOTE": "failed to process .* matching single-quote",
    "UNKNOWN_ADD_FLAG": "unknown flag: ",
    "UNKNOWN_COPY_FLAG": "unknown flag: ",
    "UNKNOWN_FROM_FLAG": "unknown flag: ",
    "UNKNOWN_HEALTHCHECK_FLAG": "unknown flag: ",
    "UNKNOWN_INSTRUCTION": "unknown instruction: ",
    "UNKNOWN_TYPE": "Unknown type .* in HEALTHCHECK",
    "UNSUPPORTED_MODIFIER": "failed to process .*(unsupported modifier|missing '}')",
}
"""The peer's code, and how our message of the same fault begins; ``(?!)`` where BuildKit knows no such fault."""

RULE_OF = {
    "CASING_INSTRUCTION": "ConsistentInstructionCasing",
    "DEPRECATED_MAINTAINER": "MaintainerDeprecated",
    "DUPLICATE_BUILD_STAGE_NAME": "DuplicateStageName",
    "EMPTY_CONTINUATION_LINE": "NoEmptyContinuation",
    "MULTIPLE_INSTRUCTIONS": "MultipleInstructionsDisallowed",
}
"""Warnings: the peer's code, and BuildKit's rule, which one of ours has as an alias."""

ALIASES = frozenset(alias for rule in RULES for alias in rule.aliases)

REFUSED = RuleSet(tuple(rule for rule in RULES if rule.name in ("build-fails", "graph", "syntax")))


@dataclass(frozen=True, slots=True)
class Given:
    """A finding of ours, its range in the peer's way: lines and columns from 0, columns in UTF-16."""

    message: str
    range: tuple[int, int, int, int]


def _column(line: str, column: int) -> int:
    return len(line[: column - 1].encode("utf-16-le", "surrogatepass")) // 2


@cache
def _given(text: str, alias: str | None = None) -> tuple[Given, ...]:
    """What we say of a file: why it is refused, or of one of BuildKit's rules."""
    active = REFUSED if alias is None else RuleSet(tuple(rule for rule in RULES if alias in rule.aliases))
    report = lint(SourceFile("Dockerfile", text), None, Settings(), RULES, active)
    lines = text.split("\n")
    found = []
    for finding in report.findings:
        place = finding.place
        start = _column(lines[place.line - 1], place.column)
        end = _column(lines[place.end_line - 1], place.end_column)
        found.append(Given(finding.message, (place.line - 1, start, place.end_line - 1, end)))
    return tuple(found)


class File:
    """A file of the peer's tests, whose columns count in UTF-16."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.split("\n")
        document = read(text)
        self._nodes = [(document.source.position(n.span.start)[0] - 1, n.keyword) for n in document.nodes]

    def offset(self, line: int, column: int) -> int:
        if line >= len(self.lines):
            return len(self.text)
        units = self.lines[line].encode("utf-16-le", "surrogatepass")[: 2 * column]
        before = sum(len(each) + 1 for each in self.lines[:line])
        return before + len(units.decode("utf-16-le", "surrogatepass"))

    def under(self, place: Sequence[int]) -> str:
        return self.text[self.offset(*place[:2]) : self.offset(*place[2:])]

    def behind(self, place: Sequence[int]) -> str:
        return self.text[self.offset(*place[2:]) :]

    def is_lower(self) -> bool:
        keywords = [keyword for _, keyword in self._nodes]
        return sum(map(str.islower, keywords)) > sum(map(str.isupper, keywords))

    def keyword(self, place: Sequence[int]) -> str:
        """Of the instruction that a place stands in."""
        above = [keyword for line, keyword in self._nodes if line <= place[0]]
        return above[-1].upper() if above else ""


class Entry:
    """One entry of the list of differences."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = {key: value for key, value in values.items() if key != "reason"}
        self.used = 0
        assert values.get("reason"), values
        known = {"behind", "case", "codes", "dockerfile", "instead", "keywords", "message", "under"}
        assert set(self.values) <= known, values

    def holds(self, file: File, code: str, place: Sequence[int]) -> bool:
        """For a diagnostic of the peer."""
        under = file.under(place)
        return (
            code in self.values["codes"]
            and ("keywords" not in self.values or file.keyword(place) in self.values["keywords"])
            and ("case" not in self.values or file.is_lower())
            and re.fullmatch(self._pattern("under", under), under) is not None
            and re.match(self._pattern("behind", under), file.behind(place)) is not None
        )

    def instead(self, file: File, code: str, place: Sequence[int], given: Iterable[Given]) -> list[Given]:
        """The findings of ours that stand in for it, where the entry says that there are some."""
        pattern = self._pattern("instead", file.under(place))
        alike = [each for each in given if re.match(REFUSALS.get(code, ""), each.message)]
        return [each for each in alike if re.fullmatch(pattern, file.under(each.range))]

    def _pattern(self, key: str, under: str) -> str:
        return str(self.values.get(key, "(?s:.*)")).replace("{under}", re.escape(under))

    def holds_of_ours(self, text: str, message: str) -> bool:
        return bool(
            re.match(self.values.get("message", ""), message)
            and re.search(self.values.get("dockerfile", ""), text)
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the diagnostics of all files, by code, and of our findings, by message."""

    exact: Counter[str]
    listed: Counter[str]
    waiting: Counter[str]
    """No rule of ours yet."""
    missing: list[str]
    accounted: Counter[str]
    """Findings that the peer does not have."""
    unexplained: list[str]
    unused: list[dict[str, Any]]


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    loaded = yaml.safe_load(DIFFERENCES.read_text(encoding="utf-8"))
    listed = [Entry(values) for values in loaded["differences"]]
    ours = [Entry(values) for values in loaded["ours"]]
    found = Outcome(Counter(), Counter(), Counter(), [], Counter(), [], [])
    peers: dict[str, dict[tuple[str, tuple[int, ...]], int]] = {}
    for row in rows("conformance/dockerfile_utils.jsonl.gz"):
        diagnostics = peers.setdefault(row["dockerfile"], {})
        for each in row["diagnostics"]:
            key = (each["code"], tuple(each["range"]))
            diagnostics[key] = diagnostics.get(key, 0) + 1
    for text, diagnostics in peers.items():
        _compare(File(text), diagnostics, listed, ours, found)
    no_rule = {code for code, name in RULE_OF.items() if name not in ALIASES}
    unused = [entry.values for entry in (*listed, *ours) if not entry.used]
    found.unused.extend(values for values in unused if not no_rule & set(values.get("codes", ())))
    return found


def _compare(
    file: File,
    diagnostics: Mapping[tuple[str, tuple[int, ...]], int],
    listed: Sequence[Entry],
    ours: Sequence[Entry],
    found: Outcome,
) -> None:
    known: set[Given] = set()
    for (code, place), times in diagnostics.items():
        if code not in REFUSALS and RULE_OF[code] not in ALIASES:
            found.waiting[code] += times
            continue
        given = _given(file.text, RULE_OF.get(code))
        alike = [each for each in given if re.match(REFUSALS.get(code, ""), each.message)]
        same = [each for each in alike if each.range == place]
        if same:
            found.exact[code] += times
            known.update(same)
            continue
        for entry in listed:
            stand_ins = entry.instead(file, code, place, given)
            if entry.holds(file, code, place) and (stand_ins or "instead" not in entry.values):
                entry.used += 1
                found.listed[code] += times
                known.update(stand_ins if "instead" in entry.values else ())
                break
        else:
            found.missing.append(f"{code} {place} of {file.text[:200]!r}: we have {given}")
    for each in _given(file.text):
        if each in known:
            continue
        entry = next((entry for entry in ours if entry.holds_of_ours(file.text, each.message)), None)
        if entry is None:
            found.unexplained.append(f"{each} in {file.text[:200]!r}")
        else:
            entry.used += 1
            found.accounted[each.message] += 1


def test_every_diagnostic_is_given_or_its_difference_is_listed(outcome: Outcome) -> None:
    exact, listed, waiting = outcome.exact, outcome.listed, outcome.waiting
    total = exact.total() + listed.total() + waiting.total() + len(outcome.missing)
    print(f"{total} diagnostics: {exact.total()} given exactly, {listed.total()} listed as different")
    print("given exactly:", dict(sorted(exact.items())))
    print("listed:", dict(sorted(listed.items())))
    print("no rule yet:", dict(sorted(waiting.items())))
    assert not outcome.missing, "\n".join(outcome.missing[:20])
    assert total == 1406


def test_what_the_peer_accepts_is_refused_only_for_a_reason(outcome: Outcome) -> None:
    print(f"{outcome.accounted.total()} findings that the peer does not have")
    assert not outcome.unexplained, "\n".join(outcome.unexplained[:20])


def test_every_listed_difference_is_met(outcome: Outcome) -> None:
    assert outcome.unused == []
