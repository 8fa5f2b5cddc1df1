"""Dockerfiles in the wild: no exception, nothing lost, and the syntax that the Go parser gives."""

from __future__ import annotations

from typing import Any

import pytest

from layerlint.dockerfile.grammar import parse_all
from layerlint.dockerfile.parser import pieces
from layerlint.dockerfile.syntax import Node
from tests.conformance.dockerfiles import read
from tests.shared import rows

Row = tuple[str, str | None, bool, int, int, tuple[str, ...], tuple[str, ...]]

OLDER_JSON = 2
"""Files where the wheel's older parser takes text behind a JSON array (``CMD ["a"] # b``)."""


def test_every_dockerfile_is_read() -> None:
    count = broken = 0
    for row in rows("corpus/dockerfiles.jsonl.gz"):
        count += 1
        text = row["dockerfile"]
        document = read(text)
        instructions, problems = parse_all(document)
        assert len(instructions) == len(document.nodes)
        assert "".join(text[span.start : span.end] for span in pieces(document)) == text
        broken += bool(problems)
    print(f"{count} Dockerfiles read, {broken} of them refused")
    assert count > 3000


def test_syntax_is_that_of_the_go_parser() -> None:
    dockerfile: Any = pytest.importorskip("dockerfile")
    equal = different = refused = 0
    for row in rows("corpus/dockerfiles.jsonl.gz"):
        document = read(row["dockerfile"])
        try:
            commands = dockerfile.parse_string(row["dockerfile"])
        except dockerfile.GoParseError:
            refused += 1
            assert parse_all(document)[1], row["id"]
            continue
        expected = [
            (
                command.cmd.lower(),
                command.sub_cmd.lower() if command.sub_cmd else None,
                command.json,
                command.start_line,
                command.end_line,
                tuple(command.flags),
                tuple(command.value),
            )
            for command in commands
        ]
        if [_row(node) for node in document.nodes] == expected:
            equal += 1
        else:
            different += 1
    print(
        f"{equal} Dockerfiles have the Go parser's syntax, {different} differ, {refused} are refused by both"
    )
    assert different <= OLDER_JSON


def _row(node: Node) -> Row:
    inner = node.onbuild
    about = inner or node
    args = tuple(word.value for word in about.args)
    if about.keyword.upper() in ("ENV", "LABEL"):  # the wheel does not give the separators
        args = tuple(value for index, value in enumerate(args) if index % 3 != 2)
    return (
        node.keyword.lower(),
        inner.keyword.lower() if inner else None,
        about.json,
        node.start_line,
        node.end_line,
        tuple(flag.text for flag in node.flags),
        args,
    )
