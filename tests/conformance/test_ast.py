"""BuildKit's syntax trees, node by node."""

from __future__ import annotations

from typing import Any

import pytest

from layerlint.dockerfile.grammar import parse_all
from layerlint.dockerfile.parser import pieces
from tests.conformance.dockerfiles import ast, read, rebuilt, texts
from tests.shared import rows


def test_every_tree_is_buildkits() -> None:
    """Rows whose Dockerfile is in the data: everything, lines and comments included."""
    known = texts()
    trees = [(row["id"], row) for row in rows("conformance/ast.jsonl.gz")]
    trees += [(row["id"], row["parse"]) for row in rows("conformance/edge.jsonl.gz")]
    count = 0
    for name, tree in trees:
        text = known.get(name)
        if text is None or "parse_error" in tree:
            continue
        count += 1
        document = read(text)
        assert [ast(node) for node in document.nodes] == tree["nodes"], name
        assert document.escape == tree["escape"], name
        assert document.problems == (), name
        assert "".join(text[span.start : span.end] for span in pieces(document)) == text
    print(f"{count} trees are equal")
    assert count >= 450


def test_every_logical_line_is_read_as_buildkit_reads_it() -> None:
    """Rows without their Dockerfile: the joined lines that BuildKit gives are read once more."""
    known = texts()
    count = 0
    for row in rows("conformance/ast.jsonl.gz"):
        if row["id"] in known or "parse_error" in row:
            continue
        count += 1
        nodes = [_without_places(ast(node)) for node in read(rebuilt(row)).nodes]
        assert nodes == [_without_places(node) for node in row["nodes"]], row["id"]
    print(f"{count} trees of joined lines are equal")
    assert count >= 200


def _without_places(node: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in node.items() if key not in ("start", "end", "comments")}


@pytest.mark.parametrize("source", ["ast", "edge"])
def test_every_refusal_is_buildkits(source: str) -> None:
    """Refused where BuildKit's parser or its instructions refuse, for the same reason, on the same line."""
    known = texts()
    refused = accepted = 0
    for row in rows(f"conformance/{source}.jsonl.gz"):
        tree = row["parse"] if source == "edge" else row
        text = known.get(row["id"])
        if text is None:
            continue
        document = read(text)
        _, problems = parse_all(document)
        error = tree.get("parse_error") or tree.get("instructions_error")
        if error is None:
            accepted += 1
            # Only ARG: BuildKit's instructions accept it, its conversion does not.
            expected = ["dockerfile contains no stages to build"] if tree["n_stages"] == 0 else []
            assert [problem.message.partition(":")[0] for problem in problems] == expected, row["id"]
            continue
        refused += 1
        line = error["lines"][0][0]
        message = error["message"].removeprefix(f"dockerfile parse error on line {line}: ")
        first = problems[0]
        # Where several names are equally near, BuildKit suggests any of them.
        assert first.message.startswith(message.partition(" (did you mean")[0]), row["id"]
        if "instructions_error" in tree:
            assert document.source.position(first.span.start)[0] == line, row["id"]
        found = [problem.message.partition(" (did you mean")[0] for problem in problems]
        for fault in tree.get("instruction_errors", ()):
            assert fault["error"].partition(" (did you mean")[0] in found, row["id"]
    print(f"{source}: {refused} refused and {accepted} accepted as by BuildKit")
    assert refused
    assert accepted
