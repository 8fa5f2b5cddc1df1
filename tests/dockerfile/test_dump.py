from __future__ import annotations

import json

from layerlint.dockerfile.dump import to_json
from layerlint.dockerfile.parser import parse
from layerlint.source import SourceFile

TEXT = b"""# syntax=docker/dockerfile:1
# escape=`
# The base.
FROM debian AS b
RUN --mount=type=cache,target=/x apt `
  -y
ONBUILD COPY <<-'E' /x
\tone \xff
\tE
Cmd ["a"]
COPY y
"""


def test_the_contract() -> None:
    found = to_json(parse(SourceFile.from_bytes("Dockerfile", TEXT)))
    empty = {"flags": [], "json": False, "heredocs": [], "comments": []}
    heredoc = {"name": "E", "content": "\tone \ufffd\n", "expand": False, "chomp": True, "fd": 0}
    copy = {"keyword": "COPY", "start": 0, "end": 0, "args": ["<<-'E'", "/x"], **empty}
    expected = {
        "schema": "layerlint.parse/1",
        "escape": "`",
        "directives": {"syntax": "docker/dockerfile:1", "escape": "`"},
        "nodes": [
            {"keyword": "FROM", "start": 4, "end": 4, **empty, "args": ["debian", "AS", "b"]}
            | {"comments": ["The base."]},
            {"keyword": "RUN", "start": 5, "end": 6, **empty, "args": ["apt   -y"]}
            | {"flags": ["--mount=type=cache,target=/x"]},
            {"keyword": "ONBUILD", "start": 7, "end": 9, **empty, "args": [copy], "heredocs": [heredoc]},
            {"keyword": "Cmd", "start": 10, "end": 10, **empty, "args": ["a"], "json": True},
            {"keyword": "COPY", "start": 11, "end": 11, **empty, "args": ["y"]},
        ],
        "problems": [
            {
                "line": 11,
                "column": 6,
                "message": "COPY requires at least two arguments, but only one was provided. "
                "Destination could not be determined",
            }
        ],
    }
    assert found == expected
    assert list(found) == list(expected)
    keys = ["keyword", "start", "end", "flags", "args", "json", "heredocs", "comments"]
    assert [list(node) for node in found["nodes"]] == [keys] * 5
    assert json.loads(json.dumps(found)) == found
