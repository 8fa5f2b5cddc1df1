"""The tests of moby's patternmatcher."""

from __future__ import annotations

import re
from collections import Counter

from layerlint.dockerfile.dockerignore import Matcher, read
from tests.shared import rows

PATHS = ("file", "dir", "dir/file", "dir/dir2/file", "a/b", "abc", "abcdef", "ace", "a*b", ".foo", "x.txt")


def test_every_pattern() -> None:
    counts: Counter[str] = Counter()
    failed: list[str] = []
    for row in rows("conformance/dockerignore.jsonl.gz"):
        counts[row["kind"]] += 1
        if row["kind"] == "readall":
            patterns, problems = read(row["content"])
            found = ["!" * pattern.negated + pattern.text for pattern in patterns]
            # A lone `!` is read, but no build gets past it.
            passed = found == [text for text in row["patterns"] if text != "!"]
            passed = passed and len(problems) == row["patterns"].count("!")
        elif row["kind"] == "compile":
            passed = _compiles(row["patterns"], row["regexp"])
        else:
            patterns, problems = read("\n".join(row["patterns"]))
            passed = bool(problems) == bool(row["error"])
            passed = passed and (bool(problems) or Matcher(patterns).matches(row["path"]) == row["match"])
        if not passed:
            failed.append(row["id"])
    print(f"{sum(counts.values())} ignore patterns: {dict(sorted(counts.items()))}")
    assert failed == []
    assert sum(counts.values()) == 160


def _compiles(texts: list[str], regexp: str) -> bool:
    """Where BuildKit uses a regular expression, it and ours agree on paths without a directory above."""
    patterns, problems = read("\n".join(texts))
    if problems or not regexp:
        return not problems
    regex, matcher = re.compile(regexp), Matcher(patterns)
    return all(
        matcher.matches(path) == any(regex.search(above) for above in _with_parents(path)) for path in PATHS
    )


def _with_parents(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
