"""Odd inputs: what BuildKit's parser makes of them (the rest of their answers needs the graph)."""

from __future__ import annotations

from tests.conformance.dockerfiles import dump, read
from tests.shared import rows


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
