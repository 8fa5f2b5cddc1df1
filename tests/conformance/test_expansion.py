"""BuildKit's tests of its shell lexer."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from layerlint.dockerfile.expand import Lookup, expand
from layerlint.dockerfile.patterns import compile_pattern, remove_prefix
from tests.shared import rows


def _lookup(row: dict[str, Any]) -> Lookup:
    given = row["env"]
    pairs = given.items() if isinstance(given, dict) else (pair.partition("=")[::2] for pair in given)
    values: dict[str, str] = dict(pairs)
    if row["platform"] == "W":  # names are the same in any case on Windows
        folded = {name.lower(): value for name, value in values.items()}
        return lambda name: folded.get(name.lower())
    return values.get


def _check_word(row: dict[str, Any]) -> bool:
    found = expand(row["word"], _lookup(row), "\\")
    if row["error"]:
        return found.error is not None and row.get("error_contains", "") in found.error
    return found.error is None and found.text == row["result"]


def _check_words(row: dict[str, Any]) -> bool:
    found = expand(row["word"], _lookup(row), "\\")
    if row["error"]:
        return found.error is not None
    return found.error is None and found.words == tuple(row["words"])


def _check_matches(row: dict[str, Any]) -> bool:
    found = expand(row["word"], _lookup(row), "\\")
    names = sorted(found.matched), sorted(found.unmatched)
    return _check_word(row) and (row["error"] or names == (sorted(row["matched"]), sorted(row["unmatched"])))


SAMPLES = ("", "a", "*", "?x", "abc", "a\nb", "(()[]{}^$.*?|\\", "🚀🖖")


def _check_pattern(row: dict[str, Any]) -> bool:
    """Our pattern takes off the longest prefix that BuildKit's regular expression matches."""
    pattern = compile_pattern(row["pattern"])
    if row["error"]:
        return isinstance(pattern, str)
    if isinstance(pattern, str):
        return False
    regex = re.compile(row["regex"])
    return all(
        remove_prefix(pattern, sample, longest=True) == regex.sub("", sample, count=1) for sample in SAMPLES
    )


def _check_reversed(row: dict[str, Any]) -> bool:
    """A pattern is reversed as a row of items here: escapes stay with what they escape."""
    pattern, backwards = compile_pattern(row["pattern"]), compile_pattern(row["reversed"])
    if isinstance(pattern, str) or isinstance(backwards, str):
        return isinstance(pattern, str) and isinstance(backwards, str)
    return pattern[::-1] == backwards


CHECKS = {
    "matches": _check_matches,
    "pattern_to_regex": _check_pattern,
    "reverse_pattern": _check_reversed,
    "word": _check_word,
    "words": _check_words,
}


def test_every_expansion() -> None:
    counts: Counter[str] = Counter()
    failed: list[str] = []
    for row in rows("conformance/expansion.jsonl.gz"):
        counts[row["kind"]] += 1
        if not CHECKS[row["kind"]](row):
            failed.append(row["id"])
    print(f"{sum(counts.values())} expansions: {dict(sorted(counts.items()))}")
    assert failed == []
    assert sum(counts.values()) == 322
