"""The recorded shell experiments (a real overlayfs, BuildKit's own differ) run as two RUN steps.

``tests/filesystem`` holds the union file system against the same records with the commands done by hand; here the
shell, the models of the commands and the interpreter have to come to the same layers.
"""

from __future__ import annotations

from typing import Any

import pytest

from layerlint.execution.trace import Trace
from layerlint.filesystem.layer import Differ, EntryKind, Layer
from tests.execution.dockerfiles import gaps_of, trace_of
from tests.filesystem.test_differ import BASE, EXPERIMENTS, GOLDEN, summary, tar_rows

PASSWD = "FROM scratch\nCOPY <<passwd <<group /etc/\nroot:x:0:0::/root:/bin/sh\npasswd\nroot:x:0:\ngroup\n"
DIFFERENT: dict[str, str] = {
    "setxattr user.*": "python is not modelled",
    "setcap": "python is not modelled",
    "file capability": "python is not modelled",
    "user xattr": "setfattr is not modelled",
    "fifo/socket creation": "fifos and sockets are not followed",
    "fifo and socket": "fifos and sockets are not followed",
    "device node": "devices are not followed",
    "touch -r self (same mtime)": "a time that touch sets is taken to be a new one",
    "atime only": "a time that touch sets is taken to be a new one",
    "rewrite same content, restore mtime": "a time that touch sets is taken to be a new one",
}
"""Experiments that come out differently, and why."""


def built(lower: str, action: str, differ: Differ) -> Trace:
    text = f"{PASSWD}RUN <<'_LOWER_'\n{lower}\n_LOWER_\nRUN <<'_ACTION_'\n{action}\n_ACTION_\n"
    trace = trace_of(text, differ=differ)
    assert gaps_of(trace) == []
    return trace


def layer(lower: str, action: str, differ: Differ) -> Layer:
    last = built(lower, action, differ).layer_steps()[-1].layer
    assert last is not None
    return last


def mark(name: str, request: pytest.FixtureRequest) -> None:
    if name in DIFFERENT:
        request.applymarker(pytest.mark.xfail(reason=DIFFERENT[name], strict=True))


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["case"])
def test_golden(case: dict[str, Any], request: pytest.FixtureRequest) -> None:
    mark(case["case"], request)
    expected = case["buildkit"]
    if case["case"].startswith("fifo"):
        expected = [["ff", "other", 0]]  # see tests/filesystem/test_differ.py
    assert summary(layer(case["lower"], case["action"], Differ.NATIVE)) == sorted(case["native"])
    assert summary(layer(case["lower"], case["action"], Differ.BUILDKIT)) == sorted(expected)


@pytest.mark.parametrize("case", EXPERIMENTS, ids=lambda case: case["id"])
def test_experiment(case: dict[str, Any], request: pytest.FixtureRequest) -> None:
    mark(case["id"], request)
    upper = [
        entry.path[1:] + ("/" if entry.kind is EntryKind.DIRECTORY else "")
        for entry in layer(BASE["command"], case["command"], Differ.NATIVE).entries
        if entry.kind is not EntryKind.OPAQUE
    ]
    assert sorted(upper) == sorted(case["upper"])
    assert tar_rows(layer(BASE["command"], case["command"], Differ.BUILDKIT)) == sorted(case["buildkit"], key=str)
