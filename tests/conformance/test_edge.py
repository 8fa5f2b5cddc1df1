"""Odd inputs: what BuildKit makes of them when it parses, lints and converts them."""

from __future__ import annotations

import re
from typing import Any

from tests.conformance.dockerfiles import dump, read, refusals
from tests.shared import rows

NO_LINE = {
    "dir/syntax-dup": "BuildKit counts the lines of directives from 0",
    "cont/long-line": "BuildKit gives the line in front of the one that is too long",
    "cont/only-blank": "BuildKit gives the last line of a file that has no instruction, ours is the first",
}
"""Rows where the line of the refusal is not BuildKit's."""


def test_edge_cases_parse_as_in_buildkit() -> None:
    count = negative = 0
    for row in rows("conformance/edge.jsonl.gz"):
        document = read(row["dockerfile"])
        answer = row["parse"]
        if "parse_error" in answer:
            negative += 1
            empty = answer["parse_error"]["message"] == "file with no instructions"
            assert document.nodes == () if empty else document.problems, row["id"]
            continue
        count += 1
        assert "\n".join(f"({dump(node)})" for node in document.nodes) == answer["dump"], row["id"]
        blank = [warning["short"] for warning in answer.get("warnings", ())]
        assert bool(blank) == bool(document.empty_continuations), row["id"]
    print(f"{count} edge cases parse alike, {negative} are refused alike")
    assert count + negative == 188


def test_edge_cases_are_refused_as_in_buildkit() -> None:
    """The same files, and BuildKit's one message is among ours, on its line."""
    refused = accepted = 0
    failed: dict[str, object] = {}
    for row in rows("conformance/edge.jsonl.gz"):
        found = refusals(row["dockerfile"], row["attrs"])
        checked = row["lint"]
        converted = row["convert"]
        errors = {checked["build_error"], _message(converted)} - {None}
        refused += bool(errors)
        accepted += not errors
        if not errors and found:
            failed[row["id"]] = [finding.message for finding in found]
        for message in errors:
            alike = [finding for finding in found if _alike(message, finding.message)]
            lines = [line for pair in checked["build_error_lines"] or () for line in pair]
            if row["id"] not in NO_LINE and lines:
                alike = [finding for finding in alike if min(lines) <= finding.place.line <= max(lines)]
            if not alike:
                failed[row["id"]] = (message, lines, [(finding.place, finding.message) for finding in found])
    print(f"{refused} edge cases are refused as by BuildKit, {accepted} are accepted")
    assert failed == {}, "\n".join(f"{name}: {why}" for name, why in failed.items())
    assert refused + accepted == 188


def _message(converted: dict[str, Any] | None) -> str | None:
    error = (converted or {}).get("error")
    return error["message"] if isinstance(error, dict) else error


def _alike(buildkits: str, ours: str) -> bool:
    """Among equally near names, BuildKit suggests any."""
    message = re.sub(r"^dockerfile parse error on line \d+: ", "", buildkits)
    message = "file with no instructions" if message == "the Dockerfile cannot be empty" else message
    return " ".join(message.partition(" (did you mean")[0].split()) in ours
